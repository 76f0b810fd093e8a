//! How is the configuration of a run put together? Numbers keep all their digits.

use std::collections::BTreeMap;

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::codec::{finite, raw_text};

/// A part of a configuration: an object, or another value as JSON text.
#[derive(Clone)]
pub(super) enum Part {
    Object(BTreeMap<String, Part>),
    Other(Box<RawValue>),
}

impl Default for Part {
    fn default() -> Self {
        Self::Object(BTreeMap::new())
    }
}

impl Part {
    /// Encodes a value.
    ///
    /// # Errors
    /// Returns an error if the value contains NaN or infinity, or cannot be written as JSON.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Self> {
        serde_json::from_slice(&finite::to_vec(value)?)
    }

    /// Returns an object that contains this part at a path of names.
    pub fn at(self, path: &[&str]) -> Self {
        let wrap = |part, name: &&str| Self::Object([((*name).to_owned(), part)].into());
        path.iter().rev().fold(self, wrap)
    }

    /// Merges another part into this one: objects are merged, other values are replaced.
    pub fn merge(&mut self, over: Self) {
        match (self, over) {
            (Self::Object(members), Self::Object(over)) => {
                for (name, value) in over {
                    match members.get_mut(&name) {
                        Some(member) => member.merge(value),
                        None => {
                            members.insert(name, value);
                        }
                    }
                }
            }
            (part, over) => *part = over,
        }
    }

    /// Returns the names of an object's members.
    pub fn names(&self) -> Vec<&String> {
        match self {
            Self::Object(members) => members.keys().collect(),
            Self::Other(_) => Vec::new(),
        }
    }

    /// Reads a JSON text.
    fn read(text: &str) -> Result<Self, String> {
        let part = if text.starts_with('{') {
            serde_json::from_str(text).map(Self::Object)
        } else {
            RawValue::from_string(text.to_owned()).map(Self::Other)
        };
        part.map_err(|error| error.to_string())
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(members) => members.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw_text::read(deserializer, Self::read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> Part {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn objects_are_merged_and_other_values_replaced() {
        let mut merged = part(r#"{"a": {"b": 1, "c": [1]}, "d": {"e": 1}}"#);
        merged.merge(part(r#"{"a": {"c": [2], "f": {}}, "d": 5}"#));
        merged.merge(part(r#"{"g": null}"#).at(&["a", "f"]));
        assert_eq!(
            serde_json::to_string(&merged).unwrap(),
            r#"{"a":{"b":1,"c":[2],"f":{"g":null}},"d":5}"#
        );
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth| r#"{"a":"#.repeat(depth) + "1" + &"}".repeat(depth);
        part(&nested(100));
        serde_json::from_str::<Part>(&nested(10_000))
            .map(drop)
            .unwrap_err();
    }
}
