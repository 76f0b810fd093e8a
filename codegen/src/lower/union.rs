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
        let names: Vec<String> = alternatives.iter().map(label).collect();
        let (name, variants) = union_name(&names);
        let (tag, mapping) = match discriminator(object) {
            Some((tag, mapping)) => (Some(tag), mapping),
            None => (None, &Value::Null),
        };
        let mut notes = Vec::new();
        for ((variant, label), schema) in variants.iter().zip(&names).zip(alternatives) {
            let tags: Vec<&String> = mapping
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, target)| {
                    let target = target.as_str().and_then(reach::target);
                    target.is_some_and(|t| name::type_name(&t) == *label)
                })
                .map(|(value, _)| value)
                .collect();
            if tag.is_some() && tags.is_empty() {
                return Err(Error::new(
                    format!("{}/discriminator/mapping", place.pointer),
                    format!("no value of the discriminator leads to `{label}`"),
                    "complete the mapping with an overlay in specs/overlays/",
                ));
            }
            notes.push(json!({ "name": variant, "schema": schema, "tags": tags }));
        }
        let lowered = json!({
            "anyOf": alternatives,
            "x-direction": place.direction.note(),
            "x-union": { "tag": tag, "variants": notes },
        });
        let place = Place {
            name: name.clone(),
            ..place.clone()
        };
        // One union stands in several places: who reads it is the sum of them.
        if let Some(existing) = self.lowered.get_mut(&name)
            && existing.get("x-union") == lowered.get("x-union")
        {
            if existing.get("x-direction") != lowered.get("x-direction") {
                super::schema::set(existing, "x-direction", json!("both"));
            }
            return Ok(to_component(&name));
        }
        self.add(&place, lowered).map(Typed::or_any)
    }

    fn kind(&self, schema: &Value) -> Kind {
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
enum Kind {
    Text,
    Enum,
    Number,
    /// A list of scalars: what a repeated query parameter is.
    Texts,
    Object,
    Free,
}

/// The pointer of the tag inside a variant, and which value names which variant.
fn discriminator(object: &Map<String, Value>) -> Option<(String, &Value)> {
    // Where the tag lies deeper than OpenAPI's `propertyName` can say, an overlay gives its pointer.
    if let Some(extension) = object.get("x-discriminator") {
        let pointer = extension.get("pointer")?.as_str()?;
        return Some((pointer.to_owned(), extension.get("mapping")?));
    }
    let discriminator = object.get("discriminator")?;
    let property = discriminator.get("propertyName")?.as_str()?;
    Some((format!("/{property}"), discriminator.get("mapping")?))
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
