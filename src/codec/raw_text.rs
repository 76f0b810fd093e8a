//! How is the text of a JSON value read, digit by digit?
//!
//! serde hands numbers over as values of 64 bits: others lose digits, and `1e400` is an error. For a
//! type that is read through [`read`], serde_json hands over the text of the value instead.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::codec::object::Name;

/// The name by which serde_json recognizes a request for the text, that of its type `RawValue`. If it
/// does not recognize the name, values are read as they are from other formats: with 64-bit numbers.
const RAW: &str = "$serde_json::private::RawValue";

/// Reads any JSON value and converts its text with `convert`. The text is valid JSON, except that it
/// may be nested too deeply and may contain invalid escapes of surrogates.
///
/// A deserializer that does not read JSON text, such as that of a [`Value`], hands over a value; the
/// text is then the text of this value.
///
/// # Errors
/// Returns an error if the value is not JSON, or the error of `convert`.
pub(crate) fn read<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    convert: fn(Cow<'de, str>) -> Result<T, String>,
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

struct TextVisitor<'de, T>(fn(Cow<'de, str>) -> Result<T, String>);

impl<'de, T> TextVisitor<'de, T> {
    fn convert<E: Error>(self, text: Cow<'de, str>) -> Result<T, E> {
        let address = match text {
            Cow::Borrowed(text) => Some(text.as_ptr().addr()),
            Cow::Owned(_) => None,
        };
        (self.0)(text).map_err(|problem| {
            REJECTED.set(address);
            E::custom(problem)
        })
    }

    fn value<E: Error>(self, value: impl Into<Value>) -> Result<T, E> {
        self.convert(value.into().to_string().into())
    }
}

impl<'de, T> Visitor<'de> for TextVisitor<'de, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut members = Map::new();
        while let Some(Name(name)) = map.next_key()? {
            if name == RAW {
                let Name(text) = map.next_value()?;
                return self.convert(text);
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
