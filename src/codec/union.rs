//! Support of the two union macros: decoding of one alternative.
//!
//! Alternatives are decoded from text again. It costs a union, which is rare, a little time, and
//! saves every type that stands in one a second compiled decoder.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

/// The value of a union's discriminator, which lies at a JSON pointer.
pub fn tag<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// Decodes one alternative.
///
/// # Errors
/// The value does not have the alternative's shape; the text names the path inside.
pub fn decode<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let text = serde_json::to_vec(value).map_err(|error| error.to_string())?;
    crate::codec::decode::decode(&text).map_err(|mismatch| mismatch.to_string())
}

/// Reads any JSON value and has an alternative chosen.
///
/// This happens inside a visitor because a parser notes its position in the errors of visitors
/// only; it is from the position that the path outside of the union is found.
///
/// # Errors
/// What `choose` answers.
pub fn deserialize<'de, T, D: Deserializer<'de>>(
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

/// A union whose alternatives are told apart by a tag.
#[doc(hidden)]
#[macro_export]
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
            /// A tag that this version of the crate does not know, or none.
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
                $crate::codec::union::deserialize(d, |value| match $crate::codec::union::tag(&value, $tag) {
                    $( $(Some($text))|+ => $crate::codec::union::decode(&value).map(Self::$variant), )*
                    _ => Ok(Self::Unknown(value)),
                })
            }
        }
    };
}

/// A union without a tag: the first alternative that decodes is meant.
#[doc(hidden)]
#[macro_export]
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
            /// Something else, which this version of the crate does not know.
            Unknown(::serde_json::Value),
        }

        $( $crate::any_of!(@from $name $variant $($payload)+); )*

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
                    $(
                        if let Ok(payload) = $crate::codec::union::decode(&value) {
                            return Ok(Self::$variant(payload));
                        }
                    )*
                    Ok(Self::Unknown(value))
                })
            }
        }
    };

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

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;
    use uuid::Uuid;

    use crate::UnknownFields;
    use crate::codec::decode::decode;

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

    crate::tagged_union! {
        /// What starts a run.
        pub enum Trigger by "/type" {
            "schedule" => Schedule(Schedule),
            "webhook" | "platform_event" => Event(Event),
        }
    }

    crate::any_of! {
        /// A component, or its id.
        pub enum IdOrSchedule {
            /// The id.
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
    fn an_unknown_tag_and_a_missing_tag_are_kept() {
        for json in [json!({"type": "moon", "phase": 0.1}), json!({}), json!("x")] {
            assert_eq!(round_trip::<Trigger>(json.clone()), Trigger::Unknown(json));
        }
    }

    #[test]
    fn a_known_tag_with_a_wrong_body_is_an_error_that_names_the_whole_path() {
        let text = br#"[{"type":"webhook","then":{"type":"schedule","cron":5}},{"type":"moon"}]"#;
        let mismatch = decode::<Vec<Trigger>>(text).unwrap_err();
        assert_eq!(
            mismatch.to_string(),
            "invalid type: integer, expected a string (at $[0].then.cron)"
        );
    }

    #[test]
    fn the_first_alternative_that_decodes_is_taken() {
        let id = Uuid::from_u128(7);
        assert_eq!(round_trip::<IdOrSchedule>(json!(id)), IdOrSchedule::Id(id));
        let schedule = round_trip(json!({"type": "schedule", "cron": "@daily"}));
        assert!(matches!(schedule, IdOrSchedule::Schedule(_)));
    }

    #[test]
    fn what_no_alternative_fits_is_kept() {
        for json in [json!("not an id"), json!({"cron": 5}), json!([1.5, null])] {
            let unknown = IdOrSchedule::Unknown(json.clone());
            assert_eq!(round_trip::<IdOrSchedule>(json), unknown);
        }
    }

    #[test]
    fn payloads_convert_boxed_or_not() {
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
