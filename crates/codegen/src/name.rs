//! How types and operations of a document are named in Rust.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::pointer::escape;
use crate::reserved::{CLIENT_METHODS, TYPE_IMPORTS, unreserved};
use crate::{Error, Result};

/// Returns the Rust type name of a schema, such as `PageTagResponse` for `Page_TagResponse_`.
///
/// The name stays the same when it is converted again, as progenitor does: `GPU_A100_V2` becomes
/// `GpuA100V2` first, and `GpuA100v2` then.
pub fn type_name(name: &str) -> String {
    let (mut before, mut after) = (String::new(), name.to_upper_camel_case());
    while before != after {
        before = after;
        after = before.to_upper_camel_case();
    }
    after
}

/// Returns whether `name` is a Rust identifier, and not a keyword.
pub(crate) fn is_ident(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok()
}

/// Returns `name`, with an underscore at its end if it is a keyword.
pub(crate) fn identifier(name: String) -> String {
    if !is_ident(&name) && is_ident(&format!("{name}_")) {
        return name + "_";
    }
    name
}

/// Returns progenitor's name for the method of an operation or the argument of a parameter. It is not an
/// identifier if the name has no letters.
pub(crate) fn generated_name(name: &str) -> String {
    let name = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        name => name.replace('\'', "").to_snake_case(),
    };
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("_{name}");
    }
    identifier(name)
}

/// Returns the Rust name of each schema.
pub(crate) fn type_names<'a>(
    names: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, String>> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut result = BTreeMap::new();
    for name in names {
        let mut rust = type_name(name);
        if TYPE_IMPORTS.contains(&rust.as_str()) {
            rust.push_str("Model");
        }
        if !is_ident(&rust) {
            return Err(Error::in_document(
                format!("/components/schemas/{}", escape(name)),
                format!("`{name}` would be named `{rust}` in Rust, which is not a valid name"),
                "rename it",
            ));
        }
        if let Some(other) = taken.insert(rust.clone(), name) {
            return Err(Error::in_document(
                format!("/components/schemas/{}", escape(name)),
                format!("`{name}` and `{other}` would both be named `{rust}` in Rust"),
                "rename one of them",
            ));
        }
        result.insert(name.clone(), rust);
    }
    Ok(result)
}

/// The facts about an operation that determine its name in Rust.
#[derive(Debug, Clone)]
pub struct OperationKey {
    /// The `operationId`.
    pub id: String,
    /// The HTTP method, in lower case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Whether the operation is deprecated.
    pub deprecated: bool,
}

/// Returns the Rust name of each operation, by its id.
///
/// FastAPI composes ids of the function's name, the path and the method; only the function's name is
/// kept. If operations share it, the one with the shortest path keeps it, but never a deprecated
/// one. The names of the others add how they differ, such as `list_stacks_via_workspaces`. Keywords
/// and the names of the clients' own methods get an underscore at their end. If a name is taken even so,
/// the method is added, or the whole id is the name.
///
/// # Errors
///
/// Returns an error if a name is not valid in Rust, or if two are the same.
pub fn operation_names(operations: &[OperationKey]) -> Result<BTreeMap<String, String>> {
    let mut shared: BTreeMap<String, Vec<&OperationKey>> = BTreeMap::new();
    for operation in operations {
        shared
            .entry(function_name(operation))
            .or_default()
            .push(operation);
    }
    let mut result = BTreeMap::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for (name, mut group) in shared {
        group.sort_by_key(|o| {
            let place = (o.path.len(), o.path.clone());
            (o.deprecated, place, o.method != "get", o.method.clone())
        });
        let Some(owner) = group.first().copied() else {
            continue;
        };
        for operation in &group {
            let name = if operation.id == owner.id {
                name.clone()
            } else {
                format!("{name}_{}", difference(operation, owner))
            };
            // The last one is the id: it has the path and the method.
            let names = [
                name.clone(),
                format!("{name}_{}", operation.method),
                operation.id.to_snake_case(),
            ];
            let mut names = names
                .map(|name| unreserved(&identifier(name), CLIENT_METHODS))
                .into_iter();
            let free = names.find(|name| !taken.contains_key(name));
            let name = free.unwrap_or(name);
            let pointer = format!("/paths/{}/{}", escape(&operation.path), operation.method);
            if !is_ident(&name) {
                return Err(Error::in_document(
                    pointer,
                    format!(
                        "`{}` would be named `{name}`, which is not a valid name of a method",
                        operation.id
                    ),
                    "give the operation another operationId",
                ));
            }
            if let Some(other) = taken.insert(name.clone(), operation.id.clone()) {
                return Err(Error::in_document(
                    pointer,
                    format!(
                        "the operations `{}` and `{other}` would both be named `{name}`",
                        operation.id
                    ),
                    "give one of them another operationId",
                ));
            }
            result.insert(operation.id.clone(), name);
        }
    }
    Ok(result)
}

/// Returns the name of the Python function behind an operation: its id without path and method, and
/// without the suffix `_endpoint` of the Pro API.
fn function_name(operation: &OperationKey) -> String {
    let path: String = operation
        .path
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let suffix = format!("{path}_{}", operation.method);
    let name = operation.id.strip_suffix(&suffix).unwrap_or(&operation.id);
    name.strip_suffix("_endpoint")
        .unwrap_or(name)
        .to_snake_case()
}

/// Returns how `operation` differs from the owner of the name that both would have.
fn difference(operation: &OperationKey, owner: &OperationKey) -> String {
    let owned: BTreeSet<&str> = owner.path.split('/').collect();
    let (mut fixed, mut variable) = (Vec::new(), Vec::new());
    for segment in operation.path.split('/').filter(|s| !owned.contains(s)) {
        match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => {
                variable.push(name.trim_end_matches("_name_or_id").trim_end_matches("_id"))
            }
            None => fixed.push(segment),
        }
    }
    let difference = match (operation.deprecated, fixed.is_empty(), variable.is_empty()) {
        (_, true, true) => operation.method.clone(),
        (false, _, false) => format!("by_{}", variable.join("_")),
        (_, false, _) => format!("via_{}", fixed.join("_")),
        (true, true, false) => format!("via_{}", variable.join("_")),
    };
    difference.to_snake_case()
}
