//! Stage `lower`: OpenAPI 3.1 → 3.0.3 plus `x-` notes.
//!
//! progenitor reads 3.0.3 and knows neither `null` types nor unions that contain scalars. This stage
//! rewrites both, and keeps as notes what 3.0.3 cannot express:
//!
//! | note | on | meaning |
//! | --- | --- | --- |
//! | `x-direction` | object | `request`, `response` or `both`: where it is used |
//! | `x-open` | object | undeclared members are allowed |
//! | `x-fields` | object | per property: `nullable`, `required`, `const`, `default`, `constraints`, `deprecated`, `versions` |
//! | `x-page` | object | the page envelope of a list |
//! | `x-union` | union | the variants, and the pointer to the tag that distinguishes them |
//! | `x-tuple` | object | an array with a type for each position |
//! | `x-type` | string | a type of the hand-written library: `filter`, `secret`, `secret-map` or `file-part` |
//! | `x-multipart` | body | sent as a multipart form |
//! | `x-evidence` | object, enum | how well it is known, for the docs |
//! | `x-versions` | operation, parameter | the server versions that have it |
//! | `x-value-versions` | enum | per value: the server versions that have it |
//! | `x-default`, `x-constraints`, `x-deprecated` | parameter | declared facts, for the docs |
//! | `x-one-required` | parameter | at least one of the parameters with this note is required |
//! | `x-id`, `x-group`, `x-errors`, … | operation | see `operation.rs` |
//!
//! An unsupported construct is an error that names its JSON pointer. Schema keywords that restrict a
//! type without shaping it become notes for the docs, or are ignored like annotations: the server
//! checks them.

mod components;
mod keyword;
mod lowered_schema;
mod media_type;
mod member;
mod operation;
mod parameters;
mod reachability;
mod responses;
mod schema;
mod tag;
mod union;

use serde_json::{Map, Value, json};

use crate::{Error, Result};
use components::Components;

/// Rewrites a canonical, corrected 3.1 document as 3.0.3 with notes.
///
/// # Errors
///
/// Returns an error with the JSON pointer of a construct that is not supported.
pub fn lower(document: &Value) -> Result<Value> {
    if document.get("webhooks").is_some() {
        return Err(Error::in_document(
            "/webhooks",
            "webhooks are requests that the server sends, not operations",
            "remove them",
        ));
    }
    member::check(member::DOCUMENT, document, "")?;
    let empty = Map::new();
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let mut components = Components::new(document, schemas)?;
    for name in schemas.keys() {
        components.lower_component(name)?;
    }
    let text = |pointer: &str| {
        let text = document.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default()
    };
    let paths = operation::lower_paths(document, &mut components)?;
    let kept = reachability::reachable(&paths, &components.lowered);
    let schemas: Map<String, Value> = components
        .lowered
        .into_iter()
        .filter(|(name, _)| kept.contains(name))
        .collect();
    Ok(json!({
        "openapi": "3.0.3",
        "info": { "title": text("/info/title"), "version": text("/info/version") },
        "paths": paths,
        "components": { "schemas": schemas },
    }))
}
