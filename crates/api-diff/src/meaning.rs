//! What a schema means, however it is written: `anyOf [X, null]`, `type: [x, "null"]`, an `allOf`
//! of one, a reference or the schema itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::{Document, Node, members, schema_name};
use zenml_codegen::lower::reach;

/// Deeper than unions are ever nested.
const DEPTH: usize = 16;

/// A schema as a set of alternatives.
pub(super) struct Meaning<'a> {
    /// Whether `null` is one of its values.
    pub nullable: bool,
    /// The alternatives other than `null`.
    pub alternatives: Vec<Alternative<'a>>,
    /// What tells the alternatives apart.
    pub tag: Option<Tag>,
}

impl Meaning<'_> {
    /// Whether any JSON is allowed, `null` included.
    pub(super) fn is_free(&self) -> bool {
        let mut leaves = self.alternatives.iter().filter_map(Alternative::leaf);
        leaves.any(|leaf| leaf.kind == Kind::Any)
    }

    /// Whether each of two meanings allows `null`. Where one is free or `null` as such, that is said
    /// by its type, and both count as alike.
    pub(super) fn nullable(old: &Self, new: &Self) -> (bool, bool) {
        let telling = |meaning: &Self| !meaning.is_free() && !meaning.alternatives.is_empty();
        let both = telling(old) && telling(new);
        (both && old.nullable, both && new.nullable)
    }
}

/// One alternative: a reference to a named schema, or a schema of one type.
#[derive(Clone)]
pub(super) struct Alternative<'a> {
    pub node: Node<'a>,
    /// The type that is meant, where the schema lists several.
    only: Option<&'a str>,
}

/// A discriminator.
#[derive(PartialEq)]
pub(super) struct Tag {
    pub property: String,
    /// Value → schema.
    pub mapping: BTreeMap<String, String>,
}

/// What a value of one type looks like in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Tuple,
    Map,
    Object,
    /// An intersection, a negation, or a type that JSON Schema does not know.
    Unknown,
}

/// A schema of one type.
#[derive(Clone)]
pub(super) struct Leaf<'a> {
    pub node: Node<'a>,
    pub kind: Kind,
}

impl<'a> Leaf<'a> {
    pub(super) fn schema(&self) -> &'a Map<String, Value> {
        members(self.node.value)
    }
}

impl<'a> Alternative<'a> {
    /// The name of the schema that it refers to.
    pub(super) fn name(&self) -> Option<String> {
        schema_name(self.node.value)
    }

    /// The alternative itself, unless it is a reference.
    pub(super) fn leaf(&self) -> Option<Leaf<'a>> {
        let schema = members(self.node.value);
        if schema.contains_key("$ref") {
            return None;
        }
        let written = self.only.or_else(|| schema.get("type")?.as_str());
        Some(Leaf {
            kind: kind(self.node.value, written),
            node: self.node.clone(),
        })
    }
}

impl<'a> Document<'a> {
    /// The alternatives of a schema. References to named schemas stay.
    pub(super) fn meaning(&self, node: &Node<'a>) -> Meaning<'a> {
        let mut meaning = Meaning {
            nullable: false,
            alternatives: Vec::new(),
            tag: tag(node.value),
        };
        self.gather(node, &mut meaning, DEPTH);
        meaning
    }

    fn gather(&self, node: &Node<'a>, meaning: &mut Meaning<'a>, depth: usize) {
        let schema = members(node.value);
        if depth == 0 || schema.contains_key("$ref") {
            let target = self.target(node);
            meaning.nullable |= depth > 0 && self.nullable(&target, depth - 1);
            if meaning.tag.is_none() {
                meaning.tag = tag(target.value);
            }
            meaning.alternatives.push(Alternative {
                node: node.clone(),
                only: None,
            });
            return;
        }
        if let Some(list) = wrapper(schema).and_then(|key| node.get(key)) {
            for item in list.items() {
                if meaning.tag.is_none() {
                    meaning.tag = tag(item.value);
                }
                self.gather(&item, meaning, depth - 1);
            }
            return;
        }
        let types: Vec<Option<&'a str>> = match schema.get("type") {
            Some(Value::Array(types)) => types.iter().map(Value::as_str).collect(),
            Some(kind) => vec![kind.as_str()],
            None => vec![None],
        };
        let values = schema.get("enum").and_then(Value::as_array);
        meaning.nullable |= values.is_some_and(|values| values.contains(&Value::Null));
        for only in types {
            let nothing = only == Some("null")
                || schema.get("const") == Some(&Value::Null)
                || values.is_some_and(|values| values.iter().all(Value::is_null));
            if nothing {
                meaning.nullable = true;
            } else {
                meaning.alternatives.push(Alternative {
                    node: node.clone(),
                    only,
                });
            }
        }
    }

    fn nullable(&self, node: &Node<'a>, depth: usize) -> bool {
        let mut meaning = Meaning {
            nullable: false,
            alternatives: Vec::new(),
            tag: None,
        };
        if depth > 0 {
            self.gather(node, &mut meaning, depth);
        }
        meaning.nullable
    }

    /// The alternatives with the references to unions resolved.
    pub(super) fn flat(&self, alternatives: &[Alternative<'a>]) -> Vec<Alternative<'a>> {
        let mut flat = Vec::new();
        self.flatten(alternatives, &mut flat, DEPTH);
        flat
    }

    fn flatten(
        &self,
        alternatives: &[Alternative<'a>],
        flat: &mut Vec<Alternative<'a>>,
        depth: usize,
    ) {
        for alternative in alternatives {
            if alternative.leaf().is_none() && depth > 0 {
                let inner = self.meaning(&self.target(&alternative.node)).alternatives;
                if inner.len() > 1 {
                    self.flatten(&inner, flat, depth - 1);
                    continue;
                }
            }
            flat.push(alternative.clone());
        }
    }

    /// The schema of one type that an alternative is in the end; none if it is a union.
    pub(super) fn leaf(&self, alternative: &Alternative<'a>) -> Option<Leaf<'a>> {
        let mut alternative = alternative.clone();
        for _ in 0..DEPTH {
            if let Some(leaf) = alternative.leaf() {
                return Some(leaf);
            }
            let mut inner = self.meaning(&self.target(&alternative.node)).alternatives;
            match (inner.pop(), inner.is_empty()) {
                (Some(only), true) => alternative = only,
                _ => return None,
            }
        }
        None
    }
}

/// The keyword that leads to what a schema means, if it stands around that: a reference, a union, or
/// an `allOf` of one.
pub(super) fn wrapper(schema: &Map<String, Value>) -> Option<&'static str> {
    let leads = |key: &&str| match (*key, schema.get(*key)) {
        (_, None) => false,
        ("allOf", Some(parts)) => parts.as_array().is_some_and(|parts| parts.len() == 1),
        _ => true,
    };
    ["$ref", "anyOf", "oneOf", "allOf"].into_iter().find(leads)
}

fn kind(schema: &Value, written: Option<&str>) -> Kind {
    if schema == &Value::Bool(true) {
        return Kind::Any;
    }
    let has = |key: &str| schema.get(key).is_some();
    match written {
        Some("null") => Kind::Null,
        Some("boolean") => Kind::Boolean,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("string") => Kind::String,
        Some("array") if has("prefixItems") => Kind::Tuple,
        Some("array") => Kind::Array,
        Some("object") if has("properties") => Kind::Object,
        Some("object") => Kind::Map,
        Some(_) => Kind::Unknown,
        None if has("enum") || has("const") => values(members(schema)).map_or(Kind::Unknown, of),
        None if has("properties") => Kind::Object,
        None if has("allOf") || has("not") || has("if") || !schema.is_object() => Kind::Unknown,
        None => Kind::Any,
    }
}

/// The kind of values that are listed without a type.
fn of(values: Vec<&Value>) -> Kind {
    match values.first() {
        Some(Value::String(_)) => Kind::String,
        Some(Value::Bool(_)) => Kind::Boolean,
        Some(Value::Number(number)) if number.is_f64() => Kind::Number,
        Some(Value::Number(_)) => Kind::Integer,
        _ => Kind::Unknown,
    }
}

/// The values that a schema lists, `null` aside.
pub(super) fn values(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    let values = schema.get("enum")?.as_array()?.iter();
    Some(values.filter(|value| !value.is_null()).collect())
}

/// What tells the alternatives of a union apart: a discriminator, or where the tag lies deeper than
/// that can say, the extension of our overlays.
fn tag(schema: &Value) -> Option<Tag> {
    let (declared, property) = match schema.get("x-discriminator") {
        Some(extension) => (extension, extension.get("pointer")?.as_str()?),
        None => {
            let declared = schema.get("discriminator")?;
            (declared, declared.get("propertyName")?.as_str()?)
        }
    };
    let mapping = declared.get("mapping").and_then(Value::as_object);
    let entries = mapping.into_iter().flatten().filter_map(|(value, target)| {
        let name = reach::target(target.as_str()?)?;
        Some((value.clone(), name))
    });
    Some(Tag {
        property: property.trim_start_matches('/').replace('/', "."),
        mapping: entries.collect(),
    })
}

impl Tag {
    /// The values that lead to a schema.
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        let entries = self.mapping.iter();
        let entries = entries.filter(|(_, target)| *target == name);
        entries.map(|(value, _)| value.as_str()).collect()
    }
}
