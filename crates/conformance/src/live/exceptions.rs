//! Which operations and parameters of the Workspace API need knowledge that its document lacks?

use crate::operation::Operation;

/// Operations with side effects, by path, with the reason not to call them.
const SIDE_EFFECTS: [(&str, &str); 1] = [("/api/v1/logout", "it ends the session")];

/// Operations that make the server contact other systems, with the reason to call them on test
/// servers only.
const OUTBOUND: [(&str, &str); 1] = [(
    "/api/v1/service_connectors/{connector_id}/client",
    "it makes the server request credentials from a cloud",
)];

/// Parameters without a list operation, and the nested members of responses that hold such objects:
/// parameter, outer member, inner member.
const NESTED: [(&str, &str, &str); 2] = [
    ("logs_id", "resources", "log_collection"),
    ("visualization_id", "resources", "visualizations"),
];

/// Optional parameters that the server requires in fact: path, parameter, value.
const REQUIRED: [(&str, &str, &str); 2] = [
    ("/api/v1/runs/{run_id}/logs", "source", "client"),
    ("/api/v1/steps/{step_id}/logs", "source", "step"),
];

/// Parameters that take another member of a list's items than the id: parameter, path, member.
const MEMBERS: [(&str, &str, &str); 1] = [("stack_name", "/api/v1/stacks", "name")];

/// Returns why an operation must not be called.
pub(super) fn exclusion(operation: &Operation, is_test_server: bool) -> Option<&'static str> {
    let outbound = OUTBOUND.iter().filter(|_| !is_test_server);
    SIDE_EFFECTS
        .iter()
        .chain(outbound)
        .find(|(path, _)| *path == operation.call.path)
        .map(|(_, reason)| *reason)
}

/// Returns the parameters that take the ids of objects in these nested members.
pub(super) fn parameters_nested_in(outer: &str, inner: &str) -> impl Iterator<Item = &'static str> {
    NESTED
        .iter()
        .filter(move |nested| (nested.1, nested.2) == (outer, inner))
        .map(|(parameter, ..)| *parameter)
}

/// Returns the optional query parameters that a call must send nevertheless.
pub(super) fn required_query(
    operation: &Operation,
) -> impl Iterator<Item = (&'static str, String)> {
    REQUIRED
        .iter()
        .filter(|(path, ..)| *path == operation.call.path)
        .map(|(_, parameter, value)| (*parameter, (*value).to_owned()))
}

/// Returns the list and the member of its items that hold the values of a parameter.
pub(super) fn list_member(parameter: &str) -> Option<(&'static str, &'static str)> {
    let known = MEMBERS.iter().find(|(name, ..)| *name == parameter);
    known.map(|(_, list, member)| (*list, *member))
}

/// Returns the path that issues the token for a download.
pub(super) fn download_token_path(download: &str) -> String {
    let parent = download.rsplit_once('/').map(|(parent, _)| parent);
    format!("{}/download-token", parent.unwrap_or_default())
}
