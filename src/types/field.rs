//! A field of a request that is unset, null or a value.

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{Json, JsonObject};

/// A field of a request body that is left alone, cleared, or set.
///
/// An update does not change a field that is absent from the body, and clears a field that is `null`.
/// `Option` cannot express this difference, so every field of a request that is both optional and
/// nullable is a `Field`. Values convert with `into()`.
///
/// ```
/// use zenml::Field;
///
/// #[derive(Default, serde::Serialize)]
/// struct Update {
///     #[serde(skip_serializing_if = "Field::is_unset")]
///     name: Field<String>,
///     #[serde(skip_serializing_if = "Field::is_unset")]
///     description: Field<String>,
///     #[serde(skip_serializing_if = "Field::is_unset")]
///     labels: Field<Vec<String>>,
/// }
///
/// let update = Update { name: "new".into(), description: Field::Null, ..Update::default() };
/// assert_eq!(serde_json::to_string(&update)?, r#"{"name":"new","description":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Field<T> {
    /// Not sent: the server keeps the current value, or uses its default.
    #[default]
    Unset,
    /// Sent as `null`: the server clears the field.
    Null,
    /// Sent as this value: the server sets the field.
    Set(T),
}

impl<T> Field<T> {
    /// Returns `true` if the field is not sent.
    pub const fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Returns `true` if the field is sent as `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns a reference to the value, or `None` if the field is unset or null.
    pub const fn as_option(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// Returns the value, or `None` if the field is unset or null.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// Creates a field that clears the server's value if `value` is `None`.
    ///
    /// `Field` does not implement `From<Option<T>>`, because only the caller can decide whether
    /// `None` clears a field or leaves it alone. Use [`set_if_some`](Self::set_if_some) to leave
    /// it alone.
    pub fn null_if_none(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Set)
    }

    /// Creates a field that leaves the server's value alone if `value` is `None`.
    pub fn set_if_some(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Self::Set)
    }

    /// Converts the value with `change`; an unset or null field stays as it is.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Unset => Field::Unset,
            Self::Null => Field::Null,
            Self::Set(value) => Field::Set(change(value)),
        }
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl From<&str> for Field<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.to_owned())
    }
}

impl From<&str> for Field<crate::Secret> {
    fn from(value: &str) -> Self {
        Self::Set(value.into())
    }
}

impl From<Value> for Field<Json> {
    fn from(value: Value) -> Self {
        Self::Set(value.into())
    }
}

impl From<Map<String, Value>> for Field<JsonObject> {
    fn from(value: Map<String, Value>) -> Self {
        Self::Set(value.into())
    }
}

impl From<&str> for Field<Json> {
    fn from(value: &str) -> Self {
        Self::Set(value.into())
    }
}

impl<T: Serialize> Serialize for Field<T> {
    /// Writes an unset field as null. Add `skip_serializing_if = "Field::is_unset"` to leave it
    /// out.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_option().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    /// Reads null as [`Field::Null`]. Add `#[serde(default)]` to read an absent field as
    /// [`Field::Unset`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::null_if_none)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Update {
        #[serde(default, skip_serializing_if = "Field::is_unset")]
        tags: Field<Vec<String>>,
    }

    #[test]
    fn unset_null_empty_and_filled_fields_give_different_bodies() {
        for (json, tags) in [
            ("{}", Field::Unset),
            (r#"{"tags":null}"#, Field::Null),
            (r#"{"tags":[]}"#, Field::Set(vec![])),
            (r#"{"tags":["a"]}"#, Field::Set(vec!["a".to_owned()])),
        ] {
            let update = Update { tags };
            assert_eq!(serde_json::to_string(&update).unwrap(), json);
            assert_eq!(serde_json::from_str::<Update>(json).unwrap(), update);
        }
    }

    #[test]
    fn the_constructor_decides_what_none_means() {
        assert_eq!(Field::null_if_none(None::<i64>), Field::Null);
        assert_eq!(Field::set_if_some(None::<i64>), Field::Unset);
        assert_eq!(Field::null_if_none(Some(1)), Field::Set(1));
        assert_eq!(Field::set_if_some(Some(1)), Field::Set(1));
    }

    #[test]
    fn map_leaves_unset_and_null_alone() {
        assert_eq!(Field::Set(2).map(|n| n * 2), Field::Set(4));
        assert_eq!(Field::<i64>::Null.map(|n| n * 2), Field::Null);
        assert_eq!(Field::<i64>::Unset.map(|n| n * 2), Field::Unset);
    }
}
