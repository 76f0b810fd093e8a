//! Which parts of another server's document cannot be expressed: they are left out, so that the others
//! can be used.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::name::type_names;
use crate::openapi::{Declaration, METHODS, operations};
use crate::pointer::{escape, unescape};
use crate::reference::{closure, references};
use crate::{Error, Result};

/// A part of a document that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The method and the path of an operation, or a member of the document.
    pub part: String,
    /// The construct that is not supported.
    pub reason: Error,
}

/// Runs `build` on the document, without the parts that make it fail.
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
        left_out.extend(affected.into_iter().map(|part| LeftOut {
            part,
            reason: error.clone(),
        }));
    }
}

/// Removes what a pointer is inside of: a member of the document, an operation, a path with its
/// operations, or a schema with the operations that use it. Returns what is removed, in words, or `None`
/// if the pointer is elsewhere.
fn remove(document: &mut Value, pointer: &str) -> Option<BTreeSet<String>> {
    let mut segments = pointer.split('/').skip(1).map(unescape);
    let first = segments.next()?;
    let affected: BTreeSet<(String, String)> =
        match (first.as_str(), segments.next(), segments.next()) {
            ("paths", Some(path), Some(method)) => {
                let of_path = operations(document).filter(|found| found.path == path);
                let is_affected = |own: &str| own == method || !METHODS.contains(&method.as_str());
                let affected = of_path.filter(|found| is_affected(found.method));
                let affected: BTreeSet<_> = affected.map(|found| key(&found)).collect();
                let item = document.pointer_mut(&format!("/paths/{}", escape(&path)))?;
                item.as_object_mut()?.remove(&method)?;
                affected
            }
            ("components", Some(kind), Some(name)) if kind == "schemas" => {
                let affected = users(document, &name);
                let schemas = document.pointer_mut("/components/schemas")?;
                schemas.as_object_mut()?.remove(&name)?;
                affected
            }
            ("paths" | "components", ..) => return None,
            (member, ..) => {
                document.as_object_mut()?.remove(member)?;
                return Some(BTreeSet::from([member.to_owned()]));
            }
        };
    for (path, method) in &affected {
        let item = document.pointer_mut(&format!("/paths/{}", escape(path)))?;
        item.as_object_mut()?.remove(method);
    }
    let parts = affected.iter();
    Some(
        parts
            .map(|(path, method)| format!("{} {path}", method.to_uppercase()))
            .collect(),
    )
}

fn key(found: &Declaration<'_>) -> (String, String) {
    (found.path.to_owned(), found.method.to_owned())
}

/// Returns an error about a Rust type as one about what declares the type in the document: a schema, or
/// an operation that leads to the type.
pub(crate) fn located(error: Error, document: &Value, lowered: &Value) -> Error {
    let rest = error.pointer.strip_prefix("/components/schemas/");
    let Some((name, rest)) = rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) else {
        return error;
    };
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    let names = schemas.and_then(|schemas| type_names(schemas.keys()).ok());
    let mut names = names.iter().flatten();
    let pointer = match names.find(|(_, rust)| *rust == name) {
        Some((original, _)) if rest.is_empty() => {
            format!("/components/schemas/{}", escape(original))
        }
        Some((original, _)) => format!("/components/schemas/{}/{rest}", escape(original)),
        None => match users(lowered, name).into_iter().next() {
            Some((path, method)) => format!("/paths/{}/{method}", escape(&path)),
            None => return error,
        },
    };
    Error { pointer, ..error }
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
        .map(|found| key(&found))
        .collect()
}
