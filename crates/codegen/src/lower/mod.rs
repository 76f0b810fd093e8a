//! OpenAPI 3.1 → 3.0.3 plus our own `x-` notes.
//!
//! progenitor reads 3.0.3 and knows neither `null` types nor unions that carry scalars. This stage
//! says the same things in words that it understands, and keeps what 3.0.3 has no word for as notes:
//!
//! | note | on | says |
//! | --- | --- | --- |
//! | `x-direction` | object | `request`, `response` or `both`: who reads it |
//! | `x-open` | object | members that the document does not name are allowed |
//! | `x-fields` | object | per property: `nullable`, `const`, `default`, `constraints`, `deprecated` |
//! | `x-page` | object | the page envelope of a list |
//! | `x-union` | union | the variants, and the pointer to the tag that tells them apart |
//! | `x-tuple` | object | an array whose places have their own types |
//! | `x-type` | string | a type of the hand-written library: `filter`, `secret` or `secret-map` |
//! | `x-evidence` | object, enum | how well it is known, for the docs |
//! | `x-default`, `x-constraints`, `x-deprecated` | parameter | what the document says, for the docs |
//! | `x-id`, `x-group`, `x-errors`, … | operation | see `operation.rs` |
//!
//! Anything not understood is an error that names its place; nothing is dropped silently.

mod keyword;
mod member;
pub mod name;
mod operation;
mod parameters;
pub mod reach;
mod responses;
mod schema;
mod union;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::Result;
use reach::Direction;

/// Rewrites a canonical, corrected 3.1 document as 3.0.3 with notes.
///
/// # Errors
///
/// A construct that the stage does not understand, with its JSON pointer.
pub fn lower(document: &Value) -> Result<Value> {
    member::check(member::DOCUMENT, document, "")?;
    let empty = Map::new();
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let mut components = Components {
        schemas,
        names: name::type_names(schemas.keys())?,
        directions: reach::directions(document),
        lowered: BTreeMap::new(),
        resolving: Vec::new(),
    };
    for name in schemas.keys() {
        components.lower_component(name)?;
    }
    let paths = operation::lower_paths(document, &mut components)?;
    let kept = reach::reachable(&paths, &components.lowered);
    let schemas: Map<String, Value> = components
        .lowered
        .into_iter()
        .filter(|(name, _)| kept.contains(name))
        .collect();
    Ok(json!({
        "openapi": "3.0.3",
        "info": document.get("info").cloned().unwrap_or_default(),
        "paths": paths,
        "components": { "schemas": schemas },
    }))
}

/// Forgets replacements of deprecated operations that this document does not have: an older server
/// knows the one and not yet the other.
pub(crate) fn drop_missing_replacements(document: &mut Value) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    let operations = |paths: &Map<String, Value>| -> BTreeSet<String> {
        let operations = paths
            .values()
            .filter_map(Value::as_object)
            .flat_map(Map::values);
        let ids = operations.filter_map(|operation| operation.get("operationId")?.as_str());
        ids.map(str::to_owned).collect()
    };
    let known = operations(paths);
    let items = paths.values_mut().filter_map(Value::as_object_mut);
    for operation in items
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
    {
        let replacement = operation.get("x-replaced-by").and_then(Value::as_str);
        if replacement.is_some_and(|id| !known.contains(id)) {
            operation.remove("x-replaced-by");
        }
    }
}

/// Lets unions have variants that our corrections do not know: a newer server has more of them.
///
/// The tags of these unions are ours, so nobody else could complete them.
pub(crate) fn allow_unknown_variants(document: &mut Value) {
    match document {
        Value::Object(object) => {
            if let Some(Value::Object(tag)) = object.get_mut("x-discriminator") {
                tag.insert("partial".to_owned(), Value::Bool(true));
            }
            object.values_mut().for_each(allow_unknown_variants);
        }
        Value::Array(items) => items.iter_mut().for_each(allow_unknown_variants),
        _ => {}
    }
}

/// The named schemas: those of the document, and those that lowering makes.
struct Components<'a> {
    schemas: &'a Map<String, Value>,
    /// Name in the document → name in Rust.
    names: BTreeMap<String, String>,
    directions: BTreeMap<String, Direction>,
    /// Name in Rust → lowered schema.
    lowered: BTreeMap<String, Value>,
    /// The named schemas that are being put where they are used, outermost first.
    resolving: Vec<String>,
}

/// Where a schema stands: for errors, and to name what has no name of its own.
#[derive(Clone)]
struct Place {
    pointer: String,
    /// The Rust name that an inline enum or object would get here.
    name: String,
    direction: Direction,
}

impl Place {
    /// The place at `path` (a JSON pointer without its first slash) inside this one.
    fn child(&self, path: &str, name: &str) -> Self {
        Self {
            pointer: format!("{}/{path}", self.pointer),
            name: format!("{}{}", self.name, name::type_name(name)),
            direction: self.direction,
        }
    }
}

/// A JSON pointer's escape of one segment.
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}
