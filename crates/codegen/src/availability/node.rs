//! Which values does a document allow at a place on the wire?
//!
//! References and unions disappear: a value may have one of several schemas, and has the members of
//! all of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::{Place, State};
use crate::openapi::Declaration;
use crate::pointer::escape;

/// The schemas that a value may have, as JSON pointers into the document.
pub type Node = BTreeSet<String>;

/// A step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// A member of an object.
    Member(String),
    /// The items of a list.
    Item,
    /// The values of a map.
    Value,
    /// A value of an enum.
    Choice(String),
}

impl Edge {
    /// Returns whether two steps lead to parts of the same kind.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The values that a document allows.
#[derive(Debug, Clone, Copy)]
pub struct Nodes<'a> {
    document: &'a Value,
}

impl<'a> Nodes<'a> {
    /// Creates a view of a document.
    pub const fn new(document: &'a Value) -> Self {
        Self { document }
    }

    /// Returns the request body of an operation, if it has one in JSON or as a form.
    pub fn request(&self, found: Declaration<'_>) -> Option<(Node, State)> {
        let body = found.operation.get("requestBody")?;
        let optional = body.get("required") != Some(&Value::Bool(true));
        let pointer = format!("/paths/{}/{}/requestBody", escape(found.path), found.method);
        self.content(body, &pointer, optional)
    }

    /// Returns the parameter of an operation at an index, which may be missing if `optional`.
    pub fn parameter(&self, found: Declaration<'_>, index: usize, optional: bool) -> (Node, State) {
        let (path, method) = (escape(found.path), found.method);
        self.at(
            &format!("/paths/{path}/{method}/parameters/{index}/schema"),
            optional,
        )
    }

    /// Returns the response of an operation that succeeds, if it is JSON.
    pub fn response(&self, found: Declaration<'_>) -> Option<(Node, State)> {
        let responses = found.operation.get("responses")?.as_object()?;
        let (status, response) = responses
            .iter()
            .find(|(status, _)| status.starts_with('2'))?;
        let pointer = format!(
            "/paths/{}/{}/responses/{status}",
            escape(found.path),
            found.method
        );
        self.content(response, &pointer, false)
    }

    fn content(&self, body: &Value, pointer: &str, optional: bool) -> Option<(Node, State)> {
        let content = body.get("content")?.as_object()?;
        let media = ["application/json", "application/x-www-form-urlencoded"];
        let media = media.iter().find(|media| content.contains_key(**media))?;
        Some(self.at(
            &format!("{pointer}/content/{}/schema", escape(media)),
            optional,
        ))
    }

    /// Returns the value with the schema at a JSON pointer, which may be missing if `optional`.
    pub fn at(&self, pointer: &str, optional: bool) -> (Node, State) {
        let mut node = Node::new();
        let mut state = State {
            optional,
            ..State::default()
        };
        self.expand(pointer, &mut node, &mut state, &mut BTreeSet::new());
        (node, state)
    }

    fn schema(&self, pointer: &str) -> Option<&'a Map<String, Value>> {
        self.document.pointer(pointer)?.as_object()
    }

    /// Adds what a schema allows, through references and unions.
    fn expand(
        &self,
        pointer: &str,
        node: &mut Node,
        state: &mut State,
        seen: &mut BTreeSet<String>,
    ) {
        if !seen.insert(pointer.to_owned()) {
            return;
        }
        let Some(schema) = self.schema(pointer) else {
            state.types.insert("any".to_owned());
            return;
        };
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return self.expand(target.trim_start_matches('#'), node, state, seen);
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            let alternatives = schema.get(key).and_then(Value::as_array);
            if let Some(alternatives) = alternatives {
                for index in 0..alternatives.len() {
                    self.expand(&format!("{pointer}/{key}/{index}"), node, state, seen);
                }
                return;
            }
        }
        let types = types_of(schema);
        state.nullable |= types.contains("null");
        state.types.extend(
            types
                .iter()
                .filter(|ty| **ty != "null")
                .map(|ty| (*ty).to_owned()),
        );
        if types.iter().any(|ty| *ty != "null") {
            node.insert(pointer.to_owned());
        }
    }

    /// Returns the parts of a value, each with its state and, unless it is a value of an enum, the
    /// schemas that it may have.
    pub fn parts(&self, node: &Node) -> BTreeMap<Edge, (State, Node)> {
        let mut parts: BTreeMap<Edge, (State, Node)> = BTreeMap::new();
        let mut objects = 0;
        let mut holders: BTreeMap<Edge, usize> = BTreeMap::new();
        for pointer in node {
            let Some(schema) = self.schema(pointer) else {
                continue;
            };
            objects += usize::from(schema.contains_key("properties"));
            for (edge, state, child) in self.parts_of(schema, pointer) {
                *holders.entry(edge.clone()).or_default() += 1;
                match parts.get_mut(&edge) {
                    Some((existing, schemas)) => {
                        *existing = existing.or(&state);
                        schemas.extend(child);
                    }
                    None => {
                        parts.insert(edge, (state, child));
                    }
                }
            }
        }
        for (edge, (state, _)) in &mut parts {
            let is_member = matches!(edge, Edge::Member(_));
            // Another object that the value may be does not have the member.
            state.optional |= is_member && holders.get(edge).is_some_and(|count| *count < objects);
        }
        parts
    }

    fn parts_of(&self, schema: &Map<String, Value>, pointer: &str) -> Vec<(Edge, State, Node)> {
        let mut parts = Vec::new();
        let required = schema.get("required").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(Map::keys) {
            let optional = !required.is_some_and(|list| list.iter().any(|n| n == name));
            let (child, state) =
                self.at(&format!("{pointer}/properties/{}", escape(name)), optional);
            parts.push((Edge::Member(name.clone()), state, child));
        }
        for (key, edge) in [("items", Edge::Item), ("additionalProperties", Edge::Value)] {
            let declared = schema.get(key).and_then(Value::as_object);
            if declared.is_some_and(|schema| !schema.is_empty()) {
                let (child, state) = self.at(&format!("{pointer}/{key}"), false);
                parts.push((edge, state, child));
            }
        }
        for value in choices(schema) {
            parts.push((Edge::Choice(value), State::present(), Node::new()));
        }
        parts
    }

    /// Returns the value that holds the last step of a place. `None` if the place is the body itself,
    /// or if the document does not lead there.
    pub fn holder(&self, body: &Node, place: &Place) -> Option<(Node, Edge)> {
        let (last, way) = place.0.split_last()?;
        let mut node = body.clone();
        for edge in way {
            let schemas = node.iter().filter_map(|holder| self.part_of(holder, edge));
            let schemas: Vec<String> = schemas.collect();
            if schemas.is_empty() {
                return None;
            }
            let expanded = schemas.iter().flat_map(|schema| self.at(schema, false).0);
            node = expanded.collect();
        }
        Some((node, last.clone()))
    }

    /// Returns each way from a value to those parts of it, or to itself, that have the schemas of one of
    /// `targets`, the shortest first. A way does not lead twice through a value with the same schemas.
    pub fn ways(&self, body: &Node, targets: &BTreeSet<Node>) -> Vec<(Place, Node)> {
        let inside = self.inside(body);
        let mut leading = targets.clone();
        let mut known = 0;
        while known < leading.len() {
            known = leading.len();
            let leads =
                |parts: &[(Edge, Node)]| parts.iter().any(|(_, part)| leading.contains(part));
            let more: Vec<Node> = inside
                .iter()
                .filter(|(_, parts)| leads(parts))
                .map(|(node, _)| node.clone())
                .collect();
            leading.extend(more);
        }
        let mut ways = Vec::new();
        let mut open = VecDeque::from([(Place::default(), vec![body])]);
        while let Some((place, through)) = open.pop_front() {
            let Some(node) = through.last() else { continue };
            if targets.contains(*node) {
                ways.push((place.clone(), (*node).clone()));
            }
            for (edge, part) in inside.get(*node).into_iter().flatten() {
                if leading.contains(part) && !through.contains(&part) {
                    let mut through = through.clone();
                    through.push(part);
                    open.push_back((place.child(edge.clone()), through));
                }
            }
        }
        ways
    }

    /// Returns the parts of a value and of everything inside it.
    fn inside(&self, body: &Node) -> BTreeMap<Node, Vec<(Edge, Node)>> {
        let mut inside = BTreeMap::new();
        let mut open = vec![body.clone()];
        while let Some(node) = open.pop() {
            if inside.contains_key(&node) {
                continue;
            }
            let parts = self.parts(&node).into_iter();
            let parts: Vec<(Edge, Node)> = parts.map(|(edge, (_, part))| (edge, part)).collect();
            open.extend(parts.iter().map(|(_, part)| part.clone()));
            inside.insert(node, parts);
        }
        inside
    }

    /// Returns whether the schema at a JSON pointer has a part itself.
    pub fn has(&self, pointer: &str, edge: &Edge) -> bool {
        self.part_of(pointer, edge).is_some()
    }

    /// Returns the schema of a part of the schema at a JSON pointer; a value of an enum has that of the
    /// enum.
    fn part_of(&self, pointer: &str, edge: &Edge) -> Option<String> {
        let schema = self.schema(pointer)?;
        let key = match edge {
            Edge::Member(name) => {
                schema.get("properties")?.get(name)?;
                return Some(format!("{pointer}/properties/{}", escape(name)));
            }
            Edge::Choice(value) => {
                return choices(schema).contains(value).then(|| pointer.to_owned());
            }
            Edge::Item => "items",
            Edge::Value => "additionalProperties",
        };
        let declared = schema.get(key)?.as_object()?;
        (!declared.is_empty()).then(|| format!("{pointer}/{key}"))
    }
}

/// Returns the strings that an enum or a constant allows.
fn choices(schema: &Map<String, Value>) -> Vec<String> {
    let values = schema.get("enum").and_then(Value::as_array);
    let values = values.into_iter().flatten().chain(schema.get("const"));
    values
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Returns the types of a schema without references and unions. `null` is one of them.
fn types_of(schema: &Map<String, Value>) -> BTreeSet<&str> {
    let declared: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ if schema.contains_key("properties") => vec!["object"],
        _ if schema.contains_key("items") => vec!["array"],
        _ if schema.contains_key("additionalProperties") => vec!["object"],
        _ if !choices(schema).is_empty() => vec!["string"],
        _ => vec!["any"],
    };
    let format = schema.get("format").and_then(Value::as_str);
    let kinds = declared.into_iter().map(|kind| match (kind, format) {
        ("string", _) if !choices(schema).is_empty() => "enum",
        ("string", Some(format @ ("uuid" | "date-time"))) => format,
        ("object", _) if !schema.contains_key("properties") => "map",
        (kind, _) => kind,
    });
    kinds.collect()
}
