//! How unions are lowered: to one type, to any JSON, or to a Rust enum.

use serde_json::{Map, Value, json};

use super::components::{Components, SchemaContext};
use super::keyword;
use super::lowered_schema::{LoweredSchema, is_enum, is_object, reference_to};
use crate::reserved::TYPE_IMPORTS;
use crate::{Error, Result, name, reference};

/// Returns the alternatives of a union, or `None` if the schema is not a union.
pub(super) fn alternatives(
    object: &Map<String, Value>,
    context: &SchemaContext,
) -> Result<Option<Vec<Value>>> {
    for key in ["anyOf", "oneOf"] {
        if let Some(Value::Array(list)) = object.get(key) {
            let format = object.get("format");
            return Ok(Some(
                list.iter().map(|one| formatted(one, format)).collect(),
            ));
        }
    }
    match object.get("allOf") {
        None => {}
        Some(Value::Array(list)) if list.len() == 1 => return Ok(Some(list.clone())),
        Some(_) => {
            return Err(Error::in_document(
                format!("{}/allOf", context.pointer),
                "an intersection of several schemas is not supported",
                "write them as one schema",
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
    if let (None, Some(Value::Array(values))) = (object.get("type"), object.get("enum")) {
        let constant = |value: &Value| json!({ "const": value });
        return Ok(Some(values.iter().map(constant).collect()));
    }
    Ok(None)
}

/// Returns an alternative with the format that is declared beside the union: it applies to strings.
fn formatted(alternative: &Value, format: Option<&Value>) -> Value {
    let mut alternative = alternative.clone();
    if let (Some(object), Some(format)) = (alternative.as_object_mut(), format)
        && object.get("type").is_some_and(|kind| kind == "string")
    {
        object.entry("format").or_insert_with(|| format.clone());
    }
    alternative
}

impl Components<'_> {
    pub(super) fn union(
        &mut self,
        object: &Map<String, Value>,
        alternatives: &[Value],
        context: &SchemaContext,
    ) -> Result<LoweredSchema> {
        let mut nullable = false;
        let mut lowered: Vec<Value> = Vec::new();
        let mut inline = 0_usize;
        for (index, alternative) in alternatives.iter().enumerate() {
            let named = is_object(alternative) || is_enum(alternative);
            inline += usize::from(named);
            let number = if named && inline > 1 {
                inline.to_string()
            } else {
                String::new()
            };
            let child = context.child(&format!("anyOf/{index}"), &number);
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
            several => Some(self.several(object, several, context)?),
        };
        Ok(LoweredSchema { schema, nullable })
    }

    pub(super) fn several(
        &mut self,
        object: &Map<String, Value>,
        alternatives: &[Value],
        context: &SchemaContext,
    ) -> Result<Value> {
        let kinds: Vec<Kind> = alternatives
            .iter()
            .map(|schema| self.kind(schema))
            .collect();
        if kinds.iter().all(|kind| *kind == Kind::Text) {
            return Ok(json!({ "type": "string" }));
        }
        // An open enum accepts every other string too.
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
        if filter && kinds.contains(&Kind::Texts) && !context.direction.response {
            return Ok(self.library_type("Filter", "filter"));
        }
        if !kinds.contains(&Kind::Object) {
            return Ok(json!({}));
        }
        self.enum_of(object, alternatives, context)
    }

    /// Lowers a union to a Rust enum.
    fn enum_of(
        &mut self,
        object: &Map<String, Value>,
        alternatives: &[Value],
        context: &SchemaContext,
    ) -> Result<Value> {
        let labels: Vec<String> = alternatives.iter().map(label).collect();
        let tag = self.tag(object, alternatives, &labels, context)?;
        let mut variants = Vec::new();
        for (index, (label, schema)) in labels.into_iter().zip(alternatives).enumerate() {
            let values = tag.as_ref().and_then(|tag| tag.values.get(index).cloned());
            match (&tag, values.unwrap_or_default()) {
                (Some(tag), values) if values.is_empty() && tag.partial => {}
                (Some(_), values) if values.is_empty() => {
                    return Err(Error::in_document(
                        format!("{}/discriminator/mapping", context.pointer),
                        format!("the discriminator has no value for `{label}`"),
                        "complete the mapping",
                    ));
                }
                (_, values) => variants.push((label, schema, values)),
            }
        }
        // The correction names none of this union's variants.
        if variants.is_empty() {
            return Ok(json!({}));
        }
        let labels: Vec<String> = variants.iter().map(|(label, ..)| label.clone()).collect();
        let (mut name, mut names) = union_name(&labels);
        let schemas: Vec<&Value> = variants.iter().map(|(_, schema, _)| *schema).collect();
        if self.is_taken(&name, &schemas) {
            (name, names) = (name::type_name(&labels.join("Or")), labels);
        }
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
            && differ_in_tag_only(existing, &lowered)
        {
            if tag_of(existing).is_none() {
                *existing = lowered;
            }
            return Ok(reference_to(&name));
        }
        let context = SchemaContext {
            name,
            ..context.clone()
        };
        self.add(&context, lowered).map(LoweredSchema::or_any)
    }

    /// Returns whether another type has this name: one of the library, a schema of the document, or
    /// a union of other alternatives.
    fn is_taken(&self, name: &str, alternatives: &[&Value]) -> bool {
        let own = |union: &Value| {
            let known = union.get("anyOf").and_then(Value::as_array);
            known.is_some_and(|known| {
                known.iter().all(|one| alternatives.contains(&one))
                    || alternatives.iter().all(|one| known.contains(one))
            })
        };
        TYPE_IMPORTS.contains(&name)
            || LIBRARY_TYPES.contains(&name)
            || self.names.values().any(|known| known == name)
            || self.lowered.get(name).is_some_and(|known| !own(known))
    }

    pub(super) fn kind(&self, schema: &Value) -> Kind {
        if let Some(target) = reference::target_of(schema) {
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

/// The kind of an alternative, as far as the Rust type of a union depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Enum,
    Number,
    /// A list of scalars, which a repeated query parameter is.
    Texts,
    Object,
    Free,
}

/// Returns whether two unions differ in their tag only: the alternatives of one include those of the
/// other, and one has a tag. A correction may name one of them only; its tag applies to both.
fn differ_in_tag_only(one: &Value, other: &Value) -> bool {
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

/// Returns the part of an alternative in the name of its union.
fn label(schema: &Value) -> String {
    if let Some(target) = reference::target_of(schema) {
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

/// The types of the hand-written library that schemas become.
const LIBRARY_TYPES: [&str; 4] = ["FilePart", "Filter", "Secret", "SecretMap"];

/// Last words that only tell the use of a schema: they do not name what schemas have in common.
const KINDS: [&str; 3] = ["Request", "Response", "Update"];

/// Returns the name of a union, which is the end that its alternatives' names share, and the names
/// of the variants, which are the rest.
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
        return (name::type_name(&names.join("Or")), names.to_vec());
    }
    let parts = words.iter().map(|w| w.split_at(w.len() - common));
    let name = parts.clone().map(|(_, tail)| tail.concat()).next();
    let variants = parts.map(|(head, _)| head.concat()).collect();
    (name::type_name(&name.unwrap_or_default()), variants)
}

/// Returns the words of an upper-camel-case name.
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

/// Lowers the schema of a query, path or header parameter, and returns its notes.
pub(super) fn parameter(
    components: &mut Components<'_>,
    schema: &Value,
    query: bool,
    context: &SchemaContext,
) -> Result<(Value, Map<String, Value>)> {
    let object = keyword::checked(schema, &context.pointer)?;
    let notes = keyword::notes(schema);
    let several = alternatives(object, context)?
        .into_iter()
        .flatten()
        .filter(|alternative| alternative.get("type") != Some(&json!("null")))
        .count();
    // A union in the query is a filter: it accepts operators and may be repeated.
    if query && several > 1 && !is_enum(schema) {
        return Ok((components.library_type("Filter", "filter"), notes));
    }
    Ok((components.schema(schema, context)?.or_any(), notes))
}
