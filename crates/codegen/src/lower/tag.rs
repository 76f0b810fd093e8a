//! Which member tells the variants of a union apart, and by which values?

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::components::{Components, SchemaContext};
use crate::pointer::escape;
use crate::{Error, Result, reference};

/// The member that distinguishes the variants of a union.
pub(super) struct Tag {
    /// The JSON pointer of the tag inside a variant.
    pub pointer: String,
    /// Whether variants without a value are allowed: they are read as unknown.
    pub partial: bool,
    /// For each alternative, the values of the tag.
    pub values: Vec<Vec<String>>,
}

impl Components<'_> {
    /// Returns the tag of a union, if the document or a correction declares one. `labels` are the Rust
    /// names of the alternatives.
    ///
    /// The tag of another server's document may be incomplete. Constants of the alternatives complete it,
    /// or the union is read without it.
    pub(super) fn tag(
        &self,
        object: &Map<String, Value>,
        alternatives: &[Value],
        labels: &[String],
        context: &SchemaContext,
    ) -> Result<Option<Tag>> {
        // An overlay gives the pointer of a tag that is deeper than OpenAPI's `propertyName` can name.
        let (key, pointer) = if object.contains_key("x-discriminator") {
            ("x-discriminator", "pointer")
        } else if object.contains_key("discriminator") {
            ("discriminator", "propertyName")
        } else {
            return Ok(None);
        };
        let discriminator = object.get(key);
        let member = |name: &str| discriminator.and_then(|tag| tag.get(name));
        let is_set = |name: &str| member(name) == Some(&Value::Bool(true));
        let Some(text) = member(pointer).and_then(Value::as_str) else {
            return Err(Error::in_document(
                format!("{}/{key}", context.pointer),
                format!("the discriminator has no `{pointer}`"),
                "add it",
            ));
        };
        let mapping = member("mapping").and_then(Value::as_object);
        let mapped = |label: &String| -> Vec<String> {
            match mapping {
                Some(mapping) => {
                    let leads_there = |target: &Value| {
                        let name = target.as_str().and_then(reference::target);
                        name.and_then(|name| self.names.get(&name)) == Some(label)
                    };
                    let values = mapping.iter().filter(|(_, target)| leads_there(target));
                    values.map(|(value, _)| value.clone()).collect()
                }
                // Without a mapping, the value is the schema's name (OpenAPI 3.1, section 4.8.25).
                None => {
                    let names = self.names.iter().filter(|(_, rust)| *rust == label);
                    names.map(|(name, _)| name.clone()).collect()
                }
            }
        };
        let is_optional = is_set("x-optional");
        let values = labels.iter().zip(alternatives).map(|(label, schema)| {
            let mapped = mapped(label);
            if is_optional && (mapped.is_empty() || mapping.is_none()) {
                let constants = self.constants(schema, text);
                if !constants.is_empty() {
                    return constants;
                }
            }
            mapped
        });
        let values: Vec<Vec<String>> = values.collect();
        if is_optional && !tells_apart(&values) {
            return Ok(None);
        }
        Ok(Some(Tag {
            pointer: match key {
                "discriminator" => format!("/{}", escape(text)),
                _ => text.to_owned(),
            },
            partial: is_set("partial"),
            values,
        }))
    }

    /// Returns the values that a schema allows for a member. Those of a union are the values of all its
    /// variants.
    fn constants(&self, schema: &Value, member: &str) -> Vec<String> {
        let Some(target) = reference::target_of(schema) else {
            return Vec::new();
        };
        let lowered = self.lowered.get(&target);
        let variants = lowered.and_then(|union| union.pointer("/x-union/variants")?.as_array());
        if let Some(variants) = variants {
            let schemas = variants.iter().filter_map(|variant| variant.get("schema"));
            let values = schemas.flat_map(|schema| self.constants(schema, member));
            return values.collect::<BTreeSet<String>>().into_iter().collect();
        }
        let original = self.names.iter().find(|(_, rust)| **rust == target);
        let schema = original.and_then(|(name, _)| self.schemas.get(name));
        let declared = schema.and_then(|schema| schema.get("properties")?.get(member));
        // An object that is declared within the union is lowered before it.
        let inline = || lowered?.get("x-fields")?.get(member);
        let declared = declared.or_else(inline);
        let of = |key: &str| declared.and_then(|declared| declared.get(key));
        let values = of("enum").and_then(Value::as_array).into_iter().flatten();
        let values = of("const").into_iter().chain(values).filter_map(as_tag);
        values.collect::<BTreeSet<String>>().into_iter().collect()
    }
}

/// Returns a value as the text that a mapping has for it.
fn as_tag(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns whether each alternative has values, and no other has the same.
fn tells_apart(values: &[Vec<String>]) -> bool {
    let mut seen: Vec<&String> = values.iter().flatten().collect();
    let all = seen.len();
    seen.sort();
    seen.dedup();
    seen.len() == all && values.iter().all(|values| !values.is_empty())
}
