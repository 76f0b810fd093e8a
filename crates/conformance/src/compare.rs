//! Whether an answer that was read and written again is the same as before.
//!
//! Same means:
//!
//! - An object has the same members, in any order. A member that the document names counts as
//!   missing when it is `null`, and the other way round: servers fill in `null` for what is not
//!   set. Anywhere else `null` is a value like others: under a name that is data (run metadata,
//!   labels), under a name that the document does not know, and in an array.
//! - An array has the same items in the same order.
//! - Numbers have the same value: 1 is 1.0. Integers are compared to the last digit, numbers with
//!   fraction or exponent as the 64-bit floating-point numbers that every ZenML server reads them
//!   as.
//! - Strings have the same characters, datetimes included.

use std::fmt;

use crate::json::{Json, Step, is_integer, json_path};
use crate::schema::{Schema, Shape};

/// A place where an answer is not the same any more. Holds no value: it may be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: Vec<Step>,
    /// What kind of value was there.
    before: &'static str,
    /// What there is now.
    after: &'static str,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            before,
            after,
        } = self;
        write!(f, "{}: ", json_path(path))?;
        if before == after {
            write!(f, "another {after}")
        } else {
            write!(f, "{before} became {after}")
        }
    }
}

/// The differences between an answer and what came of it.
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
            let is_nothing = |name: &str, value: &Json| *value == Json::Null && shape.names(name);
            for (name, value) in old {
                let kept = after.member(name);
                if kept.is_some() || !is_nothing(name, value) {
                    let step = Step::Member(name.clone());
                    both(step, (Some(value), kept), shape, path, found);
                }
            }
            for (name, value) in new {
                if before.member(name).is_none() && !is_nothing(name, value) {
                    let step = Step::Member(name.clone());
                    both(step, (None, Some(value)), shape, path, found);
                }
            }
        }
        (Json::List(old), Json::List(new)) => {
            let shape = schema.shape(before);
            for index in 0..old.len().max(new.len()) {
                let items = (old.get(index), new.get(index));
                both(Step::Item(index), items, shape, path, found);
            }
        }
        (Json::Number(old), Json::Number(new)) if same_number(old, new) => {}
        (old, new) if old == new => {}
        (old, new) => found.push(difference(path, Some(old), Some(new))),
    }
}

/// Compares what lies one step further in, before and after.
fn both(
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
    let kind = |value: Option<&Json>| value.map_or("nothing", Json::kind);
    Difference {
        path: path.to_vec(),
        before: kind(before),
        after: kind(after),
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

/// Sign, digits without zeros at either end, and the power of ten of the last digit.
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

    fn free(before: &str, after: &str) -> Vec<String> {
        between(&json!({}), before, after)
    }

    #[test]
    fn the_order_of_members_does_not_matter_but_that_of_items_does() {
        assert!(free(r#"{"a":1,"b":[1,2]}"#, r#"{"b":[1,2],"a":1}"#).is_empty());
        assert_eq!(
            free("[1,2]", "[2,1]"),
            ["$[0]: another integer", "$[1]: another integer"]
        );
    }

    #[test]
    fn null_is_nothing_where_the_document_names_the_member_and_a_value_elsewhere() {
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
        assert!(!free("[null]", "[]").is_empty());
    }

    #[test]
    fn what_is_missing_added_or_of_another_kind_is_told_without_its_value() {
        let before = r#"{"a":{"b":"hunter2"},"c":[1,"x"],"d":1,"e":true,"f":"t"}"#;
        let after = r#"{"a":{},"c":[1],"d":"1","e":false,"f":"u","g":{}}"#;
        let told = free(before, after);
        assert_eq!(
            told,
            [
                "$.a.b: string became nothing",
                "$.c[1]: string became nothing",
                "$.d: integer became string",
                "$.e: another boolean",
                "$.f: another string",
                "$.g: nothing became object",
            ]
        );
        assert!(!told.concat().contains("hunter2"));
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
            assert!(free(a, b).is_empty(), "{a} {b}");
        }
        for (a, b) in [
            ("1", "2"),
            ("1", "-1"),
            ("1", "10"),
            ("0.1", "0.10000000000000002"),
        ] {
            assert!(!free(a, b).is_empty(), "{a} {b}");
        }
    }

    #[test]
    fn integers_are_compared_to_the_last_digit() {
        assert!(free("9007199254740993", "9007199254740993").is_empty());
        assert!(!free("9007199254740993", "9007199254740992.0").is_empty());
        assert!(!free("123456789012345678901234567890", "1.2345678901234568e29").is_empty());
    }

    #[test]
    fn datetimes_are_compared_as_they_are_written() {
        let schema = json!({"type": "string", "format": "date-time"});
        let same = r#""2026-01-01T00:00:00""#;
        assert!(between(&schema, same, same).is_empty());
        assert!(!between(&schema, same, r#""2026-01-01T00:00:00Z""#).is_empty());
    }
}
