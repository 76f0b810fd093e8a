//! JSON values that keep the digits of numbers and the order of members.
//!
//! `serde_json::Value` cannot serve here: the library decodes into it, so both sides of a
//! comparison would share the same rounding.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as written.
    Number(#[serde(serialize_with = "as_written")] String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(IndexMap<String, Json>),
}

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A member of an object.
    Member(String),
    /// An item of an array.
    Item(usize),
}

impl Json {
    /// Returns the member of this name, if this value is an object that has it.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// Returns the value at the end of the path.
    #[must_use]
    pub fn at(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |value, step| match step {
            Step::Member(name) => value.member(name),
            Step::Item(index) => value.items().get(*index),
        })
    }

    /// Returns the value at the end of the path for modification.
    pub fn at_mut(&mut self, path: &[Step]) -> Option<&mut Self> {
        path.iter()
            .try_fold(self, |value, step| match (step, value) {
                (Step::Member(name), Self::Object(members)) => members.get_mut(name),
                (Step::Item(index), Self::Array(items)) => items.get_mut(*index),
                _ => None,
            })
    }

    /// Returns the items of an array; any other value has none.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// Returns the text, if this value is a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the name of the value's JSON type. Never reveals the value, which may be secret.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(digits) if is_integer(digits) => "integer",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

/// Returns whether a number is written without fraction and exponent.
pub(crate) fn is_integer(digits: &str) -> bool {
    !digits.contains(['.', 'e', 'E'])
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let value = match text.as_bytes().first() {
            Some(b'{') => serde_json::from_str(text).map(Self::Object),
            Some(b'[') => serde_json::from_str(text).map(Self::Array),
            Some(b'"') => serde_json::from_str(text).map(Self::String),
            Some(b't' | b'f') => serde_json::from_str(text).map(Self::Bool),
            Some(b'n') => Ok(Self::Null),
            _ => Ok(Self::Number(text.to_owned())),
        };
        value.map_err(de::Error::custom)
    }
}

fn as_written<S: Serializer>(digits: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let raw = RawValue::from_string(digits.to_owned()).map_err(ser::Error::custom)?;
    raw.serialize(serializer)
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// Formats a path as JSONPath, the form that the library's errors use.
#[must_use]
pub fn json_path(path: &[Step]) -> String {
    path.iter().fold("$".to_owned(), |all, step| match step {
        Step::Item(index) => format!("{all}[{index}]"),
        Step::Member(name) if is_identifier(name) => format!("{all}.{name}"),
        Step::Member(name) => format!("{all}[{name:?}]"),
    })
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsing_and_printing_preserves_every_digit_and_the_order_of_members() {
        for text in [
            r#"{"z":1,"a":[1.0,1e-12,-0,123456789012345678901234567890],"n":null}"#,
            r#"[true,false,"\"\\\n\u0000\u001f€🐈"]"#,
            "[]",
            "{}",
            r#"[[[]],{"":{}},""]"#,
            r#"{"a,b:c]}":"[{\\","d":[-1.5e+3,"x"]}"#,
            "5",
        ] {
            let json: Json = text.parse().unwrap();
            assert_eq!(json.to_string(), text);
        }
    }

    #[test]
    fn whitespace_and_escapes_are_not_part_of_the_value() {
        let json: Json = " { \"\\u0061\" : [ \"\\u20ac\" ] } ".parse().unwrap();
        assert_eq!(json.to_string(), r#"{"a":["€"]}"#);
    }

    #[test]
    fn invalid_json_is_an_error() {
        for text in ["", "{", "[1,]", "01", "nul", "{\"a\":1}}", "\"\u{1}\""] {
            assert!(text.parse::<Json>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_leads_to_a_value_and_prints_as_json_path() {
        let mut json: Json = r#"{"items":[{"a b":1},{"a b":2}]}"#.parse().unwrap();
        let path = [
            Step::Member("items".to_owned()),
            Step::Item(1),
            Step::Member("a b".to_owned()),
        ];
        assert_eq!(json.at(&path), Some(&Json::Number("2".to_owned())));
        *json.at_mut(&path).unwrap() = Json::Null;
        assert_eq!(json.to_string(), r#"{"items":[{"a b":1},{"a b":null}]}"#);
        assert_eq!(json_path(&path), r#"$.items[1]["a b"]"#);
        assert_eq!(json.at(&[Step::Item(0)]), None);
    }
}
