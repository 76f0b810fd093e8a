//! The schema keywords: which are supported, and what is noted of those that change no type.

use serde_json::{Map, Value};

use crate::pointer::escape;
use crate::{Error, Result};

/// Keywords that determine a type.
const STRUCTURE: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "discriminator",
    "enum",
    "format",
    "items",
    "oneOf",
    "prefixItems",
    "properties",
    "required",
    "type",
];

/// Keywords for readers or for the server.
const ANNOTATION: &[&str] = &[
    "contentEncoding",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "propertyNames",
    "readOnly",
    "title",
    "uniqueItems",
    "writeOnly",
];

/// Returns the schema as an object, after checking that every keyword is supported.
pub(super) fn checked<'a>(schema: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>> {
    let object = schema.as_object().ok_or_else(|| {
        Error::new(
            pointer,
            "the schema is not a JSON object",
            "correct it in the document or with an overlay",
        )
    })?;
    for keyword in object.keys() {
        let known = keyword.starts_with("x-")
            || STRUCTURE.contains(&keyword.as_str())
            || ANNOTATION.contains(&keyword.as_str());
        if !known {
            return Err(Error::unsupported(
                format!("{pointer}/{}", escape(keyword)),
                format!("the schema keyword `{keyword}`"),
            ));
        }
    }
    check_composition(object, pointer)?;
    Ok(object)
}

/// Checks that a schema has at most one of `$ref`, `allOf`, `anyOf` and `oneOf`, and no structure
/// beside it: that would be an intersection, which has no Rust type.
fn check_composition(object: &Map<String, Value>, pointer: &str) -> Result<()> {
    let composition = ["$ref", "allOf", "anyOf", "oneOf"];
    let has = |key: &str| object.contains_key(key);
    if has("discriminator") && !has("anyOf") && !has("oneOf") {
        return Err(Error::new(
            format!("{pointer}/discriminator"),
            "a discriminator without alternatives is not supported",
            "add the alternatives as `oneOf`, in the document or with an overlay",
        ));
    }
    let Some(key) = composition.iter().find(|key| has(key)) else {
        return Ok(());
    };
    let beside = STRUCTURE
        .iter()
        .filter(|other| *other != key && **other != "discriminator")
        .find(|other| has(other));
    match beside {
        None => Ok(()),
        Some(other) => Err(Error::new(
            format!("{pointer}/{other}"),
            format!("`{other}` beside `{key}` is not supported"),
            "write both as one schema, in the document or with an overlay",
        )),
    }
}

/// Returns what the document declares for a property or parameter beside its type.
pub(super) fn notes(schema: &Value) -> Map<String, Value> {
    let mut notes = Map::new();
    for key in ["const", "default", "deprecated", "description"] {
        if let Some(value) = schema.get(key) {
            notes.insert(key.to_owned(), value.clone());
        }
    }
    let alternatives = schema.get("anyOf").and_then(Value::as_array);
    let limits = constraints(schema).or_else(|| alternatives?.iter().find_map(constraints));
    if let Some(limits) = limits {
        notes.insert("constraints".to_owned(), Value::String(limits));
    }
    notes
}

/// Returns the limits that the server checks, as a phrase for the docs.
fn constraints(schema: &Value) -> Option<String> {
    let number = |key: &str| schema.get(key).filter(|value| value.is_number());
    let mut parts = Vec::new();
    for (minimum, maximum, noun) in [
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minimum", "maximum", ""),
    ] {
        match (number(minimum), number(maximum)) {
            (Some(low), Some(high)) => parts.push(format!("{} to {}{noun}", tidy(low), tidy(high))),
            (Some(low), None) => parts.push(format!("at least {}", count(low, noun))),
            (None, Some(high)) => parts.push(format!("at most {}", count(high, noun))),
            (None, None) => {}
        }
    }
    if let Some(low) = number("exclusiveMinimum") {
        parts.push(format!("more than {}", tidy(low)));
    }
    if let Some(high) = number("exclusiveMaximum") {
        parts.push(format!("less than {}", tidy(high)));
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        parts.push(format!("matching `{pattern}`"));
    }
    if let Some(value) = schema.get("const").filter(|value| !value.is_string()) {
        parts.push(format!("always `{value}`"));
    }
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        parts.push("without duplicates".to_owned());
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("duration") => parts.push("an ISO 8601 duration".to_owned()),
        Some("email") => parts.push("an e-mail address".to_owned()),
        _ => {}
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns a number with its noun, in the singular after 1.
fn count(number: &Value, noun: &str) -> String {
    match tidy(number).as_str() {
        "1" => format!("1{}", noun.trim_end_matches('s')),
        number => format!("{number}{noun}"),
    }
}

/// Returns the number without a trailing `.0`.
fn tidy(number: &Value) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
