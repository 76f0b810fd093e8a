//! Gives access to one of the two documents: its operations and the targets of its references.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::change::Operation;
use zenml_codegen::name::{OperationKey, operation_names};
use zenml_codegen::openapi::METHODS;
use zenml_codegen::pointer::escape;
use zenml_codegen::reference;

/// The longest chain of references that is followed; a longer one is a cycle.
const HOPS: usize = 32;

pub(super) struct Document<'a> {
    pub root: &'a Value,
    pub operations: Vec<Entry<'a>>,
}

/// An operation and its declaration.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub operation: Operation,
    /// The path with the names of its parameters removed.
    pub route: String,
    pub node: Node<'a>,
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
}

impl<'a> Document<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        let mut document = Self {
            root,
            operations: Vec::new(),
        };
        let paths = document.at("/paths");
        let mut found = Vec::new();
        for (path, item) in paths.iter().flat_map(Node::entries) {
            for (method, node) in item.entries() {
                if METHODS.contains(&method) {
                    found.push((path, method, node, item.clone()));
                }
            }
        }
        let names = names(&found);
        for (path, method, node, item) in found {
            let id = node.text("operationId").unwrap_or_default();
            let group = node.value.pointer("/tags/0").and_then(Value::as_str);
            document.operations.push(Entry {
                operation: Operation {
                    group: group.unwrap_or("default").to_snake_case(),
                    path: path.to_owned(),
                    method: method.to_uppercase(),
                    name: names.get(id).map_or(id, String::as_str).to_owned(),
                    id: id.to_owned(),
                },
                route: route(path),
                parameters: document.parameters(&item, &node),
                node,
            });
        }
        document
    }

    /// Returns the value at a pointer.
    pub(super) fn at(&self, pointer: &str) -> Option<Node<'a>> {
        let value = self.root.pointer(pointer)?;
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
    fn parameters(&self, item: &Node<'a>, operation: &Node<'a>) -> Vec<Node<'a>> {
        let mut result: Vec<Node<'a>> = Vec::new();
        for owner in [item, operation] {
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
        let schema = |name: &str| self.schema(name).map(|node| node.value);
        let mut start = Vec::new();
        if let Some(paths) = self.root.get("paths") {
            reference::references(paths, &mut start);
        }
        for (section, entries) in self
            .root
            .get("components")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if section != "schemas" {
                reference::references(entries, &mut start);
            }
        }
        reference::closure(start, schema)
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

fn route(path: &str) -> String {
    let segments = path.split('/');
    let segments = segments.map(|segment| match segment.starts_with('{') {
        true => "{}",
        false => segment,
    });
    segments.collect::<Vec<_>>().join("/")
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

/// Returns the name of the schema that a reference points to.
pub(super) fn schema_name(value: &Value) -> Option<String> {
    reference::target_of(value)
}

/// Returns the members of an object; any other value has none.
pub(super) fn members(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}
