//! The schema keywords: which combinations are supported, and what is noted of those that change no
//! type.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::{Error, Result};

/// Keywords that describe a type of their own: two of them in one schema are an intersection, which
/// has no Rust type. All other keywords restrict a type or annotate it.
const SHAPES: &[&str] = &[
    "$ref",
    "allOf",
    "anyOf",
    "enum",
    "items",
    "oneOf",
    "prefixItems",
    "properties",
];

/// Keywords that refer to other schemas.
pub(super) const COMPOSITION: [&str; 4] = ["$ref", "allOf", "anyOf", "oneOf"];

/// Keywords that a value has to keep, besides a few values of others.
const LIMITS: [&str; 7] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
];

/// Returns the schema as an object, after checking that it has one shape.
///
/// A keyword that is not known is an annotation (JSON Schema 2020-12, core, section 6.5).
pub(super) fn checked<'a>(schema: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>> {
    static ANY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    let object = match schema {
        Value::Object(object) => object,
        Value::Bool(true) => &ANY,
        _ => {
            return Err(Error::in_document(
                pointer,
                "the schema is neither a JSON object nor `true`",
                "correct it",
            ));
        }
    };
    check_composition(object, pointer)?;
    Ok(object)
}

/// Checks that a schema has at most one of `$ref`, `allOf`, `anyOf` and `oneOf`, and no other shape
/// beside it.
fn check_composition(object: &Map<String, Value>, pointer: &str) -> Result<()> {
    let has = |key: &str| object.contains_key(key);
    if has("discriminator") && !has("anyOf") && !has("oneOf") {
        return Err(Error::in_document(
            format!("{pointer}/discriminator"),
            "a discriminator without alternatives is not supported",
            "add the alternatives as `oneOf`",
        ));
    }
    let Some(key) = COMPOSITION.iter().find(|key| has(key)) else {
        return Ok(());
    };
    let beside = SHAPES
        .iter()
        .filter(|other| *other != key)
        .find(|other| has(other));
    match beside {
        None => Ok(()),
        Some(other) => Err(Error::in_document(
            format!("{pointer}/{other}"),
            format!("`{other}` beside `{key}` is not supported"),
            "write both as one schema",
        )),
    }
}

/// Returns what the document declares for a property or parameter besides its type.
pub(super) fn notes(schema: &Value) -> Map<String, Value> {
    let mut notes = Map::new();
    // Beside alternatives or a reference, `const` restricts a type that is declared there.
    let composed = COMPOSITION.iter().any(|key| schema.get(key).is_some());
    for key in ["const", "default", "deprecated", "description"] {
        if let Some(value) = schema.get(key).filter(|_| key != "const" || !composed) {
            notes.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(versions) = schema.get("x-versions") {
        notes.insert("versions".to_owned(), versions.clone());
    }
    let alternatives = schema.get("anyOf").and_then(Value::as_array);
    if alternatives.is_some_and(|list| list.iter().filter(|one| !is_null(one)).count() > 1) {
        notes.insert("several".to_owned(), Value::Bool(true));
    }
    let limits = constraints(schema).or_else(|| alternatives?.iter().find_map(constraints));
    if let Some(limits) = limits {
        notes.insert("constraints".to_owned(), Value::String(limits));
    }
    notes
}

/// Returns the keywords that a value of a property or parameter has to keep. `free` says that the lowered
/// type is any JSON, which loses the type of a union.
pub(super) fn limits(schema: &Value, free: bool) -> Map<String, Value> {
    let alternatives = schema.get("anyOf").and_then(Value::as_array);
    let own = alternatives.map_or(std::slice::from_ref(schema), Vec::as_slice);
    let Some(schema) = own.iter().find(|one| !is_null(one)) else {
        return Map::new();
    };
    let members = schema.as_object().into_iter().flatten();
    let kept = members.filter(|(key, value)| match key.as_str() {
        "const" => !value.is_string(),
        "format" => matches!(value.as_str(), Some("duration" | "email")),
        "type" => free && value.is_string(),
        key => LIMITS.contains(&key),
    });
    kept.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Returns whether a schema allows `null` only.
fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// Returns the limits that the server checks, as a phrase for the docs.
fn constraints(schema: &Value) -> Option<String> {
    let number = |key: &str| schema.get(key).filter(|value| value.is_number());
    let mut parts = Vec::new();
    for (minimum, maximum, noun) in [
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " members"),
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
    if let Some(names) = schema.get("patternProperties").and_then(Value::as_object) {
        let names: Vec<String> = names.keys().map(|name| format!("`{name}`")).collect();
        parts.push(format!("members matching {}", names.join(" or ")));
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
    if schema
        .get("contentMediaType")
        .is_some_and(|media| media == "application/json")
    {
        parts.push("JSON as text".to_owned());
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
