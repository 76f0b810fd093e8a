//! Which operations of another server's document cannot be expressed: they are left out, so that the
//! others can be used.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::openapi::operations;
use crate::pointer::{escape, unescape};
use crate::reference::{closure, references};
use crate::{Error, Result};

/// An operation that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The construct that is not supported.
    pub reason: Error,
}

/// Runs `build` on the document, without the operations that make it fail.
///
/// # Errors
///
/// Returns the error of `build` if it concerns no single operation, or if no operation is left.
pub(crate) fn build_without<T>(
    mut document: Value,
    build: impl Fn(&Value) -> Result<T>,
) -> Result<(T, Vec<LeftOut>)> {
    let mut left_out = Vec::new();
    loop {
        let error = match build(&document) {
            Ok(built) => return Ok((built, left_out)),
            Err(error) => error,
        };
        let removed = remove(&mut document, &error.pointer);
        let Some(affected) = removed.filter(|_| operations(&document).next().is_some()) else {
            return Err(error);
        };
        left_out.extend(affected.into_iter().map(|(path, method)| LeftOut {
            method: method.to_uppercase(),
            path,
            reason: error.clone(),
        }));
    }
}

/// Removes what a pointer is inside of: an operation, or a schema with the operations that use it.
/// Returns the path and the method of each, or `None` if the pointer is elsewhere.
fn remove(document: &mut Value, pointer: &str) -> Option<BTreeSet<(String, String)>> {
    let mut segments = pointer.split('/').skip(1).map(unescape);
    let (first, second, third) = (segments.next()?, segments.next()?, segments.next()?);
    let affected = match (first.as_str(), second.as_str()) {
        ("paths", path) => BTreeSet::from([(path.to_owned(), third)]),
        ("components", "schemas") => {
            let affected = users(document, &third);
            let schemas = document.pointer_mut("/components/schemas")?;
            schemas.as_object_mut()?.remove(&third)?;
            affected
        }
        _ => return None,
    };
    for (path, method) in &affected {
        let item = document.pointer_mut(&format!("/paths/{}", escape(path)))?;
        item.as_object_mut()?.remove(method)?;
    }
    Some(affected)
}

/// Returns the operations that lead to a schema.
fn users(document: &Value, name: &str) -> BTreeSet<(String, String)> {
    let empty = Map::new();
    let schemas = document.pointer("/components/schemas");
    let schemas = schemas.and_then(Value::as_object).unwrap_or(&empty);
    let leads_there = |operation: &Value| {
        let mut start = Vec::new();
        references(operation, &mut start);
        closure(start, |name| schemas.get(name)).contains(name)
    };
    operations(document)
        .filter(|found| leads_there(found.operation))
        .map(|found| (found.path.to_owned(), found.method.to_owned()))
        .collect()
}
