//! Gives access to one of the two documents: its operations and the targets of its references.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::change::Operation;
use super::json::members;
use super::normal::Normal;
use zenml_codegen::name::{OperationKey, operation_names};
use zenml_codegen::openapi::METHODS;
use zenml_codegen::pointer::escape;
use zenml_codegen::reference;

/// The longest chain of references that is followed; a longer one is a cycle.
const HOPS: usize = 32;

pub(super) struct Document<'a> {
    /// The document as it was given.
    pub given: &'a Value,
    pub normal: &'a Normal,
    pub operations: Vec<Entry<'a>>,
}

/// An operation and its declaration.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub operation: Operation,
    /// The path with the names of its parameters removed.
    pub route: String,
    pub node: Node<'a>,
    /// The servers of the operation or its path, if they have their own.
    pub servers: Option<Node<'a>>,
    pub parameters: Vec<Node<'a>>,
}

/// A value and its JSON pointer.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub pointer: String,
    pub value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| Self {
            pointer: format!("{}/{}", self.pointer, escape(key)),
            value,
        })
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.as_str()
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// Returns the entries of a list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        let node = |(index, value)| Self {
            pointer: format!("{}/{index}", self.pointer),
            value,
        };
        items.map(node).collect()
    }

    /// Returns the entries of an object, by name.
    pub(super) fn entries(&self) -> BTreeMap<&'a str, Self> {
        let entries = self.value.as_object().into_iter().flatten();
        let node = |(key, value): (&'a String, &'a Value)| {
            let pointer = format!("{}/{}", self.pointer, escape(key));
            (key.as_str(), Self { pointer, value })
        };
        entries.map(node).collect()
    }

    /// Returns the entries of the object under `key`; none if it is missing.
    pub(super) fn entries_of(&self, key: &str) -> BTreeMap<&'a str, Self> {
        self.get(key).map(|node| node.entries()).unwrap_or_default()
    }
}

impl<'a> Document<'a> {
    pub(super) fn new(given: &'a Value, normal: &'a Normal) -> Self {
        let mut document = Self {
            given,
            normal,
            operations: Vec::new(),
        };
        let mut found: Vec<(&str, &str, Node<'_>, Node<'_>)> = Vec::new();
        for (path, item) in document.paths() {
            for owner in document.path_item(&item) {
                for (method, node) in owner.entries() {
                    let known = found.iter().any(|(p, m, ..)| (*p, *m) == (path, method));
                    if METHODS.contains(&method) && !known {
                        found.push((path, method, node, item.clone()));
                    }
                }
            }
        }
        let names = names(&found);
        for (path, method, node, item) in found {
            let id = node.text("operationId").unwrap_or_default();
            let group = node.value.pointer("/tags/0").and_then(Value::as_str);
            let owners = document.path_item(&item);
            let mut servers = owners.iter().filter_map(|owner| owner.get("servers"));
            let name = match names.get(id) {
                Some(name) => name.clone(),
                None if id.is_empty() => format!("{method} {path}"),
                None => id.to_owned(),
            };
            document.operations.push(Entry {
                operation: Operation {
                    group: group.unwrap_or("default").to_snake_case(),
                    path: path.to_owned(),
                    method: method.to_uppercase(),
                    name,
                    id: id.to_owned(),
                },
                route: route(path),
                servers: node.get("servers").or_else(|| servers.next()),
                parameters: document.parameters(&owners, &node),
                node,
            });
        }
        document
    }

    pub(super) fn root(&self) -> &'a Value {
        &self.normal.root
    }

    /// Returns the path items, by path.
    pub(super) fn paths(&self) -> BTreeMap<&'a str, Node<'a>> {
        let paths = self.at("/paths");
        paths.map(|node| node.entries()).unwrap_or_default()
    }

    /// Returns a path item, and the one that it refers to.
    pub(super) fn path_item(&self, item: &Node<'a>) -> Vec<Node<'a>> {
        let target = self.target(item);
        if target.pointer == item.pointer {
            vec![target]
        } else {
            vec![item.clone(), target]
        }
    }

    /// Returns the value at a pointer.
    pub(super) fn at(&self, pointer: &str) -> Option<Node<'a>> {
        let value = self.root().pointer(pointer)?;
        Some(Node {
            pointer: pointer.to_owned(),
            value,
        })
    }

    /// Follows references until a node that is not a reference.
    pub(super) fn target(&self, node: &Node<'a>) -> Node<'a> {
        let mut node = node.clone();
        for _ in 0..HOPS {
            let reference = node.text("$ref").and_then(|r| r.strip_prefix('#'));
            match reference.and_then(|pointer| self.at(pointer)) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }

    /// Returns the parameters of an operation. Its own replace those of the path.
    fn parameters(&self, items: &[Node<'a>], operation: &Node<'a>) -> Vec<Node<'a>> {
        let mut result: Vec<Node<'a>> = Vec::new();
        for owner in items.iter().rev().chain([operation]) {
            let declared = owner.get("parameters").map(|list| list.items());
            for parameter in declared.into_iter().flatten() {
                let parameter = self.target(&parameter);
                let key = |node: &Node<'a>| (node.text("in"), node.text("name"));
                result.retain(|other| key(other) != key(&parameter));
                result.push(parameter);
            }
        }
        result
    }

    /// Returns the names of all schemas that operations reach.
    pub(super) fn used_schemas(&self) -> BTreeSet<String> {
        let mut start = Vec::new();
        for section in ["paths", "webhooks"] {
            if let Some(section) = self.given.get(section) {
                reference::references(section, &mut start);
            }
        }
        let components = self.given.get("components").into_iter().flat_map(members);
        for (_, entries) in components.filter(|(section, _)| *section != "schemas") {
            reference::references(entries, &mut start);
        }
        let pointer = |name: &str| format!("/components/schemas/{}", escape(name));
        reference::closure(start, |name| self.given.pointer(&pointer(name)))
    }

    /// Returns the names of schemas that the normal form has merged into others, or that are compared
    /// only as parts of others.
    pub(super) fn merged_schemas(&self) -> BTreeSet<String> {
        let mut start: Vec<String> = self.normal.merged().collect();
        whole(self.root(), &mut start);
        reference::closure(start, |name| self.schema(name).map(|node| node.value))
    }

    /// Returns a schema under `components`.
    pub(super) fn schema(&self, name: &str) -> Option<Node<'a>> {
        self.at(&format!("/components/schemas/{}", escape(name)))
    }

    /// Returns the schemas under `components`, by name.
    pub(super) fn schemas(&self) -> BTreeMap<&'a str, Node<'a>> {
        let schemas = self.at("/components/schemas");
        schemas.map(|node| node.entries()).unwrap_or_default()
    }
}

/// Returns a path without the names of its parameters: `/things/{id}:run` as `/things/{}:run`.
fn route(path: &str) -> String {
    let mut route = String::new();
    let mut rest = path;
    while let Some((before, (_, after))) = rest
        .split_once('{')
        .and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
    {
        route.push_str(before);
        route.push_str("{}");
        rest = after;
    }
    route + rest
}

/// Returns the generated name of each operation, by the vendor's id. The map is empty if the
/// generator rejects the names.
fn names(found: &[(&str, &str, Node<'_>, Node<'_>)]) -> BTreeMap<String, String> {
    let named = found.iter().map(|(path, method, node, _)| OperationKey {
        id: node.text("operationId").unwrap_or_default().to_owned(),
        method: (*method).to_owned(),
        path: (*path).to_owned(),
        deprecated: node.flag("deprecated"),
    });
    operation_names(&named.collect::<Vec<_>>()).unwrap_or_default()
}

/// Collects the schemas that values refer to which are compared as a whole.
fn whole(value: &Value, found: &mut Vec<String>) {
    const WHOLE: [&str; 13] = [
        "allOf",
        "callbacks",
        "contains",
        "contentSchema",
        "dependentSchemas",
        "else",
        "encoding",
        "if",
        "not",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
        "webhooks",
    ];
    match value {
        Value::Object(members) => {
            for (key, child) in members {
                if WHOLE.contains(&key.as_str()) {
                    reference::references(child, found);
                }
                whole(child, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| whole(item, found)),
        _ => {}
    }
}
