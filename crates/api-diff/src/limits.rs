//! Compares limits that the server checks.

use serde_json::Value;

use super::describe::code;
use super::resolved::{Kind, Typed};

/// The limits that became tighter, and those that became looser, in words.
#[derive(Default)]
pub(super) struct Limits {
    pub tightened: Vec<String>,
    pub loosened: Vec<String>,
}

impl Limits {
    fn add(&mut self, tightened: bool, words: String) {
        if tightened {
            self.tightened.push(words)
        } else {
            self.loosened.push(words)
        }
    }
}

/// Compares the limits of two schemas.
pub(super) fn limits(old: &Typed<'_>, new: &Typed<'_>) -> Limits {
    let mut limits = Limits::default();
    for side in [Side::Lower, Side::Upper] {
        let (before, after) = (Bound::of(old, side), Bound::of(new, side));
        if before != after {
            let tightened = match (before, after) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(a), Some(b)) => b.is_tighter_than(a, side),
            };
            let word = |bound: Option<Bound>| bound.map_or("none".to_owned(), |b| b.words(side));
            let words = format!("`{}` {} → {}", side.keyword(), word(before), word(after));
            limits.add(tightened, words);
        }
    }
    for (key, lower) in [
        ("minLength", true),
        ("maxLength", false),
        ("minItems", true),
        ("maxItems", false),
        ("minProperties", true),
        ("maxProperties", false),
        ("minContains", true),
        ("maxContains", false),
        ("multipleOf", true),
        ("pattern", true),
        ("uniqueItems", true),
        ("format", true),
    ] {
        let limit = |typed: &Typed<'_>| typed.schema().get(key).filter(|v| **v != false).cloned();
        let (before, after) = (limit(old), limit(new));
        let number = |limit: &Option<Value>| limit.as_ref().and_then(Value::as_f64);
        let (a, b) = (number(&before), number(&after));
        // 255 and 255.0 are the same number in JSON.
        let same = before == after || (a.is_some() && a == b);
        let numeric = matches!(old.kind, Kind::Integer | Kind::Number);
        if same || (key == "format" && !numeric) {
            continue;
        }
        let tightened = match (a, b) {
            (Some(a), Some(b)) if key == "multipleOf" => !is_multiple(a, b),
            (Some(a), Some(b)) => (a < b) == lower,
            _ if key == "format" => !widens(before.as_ref(), after.as_ref()),
            _ => after.is_some(),
        };
        let word = |limit: &Option<Value>| limit.as_ref().map_or_else(|| "none".to_owned(), code);
        let words = format!("`{key}` {} → {}", word(&before), word(&after));
        limits.add(tightened, words);
    }
    limits
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

impl Side {
    const fn keyword(self) -> &'static str {
        match self {
            Self::Lower => "minimum",
            Self::Upper => "maximum",
        }
    }
}

/// The bound that `minimum` and `exclusiveMinimum`, or their counterparts, give together.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bound {
    value: f64,
    exclusive: bool,
}

impl Bound {
    fn of(typed: &Typed<'_>, side: Side) -> Option<Self> {
        let (inclusive, exclusive, step) = match side {
            Side::Lower => ("minimum", "exclusiveMinimum", 1.0),
            Side::Upper => ("maximum", "exclusiveMaximum", -1.0),
        };
        let number = |key: &str| typed.schema().get(key).and_then(Value::as_f64);
        let integer = typed.kind == Kind::Integer;
        let inclusive = number(inclusive).map(|value| Self {
            value: match side {
                Side::Lower if integer => value.ceil(),
                Side::Upper if integer => value.floor(),
                _ => value,
            },
            exclusive: false,
        });
        // More than 0 is at least 1, for an integer.
        let exclusive = number(exclusive).map(|value| Self {
            value: match side {
                Side::Lower if integer => value.floor() + step,
                Side::Upper if integer => value.ceil() + step,
                _ => value,
            },
            exclusive: !integer,
        });
        match (inclusive, exclusive) {
            (Some(a), Some(b)) if b.is_tighter_than(a, side) => Some(b),
            (a, b) => a.or(b),
        }
    }

    fn is_tighter_than(self, other: Self, side: Side) -> bool {
        let (a, b) = match side {
            Side::Lower => (self.value, other.value),
            Side::Upper => (other.value, self.value),
        };
        a > b || (a == b && self.exclusive && !other.exclusive)
    }

    fn words(self, side: Side) -> String {
        match (self.exclusive, side) {
            (false, _) => format!("`{}`", self.value),
            (true, Side::Lower) => format!("more than `{}`", self.value),
            (true, Side::Upper) => format!("less than `{}`", self.value),
        }
    }
}

/// Returns whether a number is a multiple of another, within the precision of binary fractions.
fn is_multiple(number: f64, of: f64) -> bool {
    let times = number / of;
    (times - times.round()).abs() < 1e-9 && times.round() != 0.0
}

/// Returns whether the format of a number allows more values than the old one.
fn widens(before: Option<&Value>, after: Option<&Value>) -> bool {
    let range = |format: Option<&Value>| match format.and_then(Value::as_str) {
        None => 4,
        Some("int64" | "double" | "uint64") => 3,
        Some("int32" | "float" | "uint32") => 2,
        Some("int16" | "uint16") => 1,
        Some(_) => 0,
    };
    range(after) > range(before)
}
