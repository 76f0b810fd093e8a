//! Resolves a schema to its alternatives, however it is written: `anyOf [X, null]`,
//! `type: [x, "null"]`, an `allOf` of one, a reference or the schema itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::{Document, Node, members, schema_name};
use zenml_codegen::reference;

/// The deepest nesting of unions that is resolved.
const DEPTH: usize = 16;

/// A schema as a set of alternatives.
pub(super) struct Resolved<'a> {
    /// Whether `null` is one of its values.
    pub nullable: bool,
    /// The alternatives other than `null`.
    pub alternatives: Vec<Alternative<'a>>,
    /// The discriminator.
    pub tag: Option<Tag>,
}

impl Resolved<'_> {
    /// Returns whether any JSON is allowed, `null` included.
    pub(super) fn is_free(&self) -> bool {
        let mut typed = self.alternatives.iter().filter_map(Alternative::typed);
        typed.any(|typed| typed.kind == Kind::Any)
    }

    /// Returns whether each side allows `null`. If one side is any JSON or only `null`, its type says
    /// so, and both count as equal.
    pub(super) fn nullable(old: &Self, new: &Self) -> (bool, bool) {
        let telling = |resolved: &Self| !resolved.is_free() && !resolved.alternatives.is_empty();
        let both = telling(old) && telling(new);
        (both && old.nullable, both && new.nullable)
    }
}

/// One alternative: a reference to a named schema, or a schema of one type.
#[derive(Clone)]
pub(super) struct Alternative<'a> {
    pub node: Node<'a>,
    /// The selected type if the schema lists several.
    only: Option<&'a str>,
}

/// A discriminator.
#[derive(PartialEq)]
pub(super) struct Tag {
    pub property: String,
    /// Value → schema.
    pub mapping: BTreeMap<String, String>,
}

/// A JSON type, with lists and objects divided further.
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
    /// An intersection, a negation, or an unknown type.
    Unknown,
}

/// A schema of one type.
#[derive(Clone)]
pub(super) struct Typed<'a> {
    pub node: Node<'a>,
    pub kind: Kind,
}

impl<'a> Typed<'a> {
    pub(super) fn schema(&self) -> &'a Map<String, Value> {
        members(self.node.value)
    }
}

impl<'a> Alternative<'a> {
    /// Returns the name of the schema it refers to.
    pub(super) fn name(&self) -> Option<String> {
        schema_name(self.node.value)
    }

    /// Returns the alternative itself, unless it is a reference.
    pub(super) fn typed(&self) -> Option<Typed<'a>> {
        let schema = members(self.node.value);
        if schema.contains_key("$ref") {
            return None;
        }
        let written = self.only.or_else(|| schema.get("type")?.as_str());
        Some(Typed {
            kind: kind(self.node.value, written),
            node: self.node.clone(),
        })
    }
}

impl<'a> Document<'a> {
    /// Returns the alternatives of a schema. References to named schemas are kept.
    pub(super) fn resolved(&self, node: &Node<'a>) -> Resolved<'a> {
        let mut resolved = Resolved {
            nullable: false,
            alternatives: Vec::new(),
            tag: tag(node.value),
        };
        self.gather(node, &mut resolved, DEPTH);
        resolved
    }

    fn gather(&self, node: &Node<'a>, resolved: &mut Resolved<'a>, depth: usize) {
        let schema = members(node.value);
        if depth == 0 || schema.contains_key("$ref") {
            let target = self.target(node);
            resolved.nullable |= depth > 0 && self.nullable(&target, depth - 1);
            if resolved.tag.is_none() {
                resolved.tag = tag(target.value);
            }
            resolved.alternatives.push(Alternative {
                node: node.clone(),
                only: None,
            });
            return;
        }
        if let Some(list) = wrapper(schema).and_then(|key| node.get(key)) {
            for item in list.items() {
                if resolved.tag.is_none() {
                    resolved.tag = tag(item.value);
                }
                self.gather(&item, resolved, depth - 1);
            }
            return;
        }
        let types: Vec<Option<&'a str>> = match schema.get("type") {
            Some(Value::Array(types)) => types.iter().map(Value::as_str).collect(),
            Some(kind) => vec![kind.as_str()],
            None => vec![None],
        };
        let values = schema.get("enum").and_then(Value::as_array);
        resolved.nullable |= values.is_some_and(|values| values.contains(&Value::Null));
        for only in types {
            let nothing = only == Some("null")
                || schema.get("const") == Some(&Value::Null)
                || values.is_some_and(|values| values.iter().all(Value::is_null));
            if nothing {
                resolved.nullable = true;
            } else {
                resolved.alternatives.push(Alternative {
                    node: node.clone(),
                    only,
                });
            }
        }
    }

    fn nullable(&self, node: &Node<'a>, depth: usize) -> bool {
        let mut resolved = Resolved {
            nullable: false,
            alternatives: Vec::new(),
            tag: None,
        };
        if depth > 0 {
            self.gather(node, &mut resolved, depth);
        }
        resolved.nullable
    }

    /// Returns the alternatives with references to unions resolved.
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
            if alternative.typed().is_none() && depth > 0 {
                let inner = self.resolved(&self.target(&alternative.node)).alternatives;
                if inner.len() > 1 {
                    self.flatten(&inner, flat, depth - 1);
                    continue;
                }
            }
            flat.push(alternative.clone());
        }
    }

    /// Follows an alternative to a schema of one type; `None` if it is a union.
    pub(super) fn typed(&self, alternative: &Alternative<'a>) -> Option<Typed<'a>> {
        let mut alternative = alternative.clone();
        for _ in 0..DEPTH {
            if let Some(typed) = alternative.typed() {
                return Some(typed);
            }
            let mut inner = self.resolved(&self.target(&alternative.node)).alternatives;
            match (inner.pop(), inner.is_empty()) {
                (Some(only), true) => alternative = only,
                _ => return None,
            }
        }
        None
    }
}

/// Returns the keyword that wraps the actual schema: a reference, a union, or an `allOf` of one.
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

/// Returns the type of listed values without a declared type.
fn of(values: Vec<&Value>) -> Kind {
    match values.first() {
        Some(Value::String(_)) => Kind::String,
        Some(Value::Bool(_)) => Kind::Boolean,
        Some(Value::Number(number)) if number.is_f64() => Kind::Number,
        Some(Value::Number(_)) => Kind::Integer,
        _ => Kind::Unknown,
    }
}

/// Returns the values that a schema lists, except `null`.
pub(super) fn values(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    let values = schema.get("enum")?.as_array()?.iter();
    Some(values.filter(|value| !value.is_null()).collect())
}

/// Returns the format of a string, whichever keyword declares it: older versions of pydantic write
/// bytes as the format `binary`, newer ones as a content type.
pub(super) fn format(typed: &Typed<'_>) -> Option<String> {
    let (media, encoding) = (
        typed.node.text("contentMediaType"),
        typed.node.text("contentEncoding"),
    );
    match (typed.node.text("format"), media, encoding) {
        (Some(format), ..) => Some(format.to_owned()),
        (None, Some("application/octet-stream"), None) => Some("binary".to_owned()),
        (None, None, Some("base64")) => Some("byte".to_owned()),
        (None, None, None) => None,
        (None, media, encoding) => {
            let parts = [media, encoding].into_iter().flatten();
            Some(parts.collect::<Vec<_>>().join(" in "))
        }
    }
}

/// Returns the discriminator of a union: the standard one, or the extension of our overlays for
/// deeper properties.
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
        let name = reference::target(target.as_str()?)?;
        Some((value.clone(), name))
    });
    Some(Tag {
        property: property.trim_start_matches('/').replace('/', "."),
        mapping: entries.collect(),
    })
}

impl Tag {
    /// Returns the values that select a schema.
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        let entries = self.mapping.iter();
        let entries = entries.filter(|(_, target)| *target == name);
        entries.map(|(value, _)| value.as_str()).collect()
    }
}
