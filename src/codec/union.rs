//! Enums of several types, with a tag or without.
//!
//! A union is read as the text of a JSON value first. Its variant is then decoded from this text. This
//! costs a little time, but unions are rare, and it saves a second compiled decoder for every type in a
//! union.

use std::collections::BTreeMap;

use serde_core::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::codec::unknown;

/// Returns the tag of a union, which is located by a JSON pointer. A number or a boolean is returned
/// as text, as OpenAPI writes it among the keys of a mapping.
#[allow(dead_code, reason = "not every document has a union with a tag")]
pub(crate) fn tag(mut text: &str, pointer: &str) -> Option<String> {
    for name in pointer.split('/').skip(1) {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        let name = name.replace("~1", "/").replace("~0", "~");
        text = members.get(&name)?.get();
    }
    match serde_json::from_str(text).ok()? {
        Value::String(text) => Some(text),
        tag @ (Value::Number(_) | Value::Bool(_)) => Some(tag.to_string()),
        _ => None,
    }
}

/// Decodes a variant.
///
/// # Errors
/// Returns a text with the path inside the value if the value does not match the variant.
pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    crate::codec::decode::decode(text.as_bytes()).map_err(|mismatch| mismatch.to_string())
}

/// Defines an enum with a tag that selects the variant.
#[allow(unused_macros, reason = "not every document has such a union")]
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
            Unknown($crate::Json),
        }

        $(
            impl From<$payload> for $name {
                #[inline]
                fn from(payload: $payload) -> Self {
                    Self::$variant(Box::new(payload))
                }
            }
        )*

        impl ::serde_core::Serialize for $name {
            fn serialize<S: ::serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(payload) => payload.serialize(s), )*
                    Self::Unknown(value) => value.serialize(s),
                }
            }
        }

        impl<'de> ::serde_core::Deserialize<'de> for $name {
            fn deserialize<D: ::serde_core::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::codec::raw_text::read(d, |text| match $crate::codec::union::tag(text, $tag).as_deref() {
                    $( $(Some($text))|+ => $crate::codec::union::decode(text).map(Self::$variant), )*
                    _ => {
                        $crate::codec::unknown::count(1);
                        $crate::codec::union::decode(text).map(Self::Unknown)
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
    pub fn offer<P: DeserializeOwned>(&mut self, text: &str, free: bool, variant: fn(P) -> T) {
        let least = self.0.as_ref().map(|(unknown, _)| *unknown);
        if least == Some(0) {
            return;
        }
        let (payload, unknown) = unknown::counted(|| decode(text));
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
            Unknown($crate::Json),
        }

        $( $crate::codec::union::any_of!(@from $name $variant $($payload)+); )*

        impl ::serde_core::Serialize for $name {
            fn serialize<S: ::serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(payload) => payload.serialize(s), )*
                    Self::Unknown(value) => value.serialize(s),
                }
            }
        }

        impl<'de> ::serde_core::Deserialize<'de> for $name {
            fn deserialize<D: ::serde_core::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::codec::raw_text::read(d, |text| {
                    let mut choice = $crate::codec::union::Choice::new();
                    $(
                        let free = $crate::codec::union::any_of!(@free $($payload)+);
                        choice.offer(text, free, Self::$variant);
                    )*
                    match choice.best() {
                        Some(best) => Ok(best),
                        None => {
                            $crate::codec::unknown::count(1);
                            $crate::codec::union::decode(text).map(Self::Unknown)
                        }
                    }
                })
            }
        }
    };

    (@free Json) => { true };
    (@free Vec<Json>) => { true };
    (@free JsonObject) => { true };
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
