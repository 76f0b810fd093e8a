//! Structs as JSON objects: serde's derive with far less code for each type.
//!
//! For every struct, the derive writes a visitor, an enum of the member names and a visitor for
//! that enum. `flatten`, which keeps unknown members, adds a dozen functions. All of this would be
//! compiled for each of several hundred structs. Here, everything that does not depend on the members
//! of a struct is written once.
//!
//! `readable!` implements reading, and `object!` implements reading and writing. The few hand-written
//! structs that are only read use `readable!`. Users of this crate then need not compile the derive.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_core::ser::{Serialize, SerializeMap, Serializer};

use crate::Field;
use crate::codec::unknown;

/// A type that is read from a JSON object.
pub(crate) trait Object: Sized {
    /// The name of the type, for errors.
    const NAME: &'static str;

    /// Reads the object member by member.
    ///
    /// # Errors
    /// Returns an error if a member is missing or does not match its type.
    fn read<'de, A: MapAccess<'de>>(members: A) -> Result<Self, A::Error>;
}

/// Reads an object.
///
/// # Errors
/// Returns an error if the value is not an object, or the error of [`Object::read`].
pub(crate) fn deserialize<'de, T: Object, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
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

/// The name of a member, borrowed from the text if it has no escapes.
pub(crate) struct Name<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Reads the value of a member into `member`.
///
/// # Errors
/// Returns an error if the value does not match the type of the member.
pub(crate) fn read<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    members: &mut A,
    member: &mut Option<T>,
) -> Result<(), A::Error> {
    *member = Some(members.next_value()?);
    Ok(())
}

/// Reads the value of a member into `member`; reads `null` as `None`.
///
/// # Errors
/// Returns an error if the value does not match the type of the member.
pub(crate) fn read_nullable<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    members: &mut A,
    member: &mut Option<T>,
) -> Result<(), A::Error> {
    *member = members.next_value()?;
    Ok(())
}

/// Skips the value of a member.
///
/// # Errors
/// Returns an error if the value is not JSON.
pub(crate) fn skip<'de, A: MapAccess<'de>>(members: &mut A) -> Result<(), A::Error> {
    members.next_value::<IgnoredAny>()?;
    unknown::count(1);
    Ok(())
}

/// Returns the value of a required member.
///
/// # Errors
/// Returns an error if the member is missing.
pub(crate) fn required<T, E: Error>(member: Option<T>, name: &'static str) -> Result<T, E> {
    member.ok_or_else(|| E::missing_field(name))
}

/// Writes an object member by member.
///
/// [`end`](Self::end) returns the first error, so that the code of a struct is a plain list of its
/// members.
pub(crate) struct Writer<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Writer<S> {
    /// Starts an object.
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

    /// Writes a member, unless it is unset.
    pub fn optional<T: Serialize + SkipIfUnset>(&mut self, name: &str, value: &T) {
        if !value.is_skipped() {
            self.member(name, value);
        }
    }

    /// Ends the object.
    ///
    /// # Errors
    /// Returns the error of the first member that could not be written.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.0?.end()
    }
}

/// A member that is written only if it is set.
pub(crate) trait SkipIfUnset {
    /// Returns `true` if the member is not written.
    fn is_skipped(&self) -> bool;
}

impl<T> SkipIfUnset for Option<T> {
    fn is_skipped(&self) -> bool {
        self.is_none()
    }
}

impl<T> SkipIfUnset for Field<T> {
    fn is_skipped(&self) -> bool {
        self.is_unset()
    }
}

/// Implements reading of a struct from a JSON object.
///
/// A missing `required` member is an error. A missing `nullable` member, or one that is `null`, is `None`. A
/// missing `optional` member has the default of its type. All other members are kept if the struct has
/// `unknown_fields`, and are skipped otherwise.
macro_rules! readable {
    (
        $name:ident
        required { $($r_json:literal $r:ident),* }
        nullable { $($n_json:literal $n:ident),* }
        optional { $($o_json:literal $o:ident),* }
        $($unknown:ident)?
    ) => {
        impl $crate::codec::object::Object for $name {
            const NAME: &'static str = stringify!($name);

            fn read<'de, A: ::serde_core::de::MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
                $(let mut $r = None;)*
                $(let mut $n = None;)*
                $(let mut $o = None;)*
                $(let mut $unknown = $crate::UnknownFields::default();)?
                while let Some($crate::codec::object::Name(name)) = members.next_key()? {
                    match &*name {
                        $($r_json => $crate::codec::object::read(&mut members, &mut $r),)*
                        $($n_json => $crate::codec::object::read_nullable(&mut members, &mut $n),)*
                        $($o_json => $crate::codec::object::read(&mut members, &mut $o),)*
                        _ => $crate::codec::object::readable!(@other name members $($unknown)?),
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

        impl<'de> ::serde_core::Deserialize<'de> for $name {
            fn deserialize<D: ::serde_core::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::codec::object::deserialize(d)
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

/// Implements reading and writing of a struct as a JSON object.
///
/// Members are read as by `readable!`. A `nullable` member that is `None` is written as `null`. An
/// `optional` member that is `None` or unset is not written.
macro_rules! object {
    (
        $name:ident
        required { $($r_json:literal $r:ident),* }
        nullable { $($n_json:literal $n:ident),* }
        optional { $($o_json:literal $o:ident),* }
        $($unknown:ident)?
    ) => {
        $crate::codec::object::readable! {
            $name
            required { $($r_json $r),* }
            nullable { $($n_json $n),* }
            optional { $($o_json $o),* }
            $($unknown)?
        }

        impl ::serde_core::Serialize for $name {
            fn serialize<S: ::serde_core::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
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
}

pub(crate) use {object, readable};

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

    object! {
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

    object! { Closed required { "open" open } nullable {} optional {} }

    fn round_trip(text: &str) -> Value {
        serde_json::to_value(decode::<Open>(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn unknown_members_are_kept() {
        let text = r#"{"name": "a", "note": "b", "size": 1, "owner": "c", "new": [null, 2.5]}"#;
        assert_eq!(
            round_trip(text),
            serde_json::from_str::<Value>(text).unwrap()
        );
    }

    #[test]
    fn a_missing_nullable_member_is_written_as_null_and_an_optional_one_is_not_written() {
        assert_eq!(
            round_trip(r#"{"name": "a"}"#),
            json!({"name": "a", "note": null})
        );
    }

    #[test]
    fn a_field_keeps_null() {
        let written = round_trip(r#"{"name": "a", "owner": null}"#);
        assert_eq!(written, json!({"name": "a", "note": null, "owner": null}));
    }

    #[test]
    fn a_missing_required_member_is_an_error_with_its_name_and_path() {
        let error = decode::<Closed>(br#"{"open": {"note": "b"}}"#).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`name`") && text.contains("$.open"), "{text}");
    }

    #[test]
    fn a_member_of_another_type_is_an_error_with_its_path() {
        let error = decode::<Closed>(br#"{"open": {"name": "a", "size": "large"}}"#).unwrap_err();
        assert!(error.to_string().contains("$.open.size"), "{error}");
    }

    #[test]
    fn a_value_that_is_not_an_object_is_an_error_with_the_name_of_the_type() {
        let error = decode::<Open>(b"[]").unwrap_err();
        assert!(error.to_string().contains("struct Open"), "{error}");
    }

    #[test]
    fn an_object_without_unknown_fields_skips_unknown_members() {
        let closed: Closed = decode(br#"{"open": {"name": "a"}, "new": {"x": 1}}"#).unwrap();
        assert_eq!(closed.open.name, "a");
    }
    #[derive(Debug)]
    struct Entries {
        items: Vec<i64>,
    }

    readable! { Entries required {} nullable {} optional { "items" items } }

    #[test]
    fn a_missing_optional_member_has_the_default_of_its_type_and_null_is_an_error() {
        assert!(decode::<Entries>(b"{}").unwrap().items.is_empty());
        let error = decode::<Entries>(br#"{"items": null}"#).unwrap_err();
        assert!(error.to_string().contains("$.items"), "{error}");
    }
}
