//! How the notes of a lowered document are read.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::api::Notes;
use crate::availability::Versions;

pub(super) fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

/// Returns the notes of a field (with an empty `prefix`) or a parameter (`x-`).
pub(super) fn notes(value: &Value, prefix: &str) -> Notes {
    let note = |key: &str| value.get(format!("{prefix}{key}"));
    let prose = text(value.get("description")).or_else(|| text(note("description")));
    Notes {
        default: note("default")
            .filter(|default| !default.is_null())
            .cloned(),
        constraints: text(note("constraints")),
        several: note("several") == Some(&Value::Bool(true)),
        deprecated: note("deprecated") == Some(&Value::Bool(true)),
        evidence: text(value.get("x-evidence")),
        versions: versions(note("versions")),
        prose,
        meaning: None,
    }
}

/// Returns the limits of a field (with an empty `prefix`) or a parameter (`x-`).
pub(super) fn limits(value: &Value, prefix: &str) -> Map<String, Value> {
    let note = value.get(format!("{prefix}limits"));
    note.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Returns the versions that have something. Without a note, all have it.
pub(super) fn versions(note: Option<&Value>) -> Versions {
    note.and_then(|note| Versions::deserialize(note).ok())
        .unwrap_or_default()
}
