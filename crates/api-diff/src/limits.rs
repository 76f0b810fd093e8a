//! Compares limits that the server checks.

use serde_json::{Map, Value};

use super::describe::code;
use super::resolved::{Kind, Typed};

/// Lower limits: a greater value is tighter.
const LOWER: [&str; 6] = [
    "exclusiveMinimum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
];

/// Upper limits: a smaller value is tighter.
const UPPER: [&str; 6] = [
    "exclusiveMaximum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
];

/// Limits without an order: any other value may be tighter.
const OTHER: [&str; 6] = [
    "contains",
    "format",
    "multipleOf",
    "pattern",
    "propertyNames",
    "uniqueItems",
];

/// Returns whether a keyword is a limit.
pub(super) fn is_limit(key: &str) -> bool {
    LOWER.contains(&key) || UPPER.contains(&key) || OTHER.contains(&key)
}

/// Describes the limits that became tighter, and those that became looser.
pub(super) fn limits(old: &Typed<'_>, new: &Typed<'_>) -> (Vec<String>, Vec<String>) {
    let (old, new) = (inclusive(old), inclusive(new));
    let (mut tightened, mut loosened) = (Vec::new(), Vec::new());
    for key in LOWER.iter().chain(&UPPER).chain(&OTHER) {
        let limit =
            |schema: &Map<String, Value>| schema.get(*key).filter(|v| **v != false).cloned();
        let (before, after) = (limit(&old), limit(&new));
        if before == after || (*key == "format" && !numeric(&old)) {
            continue;
        }
        let word = |limit: &Option<Value>| limit.as_ref().map_or_else(|| "none".to_owned(), code);
        let words = format!("`{key}` {} → {}", word(&before), word(&after));
        let number = |limit: &Option<Value>| limit.as_ref().and_then(Value::as_f64);
        match (number(&before), number(&after)) {
            (Some(a), Some(b)) if *key == "multipleOf" => match is_multiple(a, b) {
                true => loosened.push(words),
                false => tightened.push(words),
            },
            (Some(a), Some(b)) if (a < b) == LOWER.contains(key) => tightened.push(words),
            (Some(_), Some(_)) => loosened.push(words),
            _ if after.is_none() => loosened.push(words),
            _ if *key == "format" && widens(&before, &after) => loosened.push(words),
            _ => tightened.push(words),
        }
    }
    (tightened, loosened)
}

/// Returns a schema with the bounds of an integer as inclusive ones: more than 0 is at least 1.
fn inclusive(typed: &Typed<'_>) -> Map<String, Value> {
    let mut schema = typed.schema().clone();
    if typed.kind == Kind::Integer {
        for (exclusive, inclusive, step) in [
            ("exclusiveMinimum", "minimum", 1.0),
            ("exclusiveMaximum", "maximum", -1.0),
        ] {
            if let Some(bound) = schema.remove(exclusive).and_then(|bound| bound.as_f64()) {
                schema.insert(inclusive.to_owned(), (bound.floor() + step).into());
            }
        }
    }
    // 255 and 255.0 are the same number in JSON.
    for value in schema.values_mut() {
        if let Some(number) = value.as_f64() {
            *value = if number.fract() == 0.0 && number.abs() < 1e15 {
                (number as i64).into()
            } else {
                number.into()
            };
        }
    }
    schema
}

/// Returns whether a number is a multiple of another, within the precision of binary fractions.
fn is_multiple(number: f64, of: f64) -> bool {
    let times = number / of;
    (times - times.round()).abs() < 1e-9 && times.round() != 0.0
}

fn numeric(schema: &Map<String, Value>) -> bool {
    let kind = schema.get("type").and_then(Value::as_str);
    matches!(kind, Some("integer" | "number"))
}

/// Returns whether a number's format allows more values than the old one.
fn widens(before: &Option<Value>, after: &Option<Value>) -> bool {
    let wide = |format: &Option<Value>| {
        let format = format.as_ref().and_then(Value::as_str);
        matches!(format, Some("int64" | "double"))
    };
    wide(after) && !wide(before)
}
