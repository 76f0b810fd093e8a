//! Where a document declares its operations.

use serde_json::{Map, Value};

/// The keys of a path item that hold an operation.
pub const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// An operation as a document declares it.
#[derive(Debug, Clone, Copy)]
pub struct Declaration<'a> {
    /// The path template.
    pub path: &'a str,
    /// The HTTP method, in lower case.
    pub method: &'a str,
    /// The operation object.
    pub operation: &'a Value,
}

/// Returns the operations of a document, in its order.
pub fn operations(document: &Value) -> impl Iterator<Item = Declaration<'_>> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths.into_iter().flatten().flat_map(|(path, item)| {
        let members = item.as_object().into_iter().flatten();
        members
            .filter(|(method, _)| METHODS.contains(&method.as_str()))
            .map(move |(method, operation)| Declaration {
                path,
                method,
                operation,
            })
    })
}

/// As [`operations`], to change them.
pub(crate) fn operations_mut(
    document: &mut Value,
) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(Map::values_mut);
    items
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.iter_mut())
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .filter_map(|(_, operation)| operation.as_object_mut())
}
