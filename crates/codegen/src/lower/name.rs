//! Names: of types, and of operations once FastAPI's suffix is off.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::escape;
use crate::{Error, Result};

/// Names that the generated module of types uses for something else.
pub(super) const RESERVED: &[&str] = &[
    "BTreeMap",
    "Box",
    "Clone",
    "Debug",
    "Default",
    "Deserialize",
    "Filter",
    "Into",
    "Map",
    "Option",
    "PartialEq",
    "Secret",
    "SecretMap",
    "Self",
    "Serialize",
    "String",
    "Uuid",
    "Value",
    "Vec",
];

/// Methods that every generated client has.
const CLIENT_METHODS: [&str; 3] = ["clone", "new", "transport"];

/// A schema's name as a Rust type.
pub fn type_name(name: &str) -> String {
    name.to_upper_camel_case()
}

/// Whether Rust takes it for a name.
pub fn is_ident(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok()
}

/// The Rust name of each schema.
pub fn type_names<'a>(names: impl Iterator<Item = &'a String>) -> Result<BTreeMap<String, String>> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut result = BTreeMap::new();
    for name in names {
        let mut rust = type_name(name);
        if RESERVED.contains(&rust.as_str()) {
            rust.push_str("Model");
        }
        if !is_ident(&rust) {
            return Err(Error::new(
                format!("/components/schemas/{}", escape(name)),
                format!("no type can be named `{rust}` after `{name}`"),
                "rename it with an overlay in specs/overlays/",
            ));
        }
        if let Some(other) = taken.insert(rust.clone(), name) {
            return Err(Error::new(
                format!("/components/schemas/{}", escape(name)),
                format!("`{name}` and `{other}` would both be named `{rust}` in Rust"),
                "rename one of them with an overlay in specs/overlays/",
            ));
        }
        result.insert(name.clone(), rust);
    }
    Ok(result)
}

/// What naming needs to know of an operation.
#[derive(Debug, Clone)]
pub struct Named {
    pub id: String,
    pub method: String,
    pub path: String,
    pub deprecated: bool,
}

/// The clean name of each operation, by vendor's id.
///
/// FastAPI's id is the function's name, the path and the method. Where the name alone is shared, a
/// deprecated alias never takes it: it says which path it goes through instead. Of two that stay,
/// the one with the shorter path keeps the name.
pub fn operation_names(operations: &[Named]) -> Result<BTreeMap<String, String>> {
    let mut shared: BTreeMap<String, Vec<&Named>> = BTreeMap::new();
    for operation in operations {
        shared
            .entry(function_name(operation))
            .or_default()
            .push(operation);
    }
    let mut result = BTreeMap::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for (name, mut group) in shared {
        group.sort_by_key(|o| (o.deprecated, o.path.len(), o.path.clone(), o.method.clone()));
        let Some(owner) = group.first().copied() else {
            continue;
        };
        for operation in &group {
            let name = if operation.id == owner.id {
                name.clone()
            } else {
                format!("{name}_{}", difference(operation, owner))
            };
            let pointer = format!("/paths/{}/{}", escape(&operation.path), operation.method);
            if !is_ident(&name) || CLIENT_METHODS.contains(&name.as_str()) {
                return Err(Error::new(
                    pointer,
                    format!(
                        "no method of a client can be named `{name}` after `{}`",
                        operation.id
                    ),
                    "give the operation another operationId with an overlay in specs/overlays/",
                ));
            }
            if let Some(other) = taken.insert(name.clone(), operation.id.clone()) {
                return Err(Error::new(
                    pointer,
                    format!(
                        "the operations `{}` and `{other}` would both be named `{name}`",
                        operation.id
                    ),
                    "give one of them another operationId with an overlay in specs/overlays/",
                ));
            }
            result.insert(operation.id.clone(), name);
        }
    }
    Ok(result)
}

/// The Python function behind an operation: its id without path and method, and without the
/// `_endpoint` that the Pro API puts at the end.
fn function_name(operation: &Named) -> String {
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

/// What tells `operation` from the owner of the name that both would have.
fn difference(operation: &Named, owner: &Named) -> String {
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
