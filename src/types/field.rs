use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a request body that can be left alone, cleared, or set.
///
/// ZenML's update routes read their bodies with pydantic's `exclude_unset`: a field that is absent
/// keeps its value on the server, a field that is `null` is cleared. `Option` cannot say both, so
/// every optional and nullable field of a request is a `Field`.
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
    /// Not sent: the server keeps what it has, or takes its default. This is the default.
    #[default]
    Unset,
    /// Sent as `null`: the server clears the field.
    Null,
    /// Sent as this value.
    Set(T),
}

impl<T> Field<T> {
    /// Whether the field is left out of the body.
    pub const fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Whether the field is sent as `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, if one is set.
    pub const fn as_option(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// The value, if one is set; otherwise the difference between unset and null is lost.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// Sets `None` to null, `Some` to its value: the field is sent in both cases.
    ///
    /// This is no `From`, because whether `None` should clear a field or leave it alone is the
    /// caller's decision. For the latter use [`Field::set_if_some`].
    pub fn null_if_none(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Set)
    }

    /// Leaves the field alone for `None`, sets it for `Some`.
    pub fn set_if_some(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Self::Set)
    }

    /// Changes the value, if one is set.
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

impl<T: Serialize> Serialize for Field<T> {
    /// An unset field that is not skipped is written as null: pair it with
    /// `skip_serializing_if = "Field::is_unset"`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_option().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    /// Reads null as [`Field::Null`]; `#[serde(default)]` makes absent [`Field::Unset`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::null_if_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Update {
        #[serde(default, skip_serializing_if = "Field::is_unset")]
        tags: Field<Vec<String>>,
    }

    #[test]
    fn absent_null_empty_and_full_are_four_different_bodies() {
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
    fn an_option_becomes_a_field_in_the_way_the_caller_names() {
        assert_eq!(Field::null_if_none(None::<i64>), Field::Null);
        assert_eq!(Field::set_if_some(None::<i64>), Field::Unset);
        assert_eq!(Field::null_if_none(Some(1)), Field::Set(1));
        assert_eq!(Field::set_if_some(Some(1)), Field::Set(1));
    }

    #[test]
    fn map_changes_only_a_value() {
        assert_eq!(Field::Set(2).map(|n| n * 2), Field::Set(4));
        assert_eq!(Field::<i64>::Null.map(|n| n * 2), Field::Null);
        assert_eq!(Field::<i64>::Unset.map(|n| n * 2), Field::Unset);
    }
}
