//! Simplifies a single schema: drops keywords without effect, and turns constants into an enum.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Normaliser, Part, object};
use crate::json::json_type;
use crate::keyword::is_annotation;

impl<'a> Normaliser<'a> {
    /// Drops what a schema allows anyway.
    pub(super) fn simplified(&mut self, mut schema: Map<String, Value>, at: &str) -> Value {
        for key in ["minItems", "minLength", "minProperties"] {
            if schema.get(key).and_then(Value::as_f64) == Some(0.0) {
                schema.remove(key);
                self.mark(at, "limit");
            }
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(false)) {
            schema.remove("uniqueItems");
            self.mark(at, "limit");
        }
        // After merging, every property is in view.
        let composed = ["$ref", "allOf", "anyOf", "if", "oneOf", "dependentSchemas"];
        if composed.iter().all(|key| !schema.contains_key(*key)) {
            for (unevaluated, additional) in [
                ("unevaluatedProperties", "additionalProperties"),
                ("unevaluatedItems", "items"),
            ] {
                if let Some(value) = schema.remove(unevaluated)
                    && !schema.contains_key(additional)
                {
                    schema.insert(additional.to_owned(), value);
                    self.mark(at, unevaluated);
                }
            }
        }
        for key in ["additionalProperties", "items", "propertyNames"] {
            let free = match schema.get(key) {
                Some(Value::Bool(allowed)) => *allowed,
                Some(Value::Object(members)) => match key {
                    "propertyNames" => {
                        let named = object([("type", "string".into())]);
                        members.is_empty() || Some(&named) == schema.get(key)
                    }
                    _ => members.is_empty(),
                },
                _ => false,
            };
            if free {
                schema.remove(key);
            }
        }
        if let Some(Value::Array(types)) = schema.get("type") {
            let mut types: BTreeSet<&str> = types.iter().filter_map(Value::as_str).collect();
            if types.contains("number") {
                types.remove("integer");
            }
            let types: Vec<Value> = types.into_iter().map(Value::from).collect();
            let simple = match &types[..] {
                [only] => only.clone(),
                _ => Value::Array(types),
            };
            schema.insert("type".to_owned(), simple);
        }
        Value::Object(schema)
    }

    /// Takes a union of constants out of `keywords`. Returns the enum that stands for it.
    pub(super) fn constant_union(
        &mut self,
        keywords: &mut BTreeMap<&'a str, Vec<Part<'a>>>,
        at: &str,
    ) -> Option<Map<String, Value>> {
        if ["const", "enum", "type"]
            .iter()
            .any(|key| keywords.contains_key(key))
        {
            return None;
        }
        for key in ["anyOf", "oneOf"] {
            let Some([part]) = keywords.get(key).map(Vec::as_slice) else {
                continue;
            };
            let alternatives = part.value.as_array()?.iter();
            let values: Option<Vec<Vec<&Value>>> = alternatives.map(constants).collect();
            let values: Vec<&Value> = values?.into_iter().flatten().collect();
            if values.iter().filter(|value| !value.is_null()).count() < 2 {
                return None;
            }
            keywords.remove(key);
            self.mark(at, "constants");
            return Some(enumeration(&values));
        }
        None
    }

    /// Returns the normal form of the alternatives of a union. Several constants become one enum.
    pub(super) fn alternatives(&mut self, parts: &[Part<'a>], at: &str) -> Value {
        let is_constant = |part: &&Part<'a>| {
            let values = constants(part.value);
            values.is_some_and(|values| values.iter().any(|value| !value.is_null()))
        };
        let (fixed, mut others): (Vec<&Part<'a>>, Vec<&Part<'a>>) =
            parts.iter().partition(is_constant);
        let mut result = Vec::new();
        if let [first, _, ..] = &fixed[..] {
            let values = fixed.iter().filter_map(|part| constants(part.value));
            let values: Vec<&Value> = values.flatten().collect();
            self.origins
                .insert(format!("{at}/0"), first.pointer.clone());
            self.mark(&format!("{at}/0"), "constants");
            result.push(Value::Object(enumeration(&values)));
        } else {
            others = parts.iter().collect();
        }
        for part in others {
            let at = format!("{at}/{}", result.len());
            let schema = self.schema(std::slice::from_ref(part), &at);
            if schema != Value::Bool(false) {
                result.push(schema);
            }
        }
        Value::Array(result)
    }
}

/// Returns the values of a schema that only lists values; `None` if it is of another kind.
fn constants(schema: &Value) -> Option<Vec<&Value>> {
    let members = schema.as_object()?;
    let known =
        |key: &String| matches!(key.as_str(), "const" | "enum" | "type") || is_annotation(key);
    if !members.keys().all(known) {
        return None;
    }
    let kind = members.get("type");
    let values = match (members.get("const"), members.get("enum"), kind) {
        (Some(value), None, _) => vec![value],
        (None, Some(Value::Array(values)), _) => values.iter().collect(),
        (None, None, Some(kind)) if kind == "null" => vec![&Value::Null],
        _ => return None,
    };
    let fits = |value: &&Value| kind.is_none_or(|kind| kind == json_type(value));
    values.iter().all(fits).then_some(values)
}

fn enumeration(values: &[&Value]) -> Map<String, Value> {
    let mut distinct: Vec<&Value> = Vec::new();
    for value in values {
        if !distinct.contains(value) {
            distinct.push(value);
        }
    }
    let types: BTreeSet<&str> = distinct.iter().map(|value| json_type(value)).collect();
    let types: Vec<&str> = types.into_iter().collect();
    let kind = match types[..] {
        [only] => json!(only),
        _ => json!(types),
    };
    Map::from_iter([
        ("enum".to_owned(), json!(distinct)),
        ("type".to_owned(), kind),
    ])
}
