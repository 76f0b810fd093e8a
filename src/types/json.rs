//! Free-form JSON that keeps the digits of its numbers.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::sync::OnceLock;

use serde_core::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_core::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use crate::codec::{number, raw_text};

/// Free-form JSON: a value without a type of its own, such as metadata, settings or a schema.
///
/// It handles like [`serde_json::Value`], to which it dereferences. The value is parsed when it is
/// first used.
///
/// A value that came in a response keeps the text that the server sent, and is written back as that
/// text says: digit by digit, also with numbers that 64 bits cannot hold. Only the view as a
/// [`Value`] has numbers of 64 bits: other integers are rounded to `f64`, and a number larger than
/// every `f64`, such as `1e400`, is a string of its digits. [`parse`](Self::parse) reads the text into
/// another type, with all digits. (If a program enables serde_json's feature `arbitrary_precision`, a
/// [`Value`] holds all numbers.)
///
/// A change through [`DerefMut`] replaces the text by the changed value.
///
/// ```
/// use zenml::Json;
///
/// let json: Json = r#"{"loss": 0.25, "seed": 1180591620717411303424}"#.parse()?;
/// assert_eq!(json["loss"].as_f64(), Some(0.25));
///
/// #[derive(serde::Deserialize)]
/// struct Metadata {
///     seed: u128,
/// }
/// assert_eq!(json.parse::<Metadata>()?.seed, 1 << 70);
/// assert!(serde_json::to_string(&json)?.contains("1180591620717411303424"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Formats other than JSON write a value as they write a [`Value`], unless it has a number that 64
/// bits cannot hold.
#[derive(Clone)]
pub struct Json<T = Value> {
    /// The text of a value that was read and has not been changed.
    text: Option<Box<str>>,
    /// The parsed text. Always set if there is no text.
    value: OnceLock<Box<T>>,
}

/// A free-form JSON object. Dereferences to [`serde_json::Map`].
///
/// ```
/// use zenml::JsonObject;
///
/// let settings = JsonObject::from_iter([("cpu", 4), ("gpu", 1)]);
/// assert_eq!(settings["cpu"], 4);
/// ```
pub type JsonObject = Json<Map<String, Value>>;

/// What a [`Json`] contains: any value, or an object. Implemented by [`Value`] and [`Map`] only.
pub trait JsonContent: private::Sealed + Default + DeserializeOwned + Serialize {
    #[doc(hidden)]
    const EXPECTED: Option<(&'static str, &'static str)>;
}

mod private {
    pub trait Sealed {}
    impl Sealed for serde_json::Value {}
    impl Sealed for serde_json::Map<String, serde_json::Value> {}
}

impl JsonContent for Value {
    const EXPECTED: Option<(&'static str, &'static str)> = None;
}

impl JsonContent for Map<String, Value> {
    const EXPECTED: Option<(&'static str, &'static str)> = Some(("{", "a map"));
}

impl<T: JsonContent> Json<T> {
    /// Parses the text into another type, which may hold numbers that 64 bits cannot.
    ///
    /// # Errors
    /// Returns an error if the value does not match the type.
    pub fn parse<U: DeserializeOwned>(&self) -> serde_json::Result<U> {
        serde_json::from_str(&self.text())
    }

    /// Returns the value, as [`Deref`] shows it.
    pub fn into_value(mut self) -> T {
        self.value();
        self.value.take().map_or_else(T::default, |value| *value)
    }

    /// Returns the text as it was written, or as a changed value is written.
    fn text(&self) -> Cow<'_, str> {
        match &self.text {
            Some(text) => Cow::Borrowed(text),
            // A value has no keys but strings: writing it cannot fail.
            None => serde_json::to_string(self.value())
                .unwrap_or_default()
                .into(),
        }
    }

    fn value(&self) -> &T {
        self.value.get_or_init(|| {
            let value = self.text.as_deref().map(|text| parse(text));
            Box::new(value.and_then(Result::ok).unwrap_or_default())
        })
    }

    /// Creates a value from the text of a response.
    fn read(text: &str) -> Result<Self, String> {
        if let Some((start, expected)) = T::EXPECTED
            && !text.starts_with(start)
        {
            return Err(format!("invalid type: {}, expected {expected}", kind(text)));
        }
        // serde_json skips such escapes without checking that they are characters.
        if text.contains("\\u") {
            parse::<T>(text).map_err(|error| error.to_string())?;
        }
        Ok(Self {
            text: Some(text.into()),
            value: OnceLock::new(),
        })
    }

    /// Overwrites all texts with zeros.
    pub(crate) fn wipe(&mut self, wipe: fn(&mut T)) {
        if let Some(text) = &mut self.text {
            text.zeroize();
        }
        if let Some(value) = self.value.get_mut() {
            wipe(value);
        }
    }
}

/// Parses a JSON text. Numbers that are larger than every float become strings.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text).or_else(|_| {
        let quoted = Zeroizing::new(number::replaced(text, |number| {
            number::is_huge(number).then(|| format!("\"{number}\""))
        }));
        serde_json::from_str(&quoted)
    })
}

/// Returns the type of a JSON text, in the words of serde's errors.
fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'[') => "sequence",
        Some(b'{') => "map",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ if text.contains(['.', 'e', 'E']) => "floating point",
        _ => "integer",
    }
}

impl Json {
    /// Creates a value from a text that serde_json has found to be valid, or `null`.
    pub(crate) fn written(text: &str) -> Self {
        Self::read(text).unwrap_or_default()
    }
}

impl<T: JsonContent> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value()
    }
}

impl<T: JsonContent> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value();
        self.text = None;
        self.value
            .get_mut()
            .unwrap_or_else(|| unreachable!("the value is parsed above"))
    }
}

impl<T: JsonContent> Default for Json<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T: JsonContent> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self {
            text: None,
            value: OnceLock::from(Box::new(value)),
        }
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        json.into_value()
    }
}

impl From<JsonObject> for Value {
    fn from(json: JsonObject) -> Self {
        json.into_value().into()
    }
}

impl From<JsonObject> for Map<String, Value> {
    fn from(json: JsonObject) -> Self {
        json.into_value()
    }
}

impl From<JsonObject> for Json {
    fn from(json: JsonObject) -> Self {
        Self {
            value: json.value.into_inner().map_or_else(OnceLock::new, |value| {
                Box::new(Value::Object(*value)).into()
            }),
            text: json.text,
        }
    }
}

macro_rules! json_from {
    ($($type:ty),*) => { $(
        impl From<$type> for Json {
            fn from(value: $type) -> Self {
                Value::from(value).into()
            }
        }
    )* };
}

json_from!(
    &str,
    String,
    bool,
    i32,
    i64,
    u32,
    u64,
    Map<String, Value>,
    Vec<Value>
);

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for JsonObject {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let entries = entries.map(|(name, value)| (name.into(), value.into()));
        entries.collect::<Map<String, Value>>().into()
    }
}

impl IntoIterator for JsonObject {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.into_value().into_iter()
    }
}

impl<'a> IntoIterator for &'a JsonObject {
    type Item = (&'a String, &'a Value);
    type IntoIter = serde_json::map::Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.value().iter()
    }
}

impl<T: JsonContent> FromStr for Json<T> {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

impl<T: JsonContent + Eq> Eq for Json<T> {}

impl<T: JsonContent + PartialEq> PartialEq for Json<T> {
    /// Compares all digits of numbers. Numbers that 64 bits can hold are equal if their values are.
    fn eq(&self, other: &Self) -> bool {
        match (&self.text, &other.text) {
            (Some(one), Some(other)) if one == other => true,
            _ => exact(self) == exact(other),
        }
    }
}

/// Returns a value to compare with others: numbers that 64 bits cannot hold are strings with a mark.
fn exact<T: JsonContent>(json: &Json<T>) -> Value {
    parse(&number::replaced(&json.text(), number::comparable)).unwrap_or_default()
}

macro_rules! json_equals {
    ($($type:ty),*) => { $(
        impl PartialEq<$type> for Json {
            fn eq(&self, other: &$type) -> bool {
                *self.value() == *other
            }
        }

        impl PartialEq<Json> for $type {
            fn eq(&self, other: &Json) -> bool {
                *other.value() == *self
            }
        }
    )* };
}

json_equals!(Value, str, &str, String, bool, i32, i64, u32, u64, f32, f64);

impl<T: JsonContent + fmt::Debug> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<T: JsonContent> Display for Json<T> {
    /// Writes the JSON text with all digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl<T: JsonContent> Serialize for Json<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.text {
            // Only serde_json can write these.
            Some(text) if !number::all_fit(text) => {
                let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            _ => self.value().serialize(serializer),
        }
    }
}

impl<'de, T: JsonContent> Deserialize<'de> for Json<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw_text::read(deserializer, Self::read)
    }
}

#[cfg(test)]
mod tests;
