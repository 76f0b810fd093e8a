//! progenitor's output and the lowered document → the [`Api`] to write.
//!
//! Types come from progenitor's signatures and structs, everything else from the lowered document.

mod boxing;
mod emitted;
mod operations;
mod rust_type;
mod types;

use serde_json::Value;

use crate::api::{Api, Notes};
use crate::{Error, Result};
use emitted::Emitted;

/// Builds the model of the API.
///
/// # Errors
///
/// When progenitor's output lacks something that the lowered document has: then the two stages
/// disagree about a name.
pub fn refine(emitted: &syn::File, lowered: &Value) -> Result<Api> {
    let emitted = Emitted::read(emitted);
    let substitutes = rust_type::Substitutes::new(&emitted, lowered);
    let mut types = types::types(&emitted, lowered, &substitutes)?;
    boxing::place_boxes(&mut types);
    let operations = operations::operations(&emitted, lowered, &substitutes)?;
    let info = |key: &str| text(lowered.pointer(&format!("/info/{key}")));
    Ok(Api {
        title: info("title").unwrap_or_default(),
        version: info("version").unwrap_or_default(),
        operations,
        types,
    })
}

/// A disagreement between `lower` and `emit`.
fn missing(pointer: &str, what: &str) -> Error {
    Error::new(
        pointer,
        format!("progenitor emitted no {what} for this"),
        "see how progenitor names it and follow in crates/codegen/src/refine/",
    )
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

/// The notes of a field (`prefix` is empty) or parameter (`x-`).
fn notes(value: &Value, prefix: &str) -> Notes {
    let note = |key: &str| value.get(format!("{prefix}{key}"));
    let prose = text(value.get("description")).or_else(|| text(note("description")));
    Notes {
        default: note("default")
            .filter(|default| !default.is_null())
            .cloned(),
        constraints: text(note("constraints")),
        deprecated: note("deprecated") == Some(&Value::Bool(true)),
        evidence: text(value.get("x-evidence")),
        prose,
    }
}
