//! The fields of a response that this version of the crate does not know.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};

use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_core::ser::{Serialize, Serializer};

use crate::Json;
use crate::codec::unknown;

/// Fields of a response that this version of the crate does not know.
///
/// A newer server may send more than the typed fields. The additional fields are kept here by
/// name, and are written back when the response is serialized again. Dereferences to
/// a map of [`Json`]. An empty value, the usual case, takes the size of one pointer.
///
/// `Debug` shows names only, because any of the values may be secret.
///
/// ```
/// use zenml::Page;
///
/// let json = r#"{"index":1,"max_size":20,"total_pages":1,"total":1,"items":["a"],"cursor":"x"}"#;
/// let page: Page<String> = serde_json::from_str(json)?;
/// assert_eq!(page.unknown_fields["cursor"], "x");
/// assert_eq!(serde_json::to_string(&page)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
#[allow(
    clippy::box_collection,
    reason = "an empty value takes one pointer; a map takes three"
)]
pub struct UnknownFields(Option<Box<BTreeMap<String, Json>>>);

impl UnknownFields {
    /// Reads the value of a member and keeps it.
    pub(crate) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        members: &mut A,
    ) -> Result<(), A::Error> {
        self.insert(name.into_owned(), members.next_value()?);
        unknown::count(1);
        Ok(())
    }
}

impl Deref for UnknownFields {
    type Target = BTreeMap<String, Json>;

    fn deref(&self) -> &Self::Target {
        static EMPTY: BTreeMap<String, Json> = BTreeMap::new();
        self.0.as_deref().unwrap_or(&EMPTY)
    }
}

impl DerefMut for UnknownFields {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.get_or_insert_default()
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

impl PartialEq for UnknownFields {
    /// Treats no map and an empty map, which removals leave behind, as equal.
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for UnknownFields {}

impl Serialize for UnknownFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for UnknownFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UnknownFieldsVisitor)
    }
}

struct UnknownFieldsVisitor;

impl<'de> Visitor<'de> for UnknownFieldsVisitor {
    type Value = UnknownFields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<UnknownFields, A::Error> {
        let mut fields = UnknownFields::default();
        while let Some((name, value)) = entries.next_entry()? {
            fields.insert(name, value);
            unknown::count(1);
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Tag {
        name: String,
        #[serde(flatten)]
        unknown_fields: UnknownFields,
    }

    #[test]
    fn unknown_fields_survive_a_round_trip() {
        let json = r#"{"name":"a","new":{"deep":[1,null]},"shade":"dark"}"#;
        let tag: Tag = serde_json::from_str(json).unwrap();
        assert_eq!(tag.unknown_fields["shade"], "dark");
        assert_eq!(serde_json::to_string(&tag).unwrap(), json);
    }

    #[test]
    fn an_empty_value_takes_one_pointer_and_writes_nothing() {
        let tag: Tag = serde_json::from_str(r#"{"name":"a"}"#).unwrap();
        assert!(tag.unknown_fields.is_empty());
        assert_eq!(size_of::<UnknownFields>(), size_of::<usize>());
        assert_eq!(serde_json::to_string(&tag).unwrap(), r#"{"name":"a"}"#);
    }

    #[test]
    fn an_emptied_value_equals_the_default() {
        let mut fields = UnknownFields::default();
        fields.insert("a".to_owned(), Json::default());
        assert_ne!(fields, UnknownFields::default());
        fields.remove("a");
        assert_eq!(fields, UnknownFields::default());
    }

    #[test]
    fn debug_shows_names_without_values() {
        let mut fields = UnknownFields::default();
        fields.insert("key".to_owned(), "ZENKEY_secret".into());
        assert_eq!(format!("{fields:?}"), r#"{"key"}"#);
    }
}
