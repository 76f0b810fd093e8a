//! Descriptions of parameters and fields that recur all over the APIs.

use crate::model::{Field, Parameter, type_text};

/// Query parameters of most lists.
const PARAMETERS: [(&str, &str); 9] = [
    ("hydrate", "Includes `metadata` in the response."),
    ("limit", "The maximum number of items."),
    (
        "logical_operator",
        "Combines the filters with `and` or `or`.",
    ),
    ("offset", "The number of items to skip."),
    ("page", "The number of the page, starting at 1."),
    ("project", "The name or id of the project."),
    ("size", "The number of items on a page."),
    (
        "sort_by",
        "The column to sort by, with an optional prefix `asc:` or `desc:`.",
    ),
    ("updated", "The time of the last change."),
];

/// Fields of most responses, by the end of their type's name.
const FIELDS: [(&str, &str, &str); 4] = [
    (
        "body",
        "Body",
        "The basic properties; `None` if the caller lacks permission to read them.",
    ),
    (
        "metadata",
        "Metadata",
        "Further properties; in most responses `None` if `hydrate` is `false`.",
    ),
    (
        "permission_denied",
        "bool",
        "`true` if the caller lacks permission to read the resource.",
    ),
    (
        "resources",
        "Resources",
        "Related resources; `None` if there are none.",
    ),
];

/// Returns the description of a recurring query parameter.
pub(super) fn parameter(parameter: &Parameter) -> Option<String> {
    let entry = PARAMETERS.iter().find(|(name, _)| *name == parameter.name);
    entry.map(|(_, meaning)| (*meaning).to_owned())
}

/// Returns the description of a recurring field.
pub(super) fn field(field: &Field) -> Option<String> {
    let ty = type_text(&field.ty);
    let entry = FIELDS
        .iter()
        .find(|(name, end, _)| *name == field.name && ty.ends_with(end));
    entry.map(|(_, _, meaning)| (*meaning).to_owned())
}
