//! A condition of a list call, in ZenML's filter grammar.
//!
//! The grammar is defined by `zenml/models/v2/base/filter.py` in ZenML 0.98.0.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::types::filter_value::{FilterValue, NOT_FINITE};
use crate::types::timestamp::Timestamp;

/// A condition on one field of a list call.
///
/// Numbers, booleans, UUIDs, enums and timestamps convert with `into()` to a filter for equality. A
/// **string is sent unchanged**, so it may start with an operator of the server's grammar
/// (`"contains:train"`, `"gte:5"`). Use [`Filter::equals`] to match text literally.
///
/// The type of the field decides which operators it supports:
///
/// | field | operators |
/// | --- | --- |
/// | text, UUID, enum | all except [`between`](Filter::between); order comparisons read the text as a number |
/// | number | equality, order, null |
/// | boolean | equality, null |
/// | datetime | equality, order, null, [`between`](Filter::between) |
///
/// The server rejects other operators with
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest).
///
/// Equality is [`equals`](Filter::equals) and [`not_equals`](Filter::not_equals). Order is
/// [`gt`](Filter::gt), [`gte`](Filter::gte), [`lt`](Filter::lt) and [`lte`](Filter::lte). Null is
/// [`is_null`](Filter::is_null) and [`is_not_null`](Filter::is_not_null).
///
/// Datetimes in a filter have a resolution of one second. Lower bounds are rounded down and upper
/// bounds are rounded up, so a filter with a finer bound may match slightly more, but never less.
///
/// ```
/// use zenml::Filter;
///
/// let filter = Filter::starts_with("train").and(Filter::not_equals("train-old"));
/// assert_eq!(filter.to_string(), "startswith:train & notequals:train-old");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    // One or more conditions. The server accepts a list for every filter; a single condition is
    // sent without a list.
    first: String,
    more: Vec<String>,
}

/// The words that the server reads as an operator if a colon follows.
const OPERATORS: [&str; 15] = [
    "equals",
    "notequals",
    "contains",
    "startswith",
    "endswith",
    "oneof",
    "notoneof",
    "notcontains",
    "isnull",
    "isnotnull",
    "gte",
    "gt",
    "lte",
    "lt",
    "in",
];

impl Filter {
    /// Matches fields that equal `value`.
    ///
    /// The value is taken literally, even if it starts like an operator.
    pub fn equals(value: impl Into<FilterValue>) -> Self {
        let value = value.into().lower_bound();
        let starts_like_operator = value
            .split_once(':')
            .is_some_and(|(prefix, _)| OPERATORS.contains(&prefix));
        if starts_like_operator {
            Self::with("equals", &value)
        } else {
            Self::raw(value)
        }
    }

    /// Matches fields that do not equal `value`.
    pub fn not_equals(value: impl Into<FilterValue>) -> Self {
        Self::with("notequals", &value.into().lower_bound())
    }

    /// Matches text that contains `text`.
    ///
    /// The server compares with SQL's `LIKE` and does not escape `text`: `%` matches any text, and
    /// `_` matches any character.
    pub fn contains(text: impl Into<FilterValue>) -> Self {
        Self::with("contains", &text.into().lower_bound())
    }

    /// Matches text that does not contain `text`, with the wildcards of
    /// [`contains`](Self::contains).
    pub fn not_contains(text: impl Into<FilterValue>) -> Self {
        Self::with("notcontains", &text.into().lower_bound())
    }

    /// Matches text that starts with `text`, with the wildcards of [`contains`](Self::contains).
    pub fn starts_with(text: impl Into<FilterValue>) -> Self {
        Self::with("startswith", &text.into().lower_bound())
    }

    /// Matches text that ends with `text`, with the wildcards of [`contains`](Self::contains).
    pub fn ends_with(text: impl Into<FilterValue>) -> Self {
        Self::with("endswith", &text.into().lower_bound())
    }

    /// Matches text and UUIDs that equal one of `values`.
    ///
    /// A call with an empty list of values fails with
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) before it is sent, because
    /// the server would ignore the condition and return *everything*.
    pub fn one_of<V: Into<FilterValue>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::with("oneof", &json_list(values))
    }

    /// Matches text and UUIDs that equal none of `values`.
    pub fn not_one_of<V: Into<FilterValue>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::with("notoneof", &json_list(values))
    }

    /// Matches fields that are null.
    pub fn is_null() -> Self {
        Self::with("isnull", "")
    }

    /// Matches fields that are not null.
    pub fn is_not_null() -> Self {
        Self::with("isnotnull", "")
    }

    /// Matches numbers greater than `value`, and datetimes after it.
    pub fn gt(value: impl Into<FilterValue>) -> Self {
        Self::with("gt", &value.into().lower_bound())
    }

    /// Matches numbers greater than or equal to `value`, and datetimes not before it.
    pub fn gte(value: impl Into<FilterValue>) -> Self {
        Self::with("gte", &value.into().lower_bound())
    }

    /// Matches numbers less than `value`, and datetimes before it.
    pub fn lt(value: impl Into<FilterValue>) -> Self {
        Self::with("lt", &value.into().upper_bound())
    }

    /// Matches numbers less than or equal to `value`, and datetimes not after it.
    pub fn lte(value: impl Into<FilterValue>) -> Self {
        Self::with("lte", &value.into().upper_bound())
    }

    /// Matches datetimes between `from` and `to`, both included.
    pub fn between(from: impl Into<FilterValue>, to: impl Into<FilterValue>) -> Self {
        let (from, to) = (from.into().lower_bound(), to.into().upper_bound());
        Self::with("in", &format!("{from},{to}"))
    }

    /// Adds a condition on the same field.
    ///
    /// By default, all conditions of a call must hold. If the `logical_operator` of the call is
    /// `or`, one of them must hold, on whichever field.
    #[must_use]
    pub fn and(mut self, other: impl Into<Self>) -> Self {
        let other = other.into();
        self.more.push(other.first);
        self.more.extend(other.more);
        self
    }

    /// Returns the conditions as they are sent.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.first)
            .chain(&self.more)
            .map(String::as_str)
    }

    /// Returns the reason why this filter must not be sent, if there is one.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        self.values().find_map(|value| match value {
            "oneof:[]" => Some(
                "one_of has no values, so the server would ignore the filter; \
                 give at least one value",
            ),
            value if value.contains(NOT_FINITE) => {
                Some("a number of the filter is NaN or infinite")
            }
            _ => None,
        })
    }

    fn with(operator: &str, value: &str) -> Self {
        Self::raw(format!("{operator}:{value}"))
    }

    fn raw(first: String) -> Self {
        Self {
            first,
            more: Vec::new(),
        }
    }
}

/// Writes the values as a list of strings, because the server compares them as text.
fn json_list<V: Into<FilterValue>>(values: impl IntoIterator<Item = V>) -> String {
    let list: Vec<serde_json::Value> = values
        .into_iter()
        .map(|value| value.into().lower_bound().into())
        .collect();
    serde_json::Value::from(list).to_string()
}

impl From<&str> for Filter {
    /// Sends the text as it is; it may start with an operator.
    fn from(text: &str) -> Self {
        Self::raw(text.to_owned())
    }
}

impl From<&String> for Filter {
    /// Sends the text as it is; it may start with an operator.
    fn from(text: &String) -> Self {
        Self::raw(text.clone())
    }
}

impl From<String> for Filter {
    /// Sends the text as it is; it may start with an operator.
    fn from(text: String) -> Self {
        Self::raw(text)
    }
}

macro_rules! filter_from {
    ($($type:ty),*) => { $(
        impl From<$type> for Filter {
            /// Converts to [`Filter::equals`].
            fn from(value: $type) -> Self {
                Self::equals(value)
            }
        }
    )* };
}

filter_from!(
    bool,
    i32,
    i64,
    u32,
    u64,
    usize,
    f64,
    Uuid,
    &Uuid,
    Timestamp,
    DateTime<Utc>
);

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first)?;
        self.more
            .iter()
            .try_for_each(|value| write!(f, " & {value}"))
    }
}

impl Serialize for Filter {
    /// Writes a string, or a list of strings if there are several conditions.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(problem) = self.problem() {
            return Err(serde_core::ser::Error::custom(problem));
        }
        if self.more.is_empty() {
            serializer.serialize_str(&self.first)
        } else {
            serializer.collect_seq(self.values())
        }
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FilterVisitor)
    }
}

/// Reads a scalar, or a list of scalars that is not empty.
struct FilterVisitor;

impl<'de> serde_core::de::Visitor<'de> for FilterVisitor {
    type Value = Filter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, number or boolean, or a list of these")
    }

    fn visit_str<E: serde_core::de::Error>(self, text: &str) -> Result<Filter, E> {
        Ok(text.into())
    }

    fn visit_bool<E: serde_core::de::Error>(self, value: bool) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_i64<E: serde_core::de::Error>(self, value: i64) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_u64<E: serde_core::de::Error>(self, value: u64) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde_core::de::Error>(self, value: f64) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_seq<A: serde_core::de::SeqAccess<'de>>(self, mut list: A) -> Result<Filter, A::Error> {
        let Some(mut filter) = list.next_element::<Filter>()? else {
            return Err(serde_core::de::Error::invalid_length(
                0,
                &"at least one condition",
            ));
        };
        while let Some(next) = list.next_element::<Filter>()? {
            filter = filter.and(next);
        }
        Ok(filter)
    }
}

#[cfg(test)]
mod tests;
