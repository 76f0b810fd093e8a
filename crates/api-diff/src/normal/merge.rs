//! Merges the parts of an `allOf`, and keywords beside a reference, into one schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Normaliser, Part, object, origin};
use crate::keyword::{LOWER, UPPER, is_annotation, is_limit};

/// The deepest nesting of references that are merged into each other.
const DEPTH: usize = 6;

/// The greatest number of alternatives that a union is multiplied into.
const ALTERNATIVES: usize = 24;

/// Annotations of a referenced schema that hold for the schema that it is merged into.
const INHERITED: [&str; 4] = ["default", "deprecated", "readOnly", "writeOnly"];

/// What a schema consists of: all its atoms hold at the same time.
#[derive(Clone)]
enum Atom<'a> {
    Reference(Part<'a>),
    Keywords(Vec<(&'a str, Part<'a>)>),
}

/// The atoms of a schema, and its annotations.
#[derive(Default)]
struct Atoms<'a> {
    atoms: Vec<Atom<'a>>,
    annotations: Map<String, Value>,
    /// Whether no value is allowed.
    never: bool,
}

impl<'a> Atoms<'a> {
    fn add(&mut self, part: &Part<'a>) {
        let members = match part.value {
            Value::Bool(allowed) => {
                self.never |= !allowed;
                return;
            }
            Value::Object(members) => members,
            _ => return,
        };
        let mut keywords = Vec::new();
        for (key, value) in members {
            let child = part.child(key, value);
            match (key.as_str(), value) {
                ("$ref", Value::String(_)) => {
                    let known = self
                        .atoms
                        .iter()
                        .any(|atom| matches!(atom, Atom::Reference(other) if other.value == value));
                    if !known {
                        self.atoms.push(Atom::Reference(child));
                    }
                }
                ("allOf", Value::Array(_)) => {}
                (key, _) if is_annotation(key) => {
                    let entry = self.annotations.entry(key);
                    entry.or_insert_with(|| value.clone());
                }
                (key, _) => keywords.push((key, child)),
            }
        }
        if !keywords.is_empty() {
            self.atoms.push(Atom::Keywords(keywords));
        }
        if let Some(Value::Array(parts)) = members.get("allOf") {
            for (index, value) in parts.iter().enumerate() {
                let pointer = format!("{}/allOf/{index}", part.pointer);
                self.add(&Part { value, pointer });
            }
        }
    }
}

impl<'a> Normaliser<'a> {
    /// Returns the normal form of a schema that all `parts` are true of.
    pub(super) fn schema(&mut self, parts: &[Part<'a>], at: &str) -> Value {
        if let [first, ..] = parts
            && origin(&self.origins, at) != first.pointer
        {
            self.origins.insert(at.to_owned(), first.pointer.clone());
        }
        if let [Part { value, .. }] = parts
            && !value.is_object()
        {
            return (*value).clone();
        }
        let mut atoms = Atoms::default();
        parts.iter().for_each(|part| atoms.add(part));
        if atoms.never {
            return Value::Bool(false);
        }
        let mut annotations = atoms.annotations;
        let result = match &atoms.atoms[..] {
            [] => Map::new(),
            [Atom::Reference(part)] => Map::from_iter([("$ref".to_owned(), part.value.clone())]),
            atoms => {
                let entered = self.active.len();
                let merged = self.expand(atoms, &mut annotations);
                let merged = merged.map(|atoms| self.conjunction(&atoms, at));
                self.active.truncate(entered);
                match merged {
                    Some(Value::Object(merged)) => merged,
                    Some(other) => return other,
                    None => return as_it_is(parts),
                }
            }
        };
        let mut members = annotations;
        members.extend(result);
        Value::Object(members)
    }

    /// Replaces references by the keywords of their targets. Returns `None` if a target is missing
    /// or leads back to itself.
    fn expand(
        &mut self,
        atoms: &[Atom<'a>],
        annotations: &mut Map<String, Value>,
    ) -> Option<Vec<Vec<(&'a str, Part<'a>)>>> {
        let mut expanded = Vec::new();
        for atom in atoms {
            match atom {
                Atom::Keywords(keywords) => expanded.push(keywords.clone()),
                Atom::Reference(part) => {
                    let pointer = part.value.as_str()?.strip_prefix('#')?.to_owned();
                    if self.active.contains(&pointer)
                        || self.active.len() >= DEPTH
                        || self.budget == 0
                    {
                        return None;
                    }
                    self.budget -= 1;
                    let value = self.root.pointer(&pointer)?;
                    self.active.push(pointer.clone());
                    self.merged.insert(pointer.clone());
                    let mut inner = Atoms::default();
                    inner.add(&Part { value, pointer });
                    if inner.never {
                        return None;
                    }
                    for key in INHERITED {
                        if let (false, Some(value)) =
                            (annotations.contains_key(key), inner.annotations.get(key))
                        {
                            annotations.insert(key.to_owned(), value.clone());
                        }
                    }
                    expanded.extend(self.expand(&inner.atoms, annotations)?);
                }
            }
        }
        Some(expanded)
    }

    /// Returns the schema that all keywords of all atoms hold for.
    fn conjunction(&mut self, atoms: &[Vec<(&'a str, Part<'a>)>], at: &str) -> Value {
        if atoms.len() > 1 {
            self.mark(at, "merged");
        }
        let mut keywords: BTreeMap<&'a str, Vec<Part<'a>>> = BTreeMap::new();
        for (key, part) in atoms.iter().flatten() {
            let parts = keywords.entry(key).or_default();
            if parts.iter().all(|other| other.value != part.value) {
                parts.push(part.clone());
            }
        }
        if let Some(union) = self.distributed(atoms, &mut keywords, at) {
            return union;
        }
        let mut result = self.constant_union(&mut keywords, at).unwrap_or_default();
        let mut rest = Vec::new();
        for (key, parts) in &keywords {
            match self.reduced(key, parts, at) {
                Some(value) => {
                    result.insert((*key).to_owned(), value);
                }
                None => rest.extend(parts.iter().map(|part| {
                    Value::Object(Map::from_iter([((*key).to_owned(), part.value.clone())]))
                })),
            }
        }
        if !rest.is_empty() {
            result.insert("allOf".to_owned(), Value::Array(rest));
        }
        if result.get("type") == Some(&Value::Array(Vec::new())) {
            return Value::Bool(false);
        }
        self.simplified(result, at)
    }

    /// Moves keywords beside a union into each of its alternatives. Returns `None` if there is no
    /// union, or only limits beside it.
    fn distributed(
        &mut self,
        atoms: &[Vec<(&'a str, Part<'a>)>],
        keywords: &mut BTreeMap<&'a str, Vec<Part<'a>>>,
        at: &str,
    ) -> Option<Value> {
        let is_union = |key: &str| matches!(key, "anyOf" | "oneOf");
        let stays = |key: &str| key == "discriminator" || key == "x-discriminator";
        let unions: Vec<(&'a str, Part<'a>)> = keywords
            .iter()
            .filter(|(key, _)| is_union(key))
            .flat_map(|(key, parts)| parts.iter().map(|part| (*key, part.clone())))
            .collect();
        let (_, union) = unions.first()?;
        let alternatives = union.value.as_array()?;
        if let Some([declared]) = keywords.get("type").map(Vec::as_slice)
            && alternatives
                .iter()
                .all(|a| self.type_of(a) == Some(declared.value))
        {
            keywords.remove("type");
        }
        let alone = keywords
            .keys()
            .all(|key| is_union(key) || stays(key) || is_limit(key));
        if (alone && unions.len() == 1) || alternatives.len() > ALTERNATIVES {
            return None;
        }
        let rest: Vec<Vec<(&'a str, Part<'a>)>> = atoms
            .iter()
            .map(|atom| {
                let keep = atom
                    .iter()
                    .filter(|(key, part)| part.pointer != union.pointer && !stays(key));
                keep.cloned().collect()
            })
            .filter(|atom: &Vec<_>| !atom.is_empty())
            .collect();
        let mut result = Vec::new();
        for (index, value) in alternatives.iter().enumerate() {
            let pointer = format!("{}/{index}", union.pointer);
            let at = format!("{at}/anyOf/{}", result.len());
            self.origins.insert(at.clone(), pointer.clone());
            let mut alternative = Atoms::default();
            alternative.add(&Part { value, pointer });
            let mut annotations = Map::new();
            let entered = self.active.len();
            let expanded = self.expand(&alternative.atoms, &mut annotations);
            let merged = expanded.map(|mut expanded| {
                expanded.extend(rest.iter().cloned());
                self.conjunction(&expanded, &at)
            });
            self.active.truncate(entered);
            let merged = merged?;
            if merged != Value::Bool(false) && !alternative.never {
                result.push(merged);
            }
        }
        if let [only] = &result[..] {
            return Some(only.clone());
        }
        let mut union = Map::from_iter([("anyOf".to_owned(), Value::Array(result))]);
        for key in ["discriminator", "x-discriminator"] {
            if let Some(part) = keywords.get(key).and_then(|parts| parts.first()) {
                union.insert(key.to_owned(), part.value.clone());
            }
        }
        Some(Value::Object(union))
    }

    /// Returns the type that a schema declares, through references.
    fn type_of(&self, schema: &'a Value) -> Option<&'a Value> {
        let mut schema = schema;
        for _ in 0..DEPTH {
            match schema.get("$ref").and_then(Value::as_str) {
                Some(reference) => schema = self.root.pointer(reference.strip_prefix('#')?)?,
                None => return schema.get("type"),
            }
        }
        None
    }

    /// Returns the value of one keyword that stands for all of `parts`; `None` if there is none.
    fn reduced(&mut self, key: &str, parts: &[Part<'a>], at: &str) -> Option<Value> {
        let at = format!("{at}/{key}");
        let first = parts.first()?;
        Some(match key {
            "properties" | "patternProperties" | "dependentSchemas" | "$defs" => {
                let mut names: BTreeMap<&'a String, Vec<Part<'a>>> = BTreeMap::new();
                for part in parts {
                    for (name, value) in part.value.as_object()? {
                        names.entry(name).or_default().push(part.child(name, value));
                    }
                }
                let schemas = names.into_iter().map(|(name, parts)| {
                    let at = format!("{at}/{}", zenml_codegen::pointer::escape(name));
                    (name.clone(), self.schema(&parts, &at))
                });
                Value::Object(schemas.collect())
            }
            "items"
            | "additionalProperties"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema" => self.schema(parts, &at),
            "prefixItems" => {
                let length = parts.iter().map(|part| part.value.as_array().map(Vec::len));
                let length = length.max()??;
                let places = (0..length).map(|index| {
                    let place = parts.iter().filter_map(|part| {
                        let value = part.value.get(index)?;
                        Some(part.child(&index.to_string(), value))
                    });
                    self.schema(&place.collect::<Vec<_>>(), &format!("{at}/{index}"))
                });
                Value::Array(places.collect())
            }
            "required" => {
                let names = parts.iter().filter_map(|part| part.value.as_array());
                let names: BTreeSet<&str> = names.flatten().filter_map(Value::as_str).collect();
                names.into_iter().collect()
            }
            "enum" | "const" if parts.len() > 1 => {
                let lists = parts.iter().map(|part| match (key, part.value) {
                    ("enum", Value::Array(values)) => values.iter().collect(),
                    (_, value) => vec![value],
                });
                let lists: Vec<Vec<&Value>> = lists.collect();
                let common = lists.first()?.iter();
                let common = common.filter(|value| lists.iter().all(|list| list.contains(value)));
                common.copied().cloned().collect()
            }
            "type" if parts.len() > 1 => types(parts),
            key if LOWER.contains(&key) => extreme(parts, f64::gt)?,
            key if UPPER.contains(&key) => extreme(parts, f64::lt)?,
            "uniqueItems" => Value::Bool(parts.iter().any(|part| part.value == true)),
            _ if parts.len() > 1 => return None,
            "anyOf" | "oneOf" => {
                let parts = first.value.as_array()?.iter().enumerate();
                let parts = parts.map(|(i, value)| first.child(&i.to_string(), value));
                self.alternatives(&parts.collect::<Vec<_>>(), &at)
            }
            "not" | "if" | "then" | "else" | "contains" => self.schema(parts, &at),
            _ => first.value.clone(),
        })
    }
}

/// Returns the types that all parts allow.
fn types(parts: &[Part<'_>]) -> Value {
    let lists = parts.iter().map(|part| match part.value {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect::<Vec<_>>(),
    });
    let lists: Vec<Vec<&str>> = lists.collect();
    let allows = |list: &Vec<&str>, kind: &str| {
        list.contains(&kind) || (kind == "integer" && list.contains(&"number"))
    };
    let all: BTreeSet<&str> = lists.iter().flatten().copied().collect();
    let common = all
        .into_iter()
        .filter(|kind| lists.iter().all(|list| allows(list, kind)));
    common.collect()
}

/// Returns the tightest of several limits.
fn extreme(parts: &[Part<'_>], tighter: fn(&f64, &f64) -> bool) -> Option<Value> {
    let mut best = parts.first()?.value;
    for part in parts {
        if tighter(&part.value.as_f64()?, &best.as_f64()?) {
            best = part.value;
        }
    }
    Some(best.clone())
}

/// Returns a schema that cannot be merged; it is compared as a whole.
fn as_it_is(parts: &[Part<'_>]) -> Value {
    match parts {
        [only] => only.value.clone(),
        parts => {
            let parts = parts.iter().map(|part| part.value.clone());
            object([("allOf", parts.collect())])
        }
    }
}
