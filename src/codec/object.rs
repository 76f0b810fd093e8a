//! JSON objects with named members: what serde's derive does, with far less code for each type.
//!
//! The derive writes a visitor, an enum of the members' names and a visitor for that for every
//! struct; with `flatten`, which keeps unknown members, a dozen functions more. Some four hundred
//! structs make that half of the crate. Here everything that is not about one struct's members is
//! written once.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::Field;

/// A type that is a JSON object.
pub trait Object: Sized {
    /// Its name, for errors.
    const NAME: &'static str;

    /// Reads it member by member.
    ///
    /// # Errors
    /// A member is missing, or is not of its type.
    fn read<'de, A: MapAccess<'de>>(members: A) -> Result<Self, A::Error>;
}

/// Reads an object.
///
/// # Errors
/// There is something else than an object, or what [`Object::read`] answers.
pub fn deserialize<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::read(members)
    }
}

/// A member's name, borrowed from the text where it can be.
pub struct Name<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Reads a member's value to where it belongs.
///
/// # Errors
/// The value is not of the member's type.
pub fn read<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    members: &mut A,
    member: &mut Option<T>,
) -> Result<(), A::Error> {
    *member = Some(members.next_value()?);
    Ok(())
}

/// As [`read`], for a member that may be `null`.
///
/// # Errors
/// As [`read`].
pub fn read_nullable<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    members: &mut A,
    member: &mut Option<T>,
) -> Result<(), A::Error> {
    *member = members.next_value()?;
    Ok(())
}

/// Reads past a member's value.
///
/// # Errors
/// It is no JSON.
pub fn skip<'de, A: MapAccess<'de>>(members: &mut A) -> Result<(), A::Error> {
    members.next_value::<IgnoredAny>()?;
    Ok(())
}

/// What was read of a member that must be there.
///
/// # Errors
/// Nothing was.
pub fn required<T, E: Error>(member: Option<T>, name: &'static str) -> Result<T, E> {
    member.ok_or_else(|| E::missing_field(name))
}

/// Writes an object member by member. The first error ends it, and is told by `end`, so that a
/// struct's code is a list of its members.
pub struct Writer<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Writer<S> {
    /// Begins an object.
    pub fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None))
    }

    /// Writes a member.
    pub fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if let Ok(members) = &mut self.0
            && let Err(error) = members.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
    }

    /// Writes a member, unless it is absent.
    pub fn optional<T: Serialize + Absent>(&mut self, name: &str, value: &T) {
        if !value.is_absent() {
            self.member(name, value);
        }
    }

    /// Ends the object.
    ///
    /// # Errors
    /// That of the first member that could not be written.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.0?.end()
    }
}

/// A member that is not always written.
pub trait Absent {
    /// Whether it is left out.
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Field<T> {
    fn is_absent(&self) -> bool {
        self.is_unset()
    }
}

/// Reading and writing of a struct as a JSON object.
///
/// Members are `required` (missing is an error), `nullable` (missing is `None`, written as `null`)
/// or `optional` (missing is `None` or unset, and not written). With `unknown_fields` the struct
/// keeps every other member there, otherwise others are skipped.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    (
        $name:ident
        required { $($r_json:literal $r:ident),* }
        nullable { $($n_json:literal $n:ident),* }
        optional { $($o_json:literal $o:ident),* }
        $($unknown:ident)?
    ) => {
        impl $crate::codec::object::Object for $name {
            const NAME: &'static str = stringify!($name);

            fn read<'de, A: ::serde::de::MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
                $(let mut $r = None;)*
                $(let mut $n = None;)*
                $(let mut $o = None;)*
                $(let mut $unknown = $crate::UnknownFields::default();)?
                while let Some($crate::codec::object::Name(name)) = members.next_key()? {
                    match &*name {
                        $($r_json => $crate::codec::object::read(&mut members, &mut $r),)*
                        $($n_json => $crate::codec::object::read_nullable(&mut members, &mut $n),)*
                        $($o_json => $crate::codec::object::read(&mut members, &mut $o),)*
                        _ => $crate::object!(@other name members $($unknown)?),
                    }?;
                }
                Ok(Self {
                    $($r: $crate::codec::object::required($r, $r_json)?,)*
                    $($n,)*
                    $($o: $o.unwrap_or_default(),)*
                    $($unknown,)?
                })
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::codec::object::deserialize(d)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                #[allow(unused_mut, reason = "an object may have no members")]
                let mut members = $crate::codec::object::Writer::new(s);
                $(members.member($r_json, &self.$r);)*
                $(members.member($n_json, &self.$n);)*
                $(members.optional($o_json, &self.$o);)*
                $(
                    for (name, value) in self.$unknown.iter() {
                        members.member(name, value);
                    }
                )?
                members.end()
            }
        }
    };

    (@other $name:ident $members:ident $unknown:ident) => {
        $unknown.read($name, &mut $members)
    };
    (@other $name:ident $members:ident) => {
        $crate::codec::object::skip(&mut $members)
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::codec::decode::decode;
    use crate::{Field, UnknownFields};

    #[derive(Debug, PartialEq)]
    pub struct Open {
        name: String,
        note: Option<String>,
        size: Option<i64>,
        owner: Field<String>,
        unknown_fields: UnknownFields,
    }

    crate::object! {
        Open
        required { "name" name }
        nullable { "note" note }
        optional { "size" size, "owner" owner }
        unknown_fields
    }

    #[derive(Debug, PartialEq)]
    pub struct Closed {
        open: Open,
    }

    crate::object! { Closed required { "open" open } nullable {} optional {} }

    fn written_again(text: &str) -> Value {
        serde_json::to_value(decode::<Open>(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn what_it_does_not_name_is_kept() {
        let text = r#"{"name": "a", "note": "b", "size": 1, "owner": "c", "new": [null, 2.5]}"#;
        assert_eq!(
            written_again(text),
            serde_json::from_str::<Value>(text).unwrap()
        );
    }

    #[test]
    fn a_nullable_member_is_written_as_null_and_an_optional_one_is_left_out() {
        assert_eq!(
            written_again(r#"{"name": "a"}"#),
            json!({"name": "a", "note": null})
        );
    }

    #[test]
    fn null_stays_apart_from_absence_where_both_can_be_said() {
        let written = written_again(r#"{"name": "a", "owner": null}"#);
        assert_eq!(written, json!({"name": "a", "note": null, "owner": null}));
    }

    #[test]
    fn a_missing_required_member_is_an_error_that_names_it_and_its_place() {
        let error = decode::<Closed>(br#"{"open": {"note": "b"}}"#).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`name`") && text.contains("$.open"), "{text}");
    }

    #[test]
    fn a_member_of_another_type_is_an_error_at_its_path() {
        let error = decode::<Closed>(br#"{"open": {"name": "a", "size": "large"}}"#).unwrap_err();
        assert!(error.to_string().contains("$.open.size"), "{error}");
    }

    #[test]
    fn something_else_than_an_object_is_an_error_that_names_the_type() {
        let error = decode::<Open>(b"[]").unwrap_err();
        assert!(error.to_string().contains("struct Open"), "{error}");
    }

    #[test]
    fn a_closed_object_skips_what_it_does_not_name() {
        let closed: Closed = decode(br#"{"open": {"name": "a"}, "new": {"x": 1}}"#).unwrap();
        assert_eq!(closed.open.name, "a");
    }
}
