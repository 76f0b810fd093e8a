//! How does a request differ from an expected one?

use http::{HeaderName, Method};
use serde_json::Value;

use super::content::Content;
use super::text::{is_secret_name, may_hold_secrets, shortened};

/// A difference, and how much it weighs when the nearest expectation is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub text: String,
    pub weight: u32,
}

/// The maximum number of differences of a body that are reported.
const MOST: usize = 10;

impl Difference {
    fn new(weight: u32, text: String) -> Self {
        Self { text, weight }
    }

    pub fn method(expected: &Method, found: &Method) -> Self {
        Self::new(100, format!("method: expected {expected}, got {found}"))
    }

    pub fn path(template: &str) -> Self {
        Self::new(1000, format!("path: expected {template}"))
    }

    pub fn header(name: &HeaderName) -> Self {
        Self::new(1, format!("header {name}: another value than expected"))
    }

    /// The values are not shown if the name is that of a secret.
    pub fn query(name: &str, expected: &[String], found: &[String]) -> Self {
        let shown = |values: &[String]| match values {
            [] => "nothing".to_owned(),
            _ if is_secret_name(name) => "[redacted]".to_owned(),
            values => {
                let values = values.iter().map(|value| format!("{value:?}"));
                shortened(values.collect::<Vec<_>>().join(", "))
            }
        };
        let (expected, found) = (shown(expected), shown(found));
        Self::new(1, format!("query {name}: expected {expected}, got {found}"))
    }

    fn body(place: &str, expected: Option<&Value>, found: Option<&Value>, hides: bool) -> Self {
        let is_secret = hides || may_hold_secrets(place);
        let shown = |value: Option<&Value>| match value {
            None => "nothing".to_owned(),
            Some(_) if is_secret => "[redacted]".to_owned(),
            Some(Value::Object(_)) => "an object".to_owned(),
            Some(Value::Array(values)) => format!("a list of {}", values.len()),
            Some(value) => shortened(value.to_string()),
        };
        let (expected, found) = (shown(expected), shown(found));
        Self::new(1, format!("{place}: expected {expected}, got {found}"))
    }
}

/// Returns how a body differs from the expected one. Values are hidden if the body may contain secrets.
pub(super) fn bodies(expected: &Content, found: &Content, hides: bool) -> Vec<Difference> {
    if expected == found {
        return Vec::new();
    }
    let mut differences = Vec::new();
    let mut differ = |place: &str, expected: Option<&Value>, found: Option<&Value>| {
        differences.push(Difference::body(place, expected, found, hides));
    };
    match (expected, found) {
        (Content::Json(expected), Content::Json(found)) => {
            values("body", Some(expected), Some(found), &mut differ);
        }
        (Content::Form(expected), Content::Form(found)) => {
            values(
                "body",
                Some(&object(expected)),
                Some(&object(found)),
                &mut differ,
            );
        }
        _ => {}
    }
    if differences.is_empty() {
        differences.push(Difference::new(
            1,
            "body: another content than expected".to_owned(),
        ));
    }
    differences.truncate(MOST);
    differences
}

fn object(fields: &[(String, String)]) -> Value {
    let fields = fields.iter().cloned();
    Value::Object(fields.map(|(name, value)| (name, value.into())).collect())
}

/// Reports where two values differ, at the innermost places.
fn values(
    place: &str,
    expected: Option<&Value>,
    found: Option<&Value>,
    differ: &mut impl FnMut(&str, Option<&Value>, Option<&Value>),
) {
    match (expected, found) {
        (expected, found) if expected == found => {}
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let more = found.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(more) {
                let place = format!("{place}.{name}");
                values(&place, expected.get(name), found.get(name), differ);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for index in 0..expected.len().max(found.len()) {
                let place = format!("{place}[{index}]");
                values(&place, expected.get(index), found.get(index), differ);
            }
        }
        (expected, found) => differ(place, expected, found),
    }
}
