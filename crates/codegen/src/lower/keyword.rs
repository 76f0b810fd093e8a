//! The schema keywords: which are understood, and what the constraints among them say in words.

use serde_json::{Map, Value};

use crate::{Error, Result};

/// Keywords that lowering acts on.
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

/// Keywords that say something to people, or to the server only.
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

/// The schema as an object, after every keyword in it was recognised.
pub(super) fn checked<'a>(schema: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>> {
    let object = schema.as_object().ok_or_else(|| {
        Error::new(
            pointer,
            "a schema must be a JSON object",
            "correct the document with an overlay in specs/overlays/",
        )
    })?;
    for keyword in object.keys() {
        let known = keyword.starts_with("x-")
            || STRUCTURE.contains(&keyword.as_str())
            || ANNOTATION.contains(&keyword.as_str());
        if !known {
            return Err(Error::new(
                format!("{pointer}/{}", super::escape(keyword)),
                format!("the schema keyword `{keyword}` is not understood"),
                "teach crates/codegen/src/lower/ what it means, or remove it with an overlay in specs/overlays/",
            ));
        }
    }
    check_composition(object, pointer)?;
    Ok(object)
}

/// Of `$ref`, `allOf`, `anyOf` and `oneOf` a schema has one, and then says nothing of its structure
/// itself: both together would be an intersection, which no Rust type is.
fn check_composition(object: &Map<String, Value>, pointer: &str) -> Result<()> {
    let composition = ["$ref", "allOf", "anyOf", "oneOf"];
    let has = |key: &str| object.contains_key(key);
    if has("discriminator") && !has("anyOf") && !has("oneOf") {
        return Err(Error::new(
            format!("{pointer}/discriminator"),
            "a discriminator without alternatives is not understood",
            "write them as `oneOf` with an overlay in specs/overlays/",
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
            format!("`{other}` beside `{key}` is not understood"),
            "write it as one schema with an overlay in specs/overlays/",
        )),
    }
}

/// The limits that the server checks, as a phrase for the docs.
pub(super) fn constraints(schema: &Value) -> Option<String> {
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
        parts.push("without repetition".to_owned());
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("duration") => parts.push("an ISO 8601 duration".to_owned()),
        Some("email") => parts.push("an e-mail address".to_owned()),
        _ => {}
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A number of things: one of them is singular.
fn count(number: &Value, noun: &str) -> String {
    match tidy(number).as_str() {
        "1" => format!("1{}", noun.trim_end_matches('s')),
        number => format!("{number}{noun}"),
    }
}

/// `60.0` as people write it.
fn tidy(number: &Value) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
