//! Does a response still say the same after decoding and encoding?
//!
//! The rules of equality:
//!
//! - Objects have the same members in any order. A member that the document names may be `null` on
//!   one side and absent on the other, because servers send `null` for what is not set. Elsewhere
//!   `null` is a value: under names that are data (run metadata, labels), under names that the
//!   document does not know, and in arrays.
//! - Arrays have the same items in the same order.
//! - Numbers have the same value: 1 equals 1.0. Integers are compared to the last digit. Numbers
//!   with a fraction or an exponent are compared as 64-bit floats, which is how ZenML servers read
//!   them.
//! - Strings have the same characters, datetimes included.

use std::fmt;

use crate::json::{Json, Step, is_integer, json_path};
use crate::schema::Schema;
use crate::shape::Shape;

/// A place where a response changed. Holds no value, because it may be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Path of the changed value.
    pub path: Vec<Step>,
    /// Type of the value in the response, if it was there.
    before: Option<&'static str>,
    /// Type of the value after decoding and encoding, if it is there.
    after: Option<&'static str>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", json_path(&self.path))?;
        match (self.before, self.after) {
            (Some(before), Some(after)) if before == after => write!(f, "{after} changed"),
            (Some(before), Some(after)) => write!(f, "{before} became {after}"),
            (Some(before), None) => write!(f, "{before} lost"),
            (None, after) => write!(f, "{} added", after.unwrap_or("nothing")),
        }
    }
}

/// Returns the differences between a response and its encoded form after decoding.
#[must_use]
pub fn differences(before: &Json, after: &Json, schema: Schema<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(before, after, schema, &mut Vec::new(), &mut found);
    found
}

fn compare(
    before: &Json,
    after: &Json,
    schema: Schema<'_>,
    path: &mut Vec<Step>,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (Json::Object(old), Json::Object(new)) => {
            let shape = schema.shape(before);
            let added = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(added) {
                let pair = (old.get(name), new.get(name));
                let is_unset = matches!(pair, (Some(Json::Null), None) | (None, Some(Json::Null)))
                    && shape.names(name);
                if !is_unset {
                    compare_child(Step::Member(name.clone()), pair, shape, path, found);
                }
            }
        }
        (Json::Array(old), Json::Array(new)) => {
            let shape = schema.shape(before);
            for index in 0..old.len().max(new.len()) {
                let pair = (old.get(index), new.get(index));
                compare_child(Step::Item(index), pair, shape, path, found);
            }
        }
        (Json::Number(old), Json::Number(new)) if same_number(old, new) => {}
        (old, new) if old == new => {}
        (old, new) => found.push(difference(path, Some(old), Some(new))),
    }
}

/// Compares the values one step further in.
fn compare_child(
    step: Step,
    pair: (Option<&Json>, Option<&Json>),
    shape: Shape<'_>,
    path: &mut Vec<Step>,
    found: &mut Vec<Difference>,
) {
    let child = shape.child(&step);
    path.push(step);
    match pair {
        (Some(old), Some(new)) => compare(old, new, child, path, found),
        (old, new) => found.push(difference(path, old, new)),
    }
    path.pop();
}

fn difference(path: &[Step], before: Option<&Json>, after: Option<&Json>) -> Difference {
    Difference {
        path: path.to_vec(),
        before: before.map(Json::kind),
        after: after.map(Json::kind),
    }
}

fn same_number(before: &str, after: &str) -> bool {
    decimal(before) == decimal(after)
        || !is_integer(before)
            && matches!(
                (before.parse::<f64>(), after.parse::<f64>()),
                (Ok(before), Ok(after)) if before == after
            )
}

/// Returns the sign, the digits without zeros at either end, and the power of ten of the last digit.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (negative, magnitude) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let exponent = exponent.parse::<i64>().ok()?;
    let shift = i64::try_from(digits.len() - significant.len()).ok()?;
    let places = i64::try_from(fraction.len()).ok()?;
    let significant = significant.trim_start_matches('0');
    Some(match significant {
        "" => (false, String::new(), 0),
        digits => (negative, digits.to_owned(), exponent + shift - places),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn between(schema: &Value, before: &str, after: &str) -> Vec<String> {
        let document = json!({});
        let (before, after) = (before.parse().unwrap(), after.parse().unwrap());
        let found = differences(&before, &after, Schema::new(&document, schema));
        found.iter().map(ToString::to_string).collect()
    }

    fn without_schema(before: &str, after: &str) -> Vec<String> {
        between(&json!({}), before, after)
    }

    #[test]
    fn the_order_of_items_matters_and_that_of_members_does_not() {
        assert!(without_schema(r#"{"a":1,"b":[1,2]}"#, r#"{"b":[1,2],"a":1}"#).is_empty());
        assert_eq!(
            without_schema("[1,2]", "[2,1]"),
            ["$[0]: integer changed", "$[1]: integer changed"]
        );
    }

    #[test]
    fn null_equals_absent_only_for_members_that_the_document_names() {
        let schema = json!({"type": "object", "properties": {
            "named": {"type": "string"},
            "labels": {"type": "object", "additionalProperties": {}},
        }});
        let same = |before, after| between(&schema, before, after).is_empty();
        assert!(same(r#"{"named":null}"#, "{}"));
        assert!(same("{}", r#"{"named":null}"#));
        assert!(!same(r#"{"unknown":null}"#, "{}"));
        assert!(!same(r#"{"labels":{"gpu":null}}"#, r#"{"labels":{}}"#));
        assert!(!same(r#"{"labels":{}}"#, r#"{"labels":{"gpu":null}}"#));
        assert!(!without_schema("[null]", "[]").is_empty());
    }

    #[test]
    fn lost_added_and_changed_values_are_reported_without_the_values() {
        let before = r#"{"a":{"b":"hunter2"},"c":[1,"x"],"d":1,"e":true,"f":"t"}"#;
        let after = r#"{"a":{},"c":[1],"d":"1","e":false,"f":"u","g":{}}"#;
        let reported = without_schema(before, after);
        assert_eq!(
            reported,
            [
                "$.a.b: string lost",
                "$.c[1]: string lost",
                "$.d: integer became string",
                "$.e: boolean changed",
                "$.f: string changed",
                "$.g: object added",
            ]
        );
        assert!(!reported.concat().contains("hunter2"));
    }

    #[test]
    fn numbers_are_compared_by_value() {
        for (a, b) in [
            ("1", "1.0"),
            ("1.0", "1"),
            ("1e3", "1000"),
            ("1e-12", "0.000000000001"),
            ("-0", "0"),
            ("0.0", "-0.0"),
            ("100", "1e2"),
            ("0.1000000000000000055511151231257827", "0.1"),
        ] {
            assert!(without_schema(a, b).is_empty(), "{a} {b}");
        }
        for (a, b) in [
            ("1", "2"),
            ("1", "-1"),
            ("1", "10"),
            ("0.1", "0.10000000000000002"),
        ] {
            assert!(!without_schema(a, b).is_empty(), "{a} {b}");
        }
    }

    #[test]
    fn integers_are_compared_to_the_last_digit() {
        assert!(without_schema("9007199254740993", "9007199254740993").is_empty());
        assert!(!without_schema("9007199254740993", "9007199254740992.0").is_empty());
        assert!(
            !without_schema("123456789012345678901234567890", "1.2345678901234568e29").is_empty()
        );
    }

    #[test]
    fn datetimes_are_compared_as_text() {
        let schema = json!({"type": "string", "format": "date-time"});
        let same = r#""2026-01-01T00:00:00""#;
        assert!(between(&schema, same, same).is_empty());
        assert!(!between(&schema, same, r#""2026-01-01T00:00:00Z""#).is_empty());
    }
}
