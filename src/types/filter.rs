use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::types::filter_value::FilterValue;

/// A condition on one field of a list, in ZenML's filter grammar.
///
/// A value that becomes a filter by `Into` means "equals this": numbers, booleans, UUIDs,
/// timestamps. A **string goes out as it is written**, so that an operator may stand in it
/// (`"contains:train"`, `"desc:created"`); use [`Filter::eq`] for text that must be taken
/// literally.
///
/// Which operators a field takes depends on its type (the server answers
/// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) otherwise):
///
/// | field | operators |
/// | --- | --- |
/// | text, UUID, enum | all but [`between`](Filter::between); the four order comparisons read the text as a number |
/// | number | equality, order, null |
/// | boolean | equality, null |
/// | datetime | equality, order, null, [`between`](Filter::between) |
///
/// Datetimes have a resolution of one second in a filter. Lower bounds are rounded down and upper
/// bounds up, so that a filter made from a finer timestamp may match a little more, never less.
///
/// ```
/// use zenml::Filter;
///
/// let filter = Filter::starts_with("train").and(Filter::not_equals("train-old"));
/// assert_eq!(filter.to_string(), "startswith:train & notequals:train-old");
/// ```
///
/// The grammar is that of `zenml/models/v2/base/filter.py` in ZenML 0.98.0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    // One or more: the server takes a list for every filter, and a list of one is written plain.
    first: String,
    more: Vec<String>,
}

/// What the server takes as an operator when a colon follows.
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
    /// Equal to this, literally: text that looks like an operator is not taken as one.
    pub fn eq(value: impl Into<FilterValue>) -> Self {
        let value = value.into().lower_bound();
        let looks_like_operator = value
            .split_once(':')
            .is_some_and(|(prefix, _)| OPERATORS.contains(&prefix));
        if looks_like_operator {
            Self::with("equals", &value)
        } else {
            Self::raw(value)
        }
    }

    /// Different from this.
    pub fn not_equals(value: impl Into<FilterValue>) -> Self {
        Self::with("notequals", &value.into().lower_bound())
    }

    /// Text that has this somewhere in it. The server compares with SQL's `LIKE` and escapes
    /// nothing: `%` stands for any text, `_` for any character.
    pub fn contains(text: impl Into<FilterValue>) -> Self {
        Self::with("contains", &text.into().lower_bound())
    }

    /// Text that does not have this anywhere in it; `%` and `_` as in [`contains`](Self::contains).
    pub fn not_contains(text: impl Into<FilterValue>) -> Self {
        Self::with("notcontains", &text.into().lower_bound())
    }

    /// Text that begins like this; `%` and `_` as in [`contains`](Self::contains).
    pub fn starts_with(text: impl Into<FilterValue>) -> Self {
        Self::with("startswith", &text.into().lower_bound())
    }

    /// Text that ends like this; `%` and `_` as in [`contains`](Self::contains).
    pub fn ends_with(text: impl Into<FilterValue>) -> Self {
        Self::with("endswith", &text.into().lower_bound())
    }

    /// Text or UUID that equals one of these.
    ///
    /// Of no values at all the server would make no condition, and answer with *everything*: a
    /// call with such a filter fails with [`InvalidRequest`](crate::ErrorKind::InvalidRequest)
    /// before it is sent.
    pub fn one_of<V: Into<FilterValue>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::with("oneof", &json_list(values))
    }

    /// Text or UUID that equals none of these.
    pub fn not_one_of<V: Into<FilterValue>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::with("notoneof", &json_list(values))
    }

    /// No value at all.
    pub fn is_null() -> Self {
        Self::with("isnull", "")
    }

    /// Any value.
    pub fn is_not_null() -> Self {
        Self::with("isnotnull", "")
    }

    /// Greater than this, or later.
    pub fn gt(value: impl Into<FilterValue>) -> Self {
        Self::with("gt", &value.into().lower_bound())
    }

    /// Greater than or equal to this, or not earlier.
    pub fn gte(value: impl Into<FilterValue>) -> Self {
        Self::with("gte", &value.into().lower_bound())
    }

    /// Less than this, or earlier.
    pub fn lt(value: impl Into<FilterValue>) -> Self {
        Self::with("lt", &value.into().upper_bound())
    }

    /// Less than or equal to this, or not later.
    pub fn lte(value: impl Into<FilterValue>) -> Self {
        Self::with("lte", &value.into().upper_bound())
    }

    /// Within these two datetimes, both included.
    pub fn between(from: impl Into<FilterValue>, to: impl Into<FilterValue>) -> Self {
        let (from, to) = (from.into().lower_bound(), to.into().upper_bound());
        Self::with("in", &format!("{from},{to}"))
    }

    /// Adds a condition on the same field.
    ///
    /// All conditions of a call must hold, unless its `logical_operator` is `or`: then one of
    /// them must, whichever field it is on.
    #[must_use]
    pub fn and(mut self, other: impl Into<Self>) -> Self {
        let other = other.into();
        self.more.push(other.first);
        self.more.extend(other.more);
        self
    }

    /// The conditions, each as it is sent.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.first)
            .chain(&self.more)
            .map(String::as_str)
    }

    /// Why this filter must not be sent, if so.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        self.values().any(|value| value == "oneof:[]").then_some(
            "one_of needs at least one value: the server takes an empty list for no condition",
        )
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

/// The server compares text, whatever the type of the list's items.
fn json_list<V: Into<FilterValue>>(values: impl IntoIterator<Item = V>) -> String {
    let list: Vec<serde_json::Value> = values
        .into_iter()
        .map(|value| value.into().lower_bound().into())
        .collect();
    serde_json::Value::from(list).to_string()
}

impl From<&str> for Filter {
    /// As it is written: an operator may stand in front.
    fn from(text: &str) -> Self {
        Self::raw(text.to_owned())
    }
}

impl From<&String> for Filter {
    /// As it is written: an operator may stand in front.
    fn from(text: &String) -> Self {
        Self::raw(text.clone())
    }
}

impl From<String> for Filter {
    /// As it is written: an operator may stand in front.
    fn from(text: String) -> Self {
        Self::raw(text)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first)?;
        self.more
            .iter()
            .try_for_each(|value| write!(f, " & {value}"))
    }
}

impl Serialize for Filter {
    /// A string, or a list of strings when there are several conditions.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(problem) = self.problem() {
            return Err(serde::ser::Error::custom(problem));
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

/// Reads what the server takes: a scalar, or a list of scalars that is not empty.
struct FilterVisitor;

impl<'de> serde::de::Visitor<'de> for FilterVisitor {
    type Value = Filter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a filter: a string, number, boolean, or a list of these")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Filter, E> {
        Ok(text.into())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Filter, E> {
        Ok(value.into())
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Filter, A::Error> {
        let Some(mut filter) = list.next_element::<Filter>()? else {
            return Err(serde::de::Error::invalid_length(
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
