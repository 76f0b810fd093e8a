//! Resolves a schema to its alternatives, however it is written: `anyOf [X, null]`,
//! `type: [x, "null"]`, a reference or the schema itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::{Document, Node};
use super::json::{json_type, members};
use zenml_codegen::reference;

/// The longest chain of references that is followed to one type.
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
    /// The selected type if the schema allows several.
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
    /// The type as the schema writes it.
    written: Option<&'a str>,
}

impl<'a> Typed<'a> {
    /// Returns a schema of any type.
    pub(super) fn any(node: Node<'a>) -> Self {
        Self {
            node,
            kind: Kind::Any,
            written: None,
        }
    }

    pub(super) fn schema(&self) -> &'a Map<String, Value> {
        members(self.node.value)
    }

    /// Returns the values of this type that the schema lists, if it lists values.
    pub(super) fn values(&self) -> Option<Vec<&'a Value>> {
        let values = listed(self.schema())?;
        let fits = |value: &&Value| match self.written {
            Some(written) => is_of(value, written),
            None => !value.is_null(),
        };
        Some(values.into_iter().filter(fits).collect())
    }
}

impl<'a> Alternative<'a> {
    /// Returns the name of the schema it refers to.
    pub(super) fn name(&self) -> Option<String> {
        reference::target_of(self.node.value)
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
            written,
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
        self.gather(node, &mut resolved, &mut BTreeSet::new());
        resolved
    }

    /// Adds the alternatives of a schema. `seen` has the targets of references followed so far.
    fn gather(&self, node: &Node<'a>, resolved: &mut Resolved<'a>, seen: &mut BTreeSet<String>) {
        let schema = members(node.value);
        if schema.contains_key("$ref") {
            let target = self.target(node);
            resolved.nullable |= self.nullable(&target, seen);
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
                self.gather(&item, resolved, seen);
            }
            return;
        }
        let values = listed(schema);
        let types: Vec<Option<&str>> = match (schema.get("type"), &values) {
            (Some(Value::Array(types)), _) => types.iter().map(Value::as_str).collect(),
            (Some(kind), _) => vec![kind.as_str()],
            (None, Some(values)) if !values.is_empty() => {
                let types: BTreeSet<&str> = values.iter().map(|value| json_type(value)).collect();
                types.into_iter().map(Some).collect()
            }
            (None, _) => vec![None],
        };
        for only in types {
            let listed = match (&values, only) {
                (Some(values), Some(only)) => values.iter().any(|value| is_of(value, only)),
                _ => true,
            };
            match only {
                _ if !listed => {}
                Some("null") => resolved.nullable = true,
                _ => resolved.alternatives.push(Alternative {
                    node: node.clone(),
                    only,
                }),
            }
        }
    }

    fn nullable(&self, node: &Node<'a>, seen: &mut BTreeSet<String>) -> bool {
        let mut resolved = Resolved {
            nullable: false,
            alternatives: Vec::new(),
            tag: None,
        };
        if seen.insert(node.pointer.clone()) {
            self.gather(node, &mut resolved, seen);
        }
        resolved.nullable
    }

    /// Returns the alternatives with references to unions resolved. An alternative that is listed
    /// again, in whichever union, is left out.
    pub(super) fn flat(&self, alternatives: &[Alternative<'a>]) -> Vec<Alternative<'a>> {
        let mut flat = Vec::new();
        self.flatten(alternatives, &mut flat, &mut BTreeSet::new());
        flat
    }

    fn flatten(
        &self,
        alternatives: &[Alternative<'a>],
        flat: &mut Vec<Alternative<'a>>,
        seen: &mut BTreeSet<String>,
    ) {
        for alternative in alternatives {
            if alternative.typed().is_none() {
                let target = self.target(&alternative.node);
                if !seen.insert(target.pointer.clone()) {
                    continue;
                }
                let inner = self.resolved(&target).alternatives;
                if inner.len() > 1 {
                    self.flatten(&inner, flat, seen);
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

/// Returns the keyword that wraps the actual schema: a reference or a union.
pub(super) fn wrapper(schema: &Map<String, Value>) -> Option<&'static str> {
    let mut wrappers = ["$ref", "anyOf", "oneOf"].into_iter();
    wrappers.find(|key| schema.contains_key(*key))
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
        None if has("enum") || has("const") => Kind::Unknown,
        None if has("properties") => Kind::Object,
        None if has("additionalProperties") || has("required") => Kind::Map,
        None if has("prefixItems") => Kind::Tuple,
        None if has("items") => Kind::Array,
        None if has("allOf") || has("not") || !schema.is_object() => Kind::Unknown,
        None => Kind::Any,
    }
}

/// Returns whether a value is of a type.
fn is_of(value: &Value, kind: &str) -> bool {
    let own = json_type(value);
    own == kind || (own == "integer" && kind == "number")
}

/// Returns the values that a schema lists, `null` included.
fn listed(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    Some(schema.get("enum")?.as_array()?.iter().collect())
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

/// Returns the discriminator of a schema: the standard one, or the extension of our overlays for
/// deeper properties.
pub(super) fn tag(schema: &Value) -> Option<Tag> {
    let (declared, property) = match schema.get("x-discriminator") {
        Some(extension) => (extension, extension.get("pointer")?.as_str()?),
        None => {
            let declared = schema.get("discriminator")?;
            (declared, declared.get("propertyName")?.as_str()?)
        }
    };
    let mapping = declared.get("mapping").and_then(Value::as_object);
    let entries = mapping.into_iter().flatten().filter_map(|(value, target)| {
        let target = target.as_str()?;
        // A mapping may also give the bare name of a schema.
        let name = reference::target(target).unwrap_or_else(|| target.to_owned());
        Some((value.clone(), name))
    });
    Some(Tag {
        property: property.trim_start_matches('/').replace('/', "."),
        mapping: entries.collect(),
    })
}

impl Tag {
    /// Returns the values that select a schema: those of the mapping, else the schema's name.
    pub(super) fn values<'t>(&'t self, name: &'t str) -> Vec<&'t str> {
        let entries = self.mapping.iter();
        let entries = entries.filter(|(_, target)| *target == name);
        let values: Vec<&str> = entries.map(|(value, _)| value.as_str()).collect();
        if values.is_empty() {
            vec![name]
        } else {
            values
        }
    }
}
