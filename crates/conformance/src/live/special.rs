//! What no rule covers.

use std::time::Duration;

use tokio::time::timeout;
use zenml::EventStream;

use crate::check::Verdict;
use crate::operation::Operation;

/// Operations that do more than to read.
const EXCLUDED: [(&str, &str); 1] = [("/api/v1/logout", "it ends the session")];

/// Operations that make a server act elsewhere: on a test server only.
const ELSEWHERE: [(&str, &str); 1] = [(
    "/api/v1/service_connectors/{connector_id}/client",
    "it makes the server ask a cloud for credentials",
)];

/// Parameters for which there is no list, and the members of answers that hold such objects: the
/// inner one, and the one around it.
const INSIDE: [(&str, &str, &str); 2] = [
    ("logs_id", "resources", "log_collection"),
    ("visualization_id", "resources", "visualizations"),
];

/// Parameters that are not required, but without which the server answers nothing.
const NEEDED: [(&str, &str, &str); 2] = [
    ("/api/v1/runs/{run_id}/logs", "source", "client"),
    ("/api/v1/steps/{step_id}/logs", "source", "step"),
];

/// Parameters that are another member of a list's items than the id.
const MEMBERS: [(&str, &str, &str); 1] = [("stack_name", "/api/v1/stacks", "name")];

/// No events for so long: the stream goes on, but there is nothing more to learn.
const SILENCE: Duration = Duration::from_secs(2);
const EVENTS: usize = 100;

/// Why an operation is not called.
pub(super) fn excluded(operation: &Operation, is_test_server: bool) -> Option<&'static str> {
    let elsewhere = ELSEWHERE.iter().filter(|_| !is_test_server);
    EXCLUDED
        .iter()
        .chain(elsewhere)
        .find(|(path, _)| *path == operation.call.path)
        .map(|(_, reason)| *reason)
}

/// The parameters whose values lie under these two members.
pub(super) fn parameters_inside(outer: &str, inner: &str) -> impl Iterator<Item = &'static str> {
    INSIDE
        .iter()
        .filter(move |(_, around, member)| *around == outer && *member == inner)
        .map(|(parameter, ..)| *parameter)
}

/// What is sent beside the required parameters.
pub(super) fn needed(operation: &Operation) -> impl Iterator<Item = (&'static str, String)> {
    NEEDED
        .iter()
        .filter(|(path, ..)| *path == operation.call.path)
        .map(|(_, parameter, value)| (*parameter, (*value).to_owned()))
}

/// The list and the member of its items that hold the values of a parameter.
pub(super) fn member_of_list(parameter: &str) -> Option<(&'static str, &'static str)> {
    let known = MEMBERS.iter().find(|(name, ..)| *name == parameter);
    known.map(|(_, list, member)| (*list, *member))
}

/// Where the token for the download of this path is given out.
pub(super) fn token_path(download: &str) -> String {
    let parent = download.rsplit_once('/').map(|(parent, _)| parent);
    format!("{}/download-token", parent.unwrap_or_default())
}

/// Why an operation cannot be called, if a parameter has no value.
pub(super) fn missing(operation: &Operation, parameter: &str) -> String {
    let path = operation.call.path;
    match path.split_once(&format!("/{{{parameter}}}")) {
        Some((list, _)) => format!("the server has nothing under {list}: no {parameter}"),
        None => format!("no list tells {parameter}: give it by --value {parameter}=…"),
    }
}

/// Reads events until the stream ends or falls silent; all of them must hold JSON.
pub(super) async fn follow(mut stream: EventStream) -> Verdict {
    for _ in 0..EVENTS {
        match timeout(SILENCE, stream.next()).await {
            Err(_) | Ok(None) => break,
            Ok(Some(Err(error))) => return Verdict::Refused(error.message().to_owned()),
            Ok(Some(Ok(event))) => {
                if let Err(error) = event.json::<serde_json::Value>() {
                    return Verdict::Refused(error.message().to_owned());
                }
            }
        }
    }
    Verdict::Kept
}
