//! Unions: which are one type after all, which are free JSON, and which become a Rust enum.

use serde_json::{Map, Value, json};

use super::schema::{Typed, notes, to_component};
use super::{Components, Place, keyword, name, reach};
use crate::{Error, Result};

/// The alternatives of a union, or none if the schema is not one.
pub(super) fn alternatives(
    object: &Map<String, Value>,
    place: &Place,
) -> Result<Option<Vec<Value>>> {
    for key in ["anyOf", "oneOf"] {
        if let Some(Value::Array(list)) = object.get(key) {
            return Ok(Some(list.clone()));
        }
    }
    match object.get("allOf") {
        None => {}
        Some(Value::Array(list)) if list.len() == 1 => return Ok(Some(list.clone())),
        Some(_) => {
            return Err(Error::new(
                format!("{}/allOf", place.pointer),
                "an intersection of several schemas is not understood",
                "write it as one schema with an overlay in specs/overlays/",
            ));
        }
    }
    if let Some(Value::Array(types)) = object.get("type") {
        let alternative = |kind: &Value| {
            let mut object = object.clone();
            object.insert("type".to_owned(), kind.clone());
            Value::Object(object)
        };
        return Ok(Some(types.iter().map(alternative).collect()));
    }
    Ok(None)
}

impl Components<'_> {
    pub(super) fn union(
        &mut self,
        object: &Map<String, Value>,
        alternatives: &[Value],
        place: &Place,
    ) -> Result<Typed> {
        let mut nullable = false;
        let mut lowered: Vec<Value> = Vec::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let child = place.child(&format!("anyOf/{index}"), "");
            let typed = self.schema(alternative, &child)?;
            nullable |= typed.nullable;
            match typed.schema {
                Some(schema) if !lowered.contains(&schema) => lowered.push(schema),
                _ => {}
            }
        }
        let schema = match lowered.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            several => Some(self.several(object, several, place)?),
        };
        Ok(Typed { schema, nullable })
    }

    fn several(
        &mut self,
        object: &Map<String, Value>,
        alternatives: &[Value],
        place: &Place,
    ) -> Result<Value> {
        let kinds: Vec<Kind> = alternatives
            .iter()
            .map(|schema| self.kind(schema))
            .collect();
        if kinds.iter().all(|kind| *kind == Kind::Text) {
            return Ok(json!({ "type": "string" }));
        }
        // An open enum holds every other string too.
        let named = alternatives
            .iter()
            .zip(&kinds)
            .filter(|(_, k)| **k == Kind::Enum);
        let named: Vec<&Value> = named.map(|(schema, _)| schema).collect();
        if let ([only], true) = (
            named.as_slice(),
            kinds.iter().all(|k| matches!(k, Kind::Text | Kind::Enum)),
        ) {
            return Ok((*only).clone());
        }
        let filter = kinds
            .iter()
            .all(|k| matches!(k, Kind::Text | Kind::Enum | Kind::Number | Kind::Texts));
        if filter && kinds.contains(&Kind::Texts) && !place.direction.response {
            return Ok(self.library_type("Filter", "filter"));
        }
        if !kinds.contains(&Kind::Object) {
            return Ok(json!({}));
        }
        self.enum_of(object, alternatives, place)
    }

    /// A union that becomes a Rust enum.
    fn enum_of(
        &mut self,
        object: &Map<String, Value>,
        alternatives: &[Value],
        place: &Place,
    ) -> Result<Value> {
        let tag = self.tag(object, place)?;
        let mut variants = Vec::new();
        for schema in alternatives {
            let label = label(schema);
            let values = tag.as_ref().map(|tag| tag.values_of(&label));
            match (&tag, values.unwrap_or_default()) {
                (Some(tag), values) if values.is_empty() && tag.partial => {}
                (Some(_), values) if values.is_empty() => {
                    return Err(Error::new(
                        format!("{}/discriminator/mapping", place.pointer),
                        format!("no value of the discriminator leads to `{label}`"),
                        "complete the mapping with an overlay in specs/overlays/",
                    ));
                }
                (_, values) => variants.push((label, schema, values)),
            }
        }
        // The correction knows nothing of this union.
        if variants.is_empty() {
            return Ok(json!({}));
        }
        let labels: Vec<String> = variants.iter().map(|(label, ..)| label.clone()).collect();
        let (name, names) = union_name(&labels);
        let schemas: Vec<&Value> = variants.iter().map(|(_, schema, _)| *schema).collect();
        let notes: Vec<Value> = names
            .iter()
            .zip(&variants)
            .map(
                |(name, (_, schema, tags))| json!({ "name": name, "schema": schema, "tags": tags }),
            )
            .collect();
        let lowered = json!({
            "anyOf": schemas,
            "x-union": { "tag": tag.map(|tag| tag.pointer), "variants": notes },
        });
        if let Some(existing) = self.lowered.get_mut(&name)
            && same_but_for_the_tag(existing, &lowered)
        {
            if tag_of(existing).is_none() {
                *existing = lowered;
            }
            return Ok(to_component(&name));
        }
        let place = Place {
            name,
            ..place.clone()
        };
        self.add(&place, lowered).map(Typed::or_any)
    }

    /// What tells the variants of a union apart, if the document or a correction says so.
    fn tag(&self, object: &Map<String, Value>, place: &Place) -> Result<Option<Tag>> {
        // Where the tag lies deeper than OpenAPI's `propertyName` can say, an overlay gives its pointer.
        let (key, pointer) = if object.contains_key("x-discriminator") {
            ("x-discriminator", "pointer")
        } else if object.contains_key("discriminator") {
            ("discriminator", "propertyName")
        } else {
            return Ok(None);
        };
        let discriminator = object.get(key);
        let member = |name: &str| discriminator.and_then(|tag| tag.get(name));
        let Some(text) = member(pointer).and_then(Value::as_str) else {
            return Err(Error::new(
                format!("{}/{key}", place.pointer),
                format!("a discriminator without `{pointer}`"),
                "add it with an overlay in specs/overlays/",
            ));
        };
        let mapping = match member("mapping").and_then(Value::as_object) {
            Some(mapping) => mapping
                .iter()
                .filter_map(|(value, target)| {
                    Some((
                        value.clone(),
                        name::type_name(&reach::target(target.as_str()?)?),
                    ))
                })
                .collect(),
            // OpenAPI: without a mapping, the value is the schema's name.
            None => self.names.clone().into_iter().collect(),
        };
        Ok(Some(Tag {
            pointer: match key {
                "discriminator" => format!("/{}", super::escape(text)),
                _ => text.to_owned(),
            },
            mapping,
            partial: member("partial") == Some(&Value::Bool(true)),
        }))
    }

    pub(super) fn kind(&self, schema: &Value) -> Kind {
        if let Some(target) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(reach::target)
        {
            let is_enum = |schema: &Value| schema.get("enum").is_some();
            let original = self.names.iter().find(|(_, rust)| **rust == target);
            let schema = original.and_then(|(name, _)| self.schemas.get(name));
            let schema = schema.or_else(|| self.lowered.get(&target));
            return match target.as_str() {
                "Secret" => Kind::Text,
                "Filter" => Kind::Texts,
                _ if schema.is_some_and(is_enum) => Kind::Enum,
                _ => Kind::Object,
            };
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => Kind::Text,
            Some("integer" | "number" | "boolean") => Kind::Number,
            Some("array") => match schema.get("items").map(|items| self.kind(items)) {
                Some(Kind::Text | Kind::Enum | Kind::Number) => Kind::Texts,
                Some(Kind::Object) => Kind::Object,
                _ => Kind::Free,
            },
            _ => Kind::Free,
        }
    }
}

/// What a union may hold, as far as the choice of its Rust type depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Enum,
    Number,
    /// A list of scalars: what a repeated query parameter is.
    Texts,
    Object,
    Free,
}

/// Whether two unions have the same alternatives, or the one more of them, and only one has a tag:
/// it tells the other's apart too, of which a correction may not know.
fn same_but_for_the_tag(one: &Value, other: &Value) -> bool {
    let alternatives = |union: &Value| {
        let list = union.get("anyOf").and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let (left, right) = (alternatives(one), alternatives(other));
    tag_of(one).is_some() != tag_of(other).is_some()
        && (left.iter().all(|schema| right.contains(schema))
            || right.iter().all(|schema| left.contains(schema)))
}

fn tag_of(union: &Value) -> Option<&str> {
    union.pointer("/x-union/tag")?.as_str()
}

/// What tells the variants of a union apart.
struct Tag {
    /// The JSON pointer of the tag inside a variant.
    pointer: String,
    /// Its values, and the Rust name of the schema that each leads to.
    mapping: Vec<(String, String)>,
    /// Whether there may be variants that no value leads to: they are read as unknown.
    partial: bool,
}

impl Tag {
    fn values_of(&self, label: &str) -> Vec<String> {
        let values = self.mapping.iter().filter(|(_, target)| target == label);
        values.map(|(value, _)| value.clone()).collect()
    }
}

/// How an alternative is called in the name of its union.
fn label(schema: &Value) -> String {
    if let Some(target) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(reach::target)
    {
        return target;
    }
    let inner = |key: &str| schema.get(key).map(label).unwrap_or_default();
    match (
        schema.get("type").and_then(Value::as_str),
        schema.get("format").and_then(Value::as_str),
    ) {
        (Some("array"), _) => format!("{}List", inner("items")),
        (Some("object"), _) => format!("{}Map", inner("additionalProperties")),
        (Some("string"), Some(format)) => name::type_name(format),
        (Some(kind), _) => name::type_name(kind),
        (None, _) => "Value".to_owned(),
    }
}

/// Last words that say only what a schema is for: no name for what they have in common.
const KINDS: [&str; 3] = ["Request", "Response", "Update"];

/// The union's name and its variants': what the alternatives' names have in common, and what not.
fn union_name(names: &[String]) -> (String, Vec<String>) {
    let words: Vec<Vec<String>> = names.iter().map(|name| split(name)).collect();
    let shortest = words.iter().map(Vec::len).min().unwrap_or_default();
    let common = (1..shortest)
        .take_while(|n| {
            let mut tails = words.iter().map(|w| w.iter().rev().nth(n - 1));
            let first = tails.next();
            tails.all(|tail| Some(tail) == first)
        })
        .last()
        .unwrap_or_default();
    let kind_only = common == 1
        && names
            .iter()
            .all(|name| KINDS.iter().any(|k| name.ends_with(k)));
    if common == 0 || kind_only {
        return (names.join("Or"), names.to_vec());
    }
    let parts = words.iter().map(|w| w.split_at(w.len() - common));
    let name = parts.clone().map(|(_, tail)| tail.concat()).next();
    let variants = parts.map(|(head, _)| head.concat()).collect();
    (name.unwrap_or_default(), variants)
}

/// The words of an upper-camel-case name.
fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

/// The schema of a query, path or header parameter.
pub(super) fn parameter(
    components: &mut Components<'_>,
    schema: &Value,
    query: bool,
    place: &Place,
) -> Result<(Value, Map<String, Value>)> {
    let object = keyword::checked(schema, &place.pointer)?;
    let notes = notes(schema);
    let several = alternatives(object, place)?
        .into_iter()
        .flatten()
        .filter(|alternative| alternative.get("type") != Some(&json!("null")))
        .count();
    // What a list can be filtered by takes operators and may be repeated.
    if query && several > 1 {
        return Ok((components.library_type("Filter", "filter"), notes));
    }
    Ok((components.schema(schema, place)?.or_any(), notes))
}
