//! Enums of several types, with a tag or without.
//!
//! A union is read as a JSON value first. Its variant is then decoded from the text of this value.
//! This costs a little time, but unions are rare, and it saves a second compiled decoder for every
//! type in a union.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use crate::codec::unknown;

/// Returns the tag of a union, which is located by a JSON pointer. A number or a boolean is returned
/// as text, as OpenAPI writes it among the keys of a mapping.
pub(crate) fn tag<'a>(value: &'a Value, pointer: &str) -> Option<Cow<'a, str>> {
    match value.pointer(pointer)? {
        Value::String(text) => Some(Cow::Borrowed(text)),
        tag @ (Value::Number(_) | Value::Bool(_)) => Some(Cow::Owned(tag.to_string())),
        _ => None,
    }
}

/// Decodes a variant.
///
/// # Errors
/// Returns a text with the path inside the value if the value does not match the variant.
pub(crate) fn decode<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let text = serde_json::to_vec(value).map_err(|error| error.to_string())?;
    crate::codec::decode::decode(&text).map_err(|mismatch| mismatch.to_string())
}

/// Reads any JSON value and converts it with `choose`.
///
/// A parser adds its position only to the errors of visitors, so `choose` runs inside a visitor.
/// The position leads to the path of the union in the document.
///
/// # Errors
/// Returns an error if the value is not JSON, or the error of `choose`.
pub(crate) fn deserialize<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    choose: fn(Value) -> Result<T, String>,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(UnionVisitor(choose))
}

struct UnionVisitor<T>(fn(Value) -> Result<T, String>);

impl<T> UnionVisitor<T> {
    fn choose<E: Error>(self, value: impl Into<Value>) -> Result<T, E> {
        (self.0)(value.into()).map_err(E::custom)
    }
}

impl<'de, T> Visitor<'de> for UnionVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.choose(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(list))?;
        self.choose(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        self.choose(value)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.choose(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.choose(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.choose(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        self.choose(value)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        self.choose(Value::Null)
    }
}

/// Defines an enum with a tag that selects the variant.
macro_rules! tagged_union {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident by $tag:literal {
            $( $(#[$variant_meta:meta])* $($text:literal)|+ => $variant:ident($payload:ty) ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                $(#[$variant_meta])*
                #[doc = concat!("`", $tag, "`: ", $("`", $text, "` "),+)]
                $variant(Box<$payload>),
            )*
            /// A value without a tag, or with one that this version of the crate does not know.
            Unknown(::serde_json::Value),
        }

        $(
            impl From<$payload> for $name {
                #[inline]
                fn from(payload: $payload) -> Self {
                    Self::$variant(Box::new(payload))
                }
            }
        )*

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(payload) => payload.serialize(s), )*
                    Self::Unknown(value) => value.serialize(s),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::codec::union::deserialize(d, |value| match $crate::codec::union::tag(&value, $tag).as_deref() {
                    $( $(Some($text))|+ => $crate::codec::union::decode(&value).map(Self::$variant), )*
                    _ => {
                        $crate::codec::unknown::count(1);
                        Ok(Self::Unknown(value))
                    }
                })
            }
        }
    };
}

/// The variant of a union without a tag that knows most of a value, among those tried so far.
pub(crate) struct Choice<T>(Option<(usize, T)>);

impl<T> Choice<T> {
    /// Starts without a variant.
    pub fn new() -> Self {
        Self(None)
    }

    /// Uses the variant if it matches the value and leaves less unknown than the best one so far.
    ///
    /// A payload of any JSON (`free`) knows nothing of the value.
    pub fn offer<P: DeserializeOwned>(&mut self, value: &Value, free: bool, variant: fn(P) -> T) {
        let least = self.0.as_ref().map(|(unknown, _)| *unknown);
        if least == Some(0) {
            return;
        }
        let (payload, unknown) = unknown::counted(|| decode(value));
        let unknown = if free { usize::MAX } else { unknown };
        if let Ok(payload) = payload
            && least.is_none_or(|least| unknown < least)
        {
            self.0 = Some((unknown, variant(payload)));
        }
    }

    /// Returns the best variant, if one matched.
    pub fn best(self) -> Option<T> {
        let (unknown, variant) = self.0?;
        unknown::count(unknown);
        Some(variant)
    }
}

/// Defines an enum without a tag: of the variants that match the value, the first that leaves least
/// of it unknown is used.
macro_rules! any_of {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident($($payload:tt)+) ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$variant_meta])* #[allow(missing_docs)] $variant($($payload)+), )*
            /// A value that matches none of the other variants.
            Unknown(::serde_json::Value),
        }

        $( $crate::codec::union::any_of!(@from $name $variant $($payload)+); )*

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(payload) => payload.serialize(s), )*
                    Self::Unknown(value) => value.serialize(s),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::codec::union::deserialize(d, |value| {
                    let mut choice = $crate::codec::union::Choice::new();
                    $(
                        let free = $crate::codec::union::any_of!(@free $($payload)+);
                        choice.offer(&value, free, Self::$variant);
                    )*
                    Ok(choice.best().unwrap_or_else(|| {
                        $crate::codec::unknown::count(1);
                        Self::Unknown(value)
                    }))
                })
            }
        }
    };

    (@free Value) => { true };
    (@free Vec<Value>) => { true };
    (@free Map<String, Value>) => { true };
    (@free $($payload:tt)+) => { false };

    (@from $name:ident $variant:ident Box<$payload:ty>) => {
        impl From<Box<$payload>> for $name {
            #[inline]
            fn from(payload: Box<$payload>) -> Self {
                Self::$variant(payload)
            }
        }

        impl From<$payload> for $name {
            #[inline]
            fn from(payload: $payload) -> Self {
                Self::$variant(Box::new(payload))
            }
        }
    };
    (@from $name:ident $variant:ident $payload:ty) => {
        impl From<$payload> for $name {
            #[inline]
            fn from(payload: $payload) -> Self {
                Self::$variant(payload)
            }
        }
    };
}

pub(crate) use {any_of, tagged_union};

#[cfg(test)]
mod tests;
