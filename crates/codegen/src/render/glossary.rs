//! Descriptions of fields that recur all over the APIs.

use crate::model::{Field, type_text};

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

/// Returns the description of a recurring field.
pub(super) fn field(field: &Field) -> Option<String> {
    let ty = type_text(&field.ty);
    let entry = FIELDS
        .iter()
        .find(|(name, end, _)| *name == field.name && ty.ends_with(end));
    entry.map(|(_, _, meaning)| (*meaning).to_owned())
}
