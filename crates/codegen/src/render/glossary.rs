//! What recurs all over the APIs, in our own words.

use crate::api::{Field, Parameter, type_text};

/// Query parameters that most lists have.
const PARAMETERS: [(&str, &str); 9] = [
    ("hydrate", "Whether to fill in `metadata` and `resources`."),
    ("limit", "How many items at most."),
    ("logical_operator", "How the filters combine."),
    ("offset", "How many items to skip."),
    ("page", "Which page, counted from 1."),
    ("project", "The project to look in."),
    ("size", "How many items a page has."),
    ("sort_by", "The column to sort by, after `asc:` or `desc:`."),
    ("updated", "When it was last changed."),
];

/// Fields that most responses have, by the end of their type's name.
const FIELDS: [(&str, &str, &str); 4] = [
    (
        "body",
        "Body",
        "What lists show of it; `None` if the caller may not see it.",
    ),
    (
        "metadata",
        "Metadata",
        "What else is known of it; `None` unless hydrated.",
    ),
    (
        "permission_denied",
        "bool",
        "Whether the caller may not see it.",
    ),
    (
        "resources",
        "Resources",
        "What it is related to; `None` unless hydrated.",
    ),
];

/// The meaning of a recurring query parameter.
pub(super) fn parameter(parameter: &Parameter) -> Option<String> {
    let entry = PARAMETERS.iter().find(|(name, _)| *name == parameter.name);
    entry.map(|(_, meaning)| (*meaning).to_owned())
}

/// The meaning of a recurring field of a response.
pub(super) fn field(field: &Field) -> Option<String> {
    let ty = type_text(&field.ty);
    let entry = FIELDS
        .iter()
        .find(|(name, end, _)| *name == field.name && ty.ends_with(end));
    entry.map(|(_, _, meaning)| (*meaning).to_owned())
}
