//! How is the text of a JSON value read, digit by digit?
//!
//! serde hands numbers over as values of 64 bits: others lose digits, and `1e400` is an error. For a
//! type that is read through [`read`], serde_json hands over the text of the value instead.

use std::cell::Cell;
use std::fmt;

use serde_core::de::value::SeqAccessDeserializer;
use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::codec::number::string_length;
use crate::codec::object::Name;

/// The name by which serde_json recognizes a request for the text, that of its type `RawValue`. If it
/// does not recognize the name, values are read as they are from other formats: with 64-bit numbers.
const RAW: &str = "$serde_json::private::RawValue";

/// The deepest nesting that is read, as serde_json has it. Decoding the text of a text starts anew, so
/// that serde_json's own limit does not bound the nesting of unions.
const DEPTH_LIMIT: usize = 127;

/// Reads any JSON value and converts its text with `convert`. The text is valid JSON, except that it
/// may contain invalid escapes of surrogates.
///
/// A deserializer that does not read JSON text, such as that of a [`Value`], hands over a value; the
/// text is then the text of this value.
///
/// # Errors
/// Returns an error if the value is not JSON or nested too deeply, or the error of `convert`.
pub(crate) fn read<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    convert: fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(RAW, TextVisitor(convert))
}

thread_local! {
    static REJECTED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Returns the address of the last text that could not be converted, and forgets it.
///
/// serde_json knows no position for such an error. If the text is a part of the text that is being
/// decoded, the address is the position.
pub(crate) fn take_rejected() -> Option<usize> {
    REJECTED.take()
}

struct TextVisitor<T>(fn(&str) -> Result<T, String>);

impl<T> TextVisitor<T> {
    /// Converts a text, which may be a part of the text that is being decoded.
    fn text<E: Error>(self, text: &str) -> Result<T, E> {
        let converted = if is_too_deep(text) {
            Err("recursion limit exceeded".to_owned())
        } else {
            (self.0)(text)
        };
        converted.map_err(|problem| {
            REJECTED.set(Some(text.as_ptr().addr()));
            E::custom(problem)
        })
    }

    fn value<E: Error>(self, value: impl Into<Value>) -> Result<T, E> {
        (self.0)(&value.into().to_string()).map_err(E::custom)
    }
}

fn is_too_deep(text: &str) -> bool {
    let opening = |byte: u8| matches!(byte, b'[' | b'{');
    // Few texts have so many brackets; counting them is fast.
    if text.bytes().filter(|byte| opening(*byte)).count() <= DEPTH_LIMIT {
        return false;
    }
    let (mut depth, mut rest) = (0_usize, text.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => rest = rest.get(string_length(rest) + 1..).unwrap_or_default(),
            _ => {}
        }
        if depth > DEPTH_LIMIT {
            return true;
        }
    }
    false
}

/// Returns a JSON text that serde_json reads, with `true` for each value that is nested too deeply.
pub(crate) fn shallow(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut shallow, mut depth, mut at, mut kept) = (String::new(), 0_usize, 0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' | b'{' => {
                if depth == DEPTH_LIMIT {
                    shallow.push_str(text.get(kept..at).unwrap_or_default());
                    shallow.push_str("true");
                }
                depth += 1;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == DEPTH_LIMIT {
                    kept = at + 1;
                }
            }
            b'"' => at += 1 + string_length(bytes.get(at + 1..).unwrap_or_default()),
            _ => {}
        }
        at += 1;
    }
    shallow.push_str(text.get(kept..).unwrap_or_default());
    shallow
}

impl<'de, T> Visitor<'de> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut members = Map::new();
        while let Some(Name(name)) = map.next_key()? {
            if name == RAW {
                let Name(text) = map.next_value()?;
                return self.text(&text);
            }
            members.insert(name.into_owned(), map.next_value()?);
        }
        self.value(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(list))?;
        self.value(value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let value = Value::deserialize(deserializer)?;
        self.value(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        self.value(value)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.value(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.value(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.value(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        self.value(value)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        self.value(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a value.
    #[derive(Debug, PartialEq)]
    struct Text(String);

    impl<'de> Deserialize<'de> for Text {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            read(deserializer, |text| Ok(Self(text.to_owned())))
        }
    }

    #[test]
    fn text_is_handed_over_as_it_was_written() {
        for text in [
            r#"{ "b" : 1e400, "a":[1.10] }"#,
            "-0",
            r#""\u00e9""#,
            "null",
        ] {
            let read: Text = serde_json::from_str(&format!(" {text} ")).unwrap();
            assert_eq!(read.0, text);
            let list: Vec<Text> = serde_json::from_slice(format!("[{text}]").as_bytes()).unwrap();
            assert_eq!(list[0].0, text);
        }
    }

    #[test]
    fn values_of_other_deserializers_are_written_as_text() {
        let value = serde_json::json!({"a": [1, -2, 2.5, "x", null, true, {}]});
        let read: Text = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(read.0, value.to_string());
        let scalars =
            serde::de::value::SeqDeserializer::<_, serde_json::Error>::new(["x", "y"].into_iter());
        let read = Vec::<Text>::deserialize(scalars).unwrap();
        assert_eq!(read[1].0, r#""y""#);
    }

    #[test]
    fn nesting_is_limited_and_brackets_in_strings_do_not_count() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        serde_json::from_str::<Text>(&nested(DEPTH_LIMIT)).unwrap();
        serde_json::from_str::<Value>(&nested(DEPTH_LIMIT)).unwrap();
        let error = serde_json::from_str::<Text>(&nested(DEPTH_LIMIT + 1)).unwrap_err();
        assert!(error.to_string().contains("recursion limit"), "{error}");
        serde_json::from_str::<Value>(&nested(DEPTH_LIMIT + 1)).unwrap_err();
        let flat = format!("[{}{:?}]", "[],".repeat(200), nested(200));
        serde_json::from_str::<Text>(&flat).unwrap();
    }

    #[test]
    fn only_what_is_nested_too_deeply_is_replaced() {
        let nested = |depth, value: &str| "[".repeat(depth) + value + &"]".repeat(depth);
        let text = format!(
            r#"{{"a]": {}, "b": [1, "{{"]}}"#,
            nested(126, r#"[{"c": "]"}], 5"#)
        );
        let replaced = format!(r#"{{"a]": {}, "b": [1, "{{"]}}"#, nested(126, "true, 5"));
        serde_json::from_str::<Value>(&text).unwrap_err();
        assert_eq!(shallow(&text), replaced);
        serde_json::from_str::<Value>(&replaced).unwrap();
        assert_eq!(shallow("[[],{}]"), "[[],{}]");
    }
}
