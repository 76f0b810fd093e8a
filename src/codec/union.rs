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
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use crate::UnknownFields;
    use crate::codec::decode::decode;
    use crate::codec::object::object;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct Schedule {
        r#type: String,
        cron: String,
        #[serde(flatten)]
        unknown_fields: UnknownFields,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct Event {
        r#type: String,
        then: Option<Trigger>,
    }

    tagged_union! {
        /// The trigger of a run.
        pub enum Trigger by "/type" {
            "schedule" => Schedule(Schedule),
            "webhook" | "platform_event" => Event(Event),
        }
    }

    tagged_union! {
        /// A version of a document.
        pub enum Document by "/version" {
            "1" => First(First),
            "true" => Latest(Latest),
        }
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct First {
        version: i64,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct Latest {
        version: bool,
    }

    #[derive(Debug, Clone, PartialEq)]
    pub struct Small {
        name: String,
        unknown_fields: UnknownFields,
    }

    object! { Small required { "name" name } nullable {} optional {} unknown_fields }

    #[derive(Debug, Clone, PartialEq)]
    pub struct Big {
        name: String,
        size: i64,
        unknown_fields: UnknownFields,
    }

    object! { Big required { "name" name, "size" size } nullable {} optional {} unknown_fields }

    any_of! {
        /// Any JSON, or one of two structs that overlap.
        pub enum Overlap {
            Any(Value),
            Small(Box<Small>),
            Big(Box<Big>),
            List(Vec<Overlap>),
        }
    }

    any_of! {
        /// A schedule, or its ID.
        pub enum IdOrSchedule {
            /// The ID.
            Id(Uuid),
            Schedule(Box<Schedule>),
        }
    }

    fn round_trip<T: Serialize + serde::de::DeserializeOwned>(json: serde_json::Value) -> T {
        let read: T = decode(json.to_string().as_bytes()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), json);
        read
    }

    #[test]
    fn the_tag_selects_the_variant() {
        let trigger = round_trip(json!({"type": "schedule", "cron": "* * * * *", "new": 1}));
        assert!(matches!(trigger, Trigger::Schedule(schedule) if schedule.cron == "* * * * *"));
        for tag in ["webhook", "platform_event"] {
            let trigger = round_trip(json!({"type": tag, "then": null}));
            assert!(matches!(trigger, Trigger::Event(_)));
        }
    }

    #[test]
    fn values_with_an_unknown_or_missing_tag_are_kept() {
        for json in [json!({"type": "moon", "phase": 0.1}), json!({}), json!("x")] {
            assert_eq!(round_trip::<Trigger>(json.clone()), Trigger::Unknown(json));
        }
    }

    #[test]
    fn a_known_tag_with_a_wrong_body_is_an_error_with_the_whole_path() {
        let text = br#"[{"type":"webhook","then":{"type":"schedule","cron":5}},{"type":"moon"}]"#;
        let mismatch = decode::<Vec<Trigger>>(text).unwrap_err();
        assert_eq!(
            mismatch.to_string(),
            "invalid type: integer, expected a string (at $[0].then.cron)"
        );
    }

    #[test]
    fn a_number_or_a_boolean_may_be_the_tag() {
        let first = round_trip(json!({"version": 1}));
        assert!(matches!(first, Document::First(first) if first.version == 1));
        let latest = round_trip(json!({"version": true}));
        assert!(matches!(latest, Document::Latest(latest) if latest.version));
        let json = json!({"version": 2});
        assert_eq!(
            round_trip::<Document>(json.clone()),
            Document::Unknown(json)
        );
    }

    #[test]
    fn the_variant_that_leaves_least_unknown_is_used() {
        let small = json!({"name": "a"});
        assert!(matches!(round_trip(small.clone()), Overlap::Small(_)));
        let big = json!({"name": "a", "size": 1, "color": null});
        assert!(matches!(round_trip(big.clone()), Overlap::Big(_)));
        assert!(matches!(round_trip(json!([small, big])), Overlap::List(_)));
        assert!(matches!(round_trip(json!({"id": 1})), Overlap::Any(_)));
    }

    #[test]
    fn the_first_matching_variant_is_used() {
        let id = Uuid::from_u128(7);
        assert_eq!(round_trip::<IdOrSchedule>(json!(id)), IdOrSchedule::Id(id));
        let schedule = round_trip(json!({"type": "schedule", "cron": "@daily"}));
        assert!(matches!(schedule, IdOrSchedule::Schedule(_)));
    }

    #[test]
    fn a_value_that_matches_no_variant_is_kept() {
        for json in [json!("not an id"), json!({"cron": 5}), json!([1.5, null])] {
            let unknown = IdOrSchedule::Unknown(json.clone());
            assert_eq!(round_trip::<IdOrSchedule>(json), unknown);
        }
    }

    #[test]
    fn payloads_convert_with_or_without_a_box() {
        let schedule = Schedule {
            r#type: "schedule".to_owned(),
            cron: "@daily".to_owned(),
            unknown_fields: UnknownFields::default(),
        };
        let boxed = IdOrSchedule::from(Box::new(schedule.clone()));
        assert_eq!(IdOrSchedule::from(schedule.clone()), boxed);
        assert!(matches!(Trigger::from(schedule), Trigger::Schedule(_)));
        assert!(matches!(
            IdOrSchedule::from(Uuid::nil()),
            IdOrSchedule::Id(_)
        ));
    }
}
