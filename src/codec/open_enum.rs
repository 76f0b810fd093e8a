//! Enums of strings that a server may extend.

/// Defines an enum of strings with a variant for unknown values.
///
/// Values are compared by their text, so `Unknown("failed")` equals `Failed`.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        $vis enum $name {
            $( #[doc = concat!("`", $text, "`")] $(#[$variant_meta])* $variant, )*
            /// A value that this version of the crate does not know.
            Unknown(String),
        }

        impl $name {
            /// Returns the value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )*
                    Self::Unknown(text) => text,
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $( $text => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                match Self::known(text) {
                    Some(known) => known,
                    None => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(text: String) -> Self {
                Self::known(&text).unwrap_or(Self::Unknown(text))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;
            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $name {}

        impl PartialEq<str> for $name {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<::std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            #[inline]
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde_core::Serialize for $name {
            fn serialize<S: ::serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde_core::Deserialize<'de> for $name {
            fn deserialize<D: ::serde_core::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let value = String::deserialize(d).map(Self::from)?;
                if matches!(value, Self::Unknown(_)) {
                    $crate::codec::unknown::count(1);
                }
                Ok(value)
            }
        }

        impl From<$name> for $crate::Filter {
            /// Converts to a filter for equality.
            #[inline]
            fn from(value: $name) -> Self {
                $crate::Filter::equals(value.as_str())
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    open_enum! {
        /// The result of a run.
        pub enum Status {
            Completed = "completed",
            TimedOut = "timed_out",
        }
    }

    #[test]
    fn known_and_unknown_values_survive_a_round_trip() {
        for text in ["completed", "timed_out", "paused", "Completed", ""] {
            let json = format!("{text:?}");
            let status: Status = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
            assert_eq!(status.to_string(), text);
        }
    }

    #[test]
    fn every_conversion_gives_the_variant_of_a_known_value() {
        assert!(matches!(Status::from("timed_out"), Status::TimedOut));
        assert!(matches!(
            Status::from("timed_out".to_owned()),
            Status::TimedOut
        ));
        assert!(matches!("timed_out".parse(), Ok(Status::TimedOut)));
        assert!(matches!(Status::from("paused"), Status::Unknown(text) if text == "paused"));
    }

    #[test]
    fn a_known_value_wrapped_as_unknown_equals_its_variant() {
        let wrapped = Status::Unknown("completed".to_owned());
        assert_eq!(wrapped, Status::Completed);
        assert_eq!(HashSet::from([wrapped.clone(), Status::Completed]).len(), 1);
        assert_eq!(BTreeSet::from([wrapped, Status::Completed]).len(), 1);
    }

    #[test]
    fn a_value_can_be_compared_with_text() {
        assert_eq!(Status::Completed, "completed");
        assert_ne!(Status::Completed, "failed");
    }

    #[test]
    fn only_strings_are_accepted() {
        serde_json::from_str::<Status>("1").unwrap_err();
        serde_json::from_str::<Status>("null").unwrap_err();
    }
}
