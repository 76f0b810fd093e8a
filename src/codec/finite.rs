//! Does a value that is sent contain only numbers that JSON has?
//!
//! serde_json writes NaN and infinity as `null`, which clears a field of an update. These serializers
//! return an error instead.

use std::fmt::Display;

use serde_core::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

const PROBLEM: &str = "NaN and infinity are not numbers in JSON";

/// Encodes a value as JSON text.
///
/// # Errors
/// Returns an error if the value contains NaN or infinity, or cannot be written as JSON.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(128);
    value.serialize(Finite(&mut serde_json::Serializer::new(&mut text)))?;
    Ok(text)
}

/// Returns the text of a value. If it is NaN or infinity, sets `problem` to the reason why it cannot
/// be sent.
pub(crate) fn text<T: Display>(value: &T, problem: &mut Option<&'static str>) -> String {
    let text = value.to_string();
    let is_float = || {
        let name = std::any::type_name::<T>().trim_start_matches('&');
        matches!(name, "f64" | "f32")
    };
    if matches!(&*text, "NaN" | "inf" | "-inf") && is_float() {
        *problem = Some(PROBLEM);
    }
    text
}

/// A serializer, or a part of one, that rejects NaN and infinity; or a value that is written with one.
struct Finite<T>(T);

impl<T: Serialize + ?Sized> Serialize for Finite<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Finite(serializer))
    }
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*) -> $result:ident;)*) => { $(
        fn $method(self, $($argument: $type),*) -> Result<Self::$result, Self::Error> {
            forward!(@$result self.0.$method($($argument),*))
        }
    )* };
    (@Ok $result:expr) => { $result };
    (@$compound:ident $result:expr) => { $result.map(Finite) };
}

impl<S: Serializer> Serializer for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Finite<S::SerializeSeq>;
    type SerializeTuple = Finite<S::SerializeTuple>;
    type SerializeTupleStruct = Finite<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Finite<S::SerializeTupleVariant>;
    type SerializeMap = Finite<S::SerializeMap>;
    type SerializeStruct = Finite<S::SerializeStruct>;
    type SerializeStructVariant = Finite<S::SerializeStructVariant>;

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        if !value.is_finite() {
            return Err(S::Error::custom(PROBLEM));
        }
        self.0.serialize_f32(value)
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        if !value.is_finite() {
            return Err(S::Error::custom(PROBLEM));
        }
        self.0.serialize_f64(value)
    }

    forward! {
        serialize_bool(value: bool) -> Ok;
        serialize_i8(value: i8) -> Ok;
        serialize_i16(value: i16) -> Ok;
        serialize_i32(value: i32) -> Ok;
        serialize_i64(value: i64) -> Ok;
        serialize_i128(value: i128) -> Ok;
        serialize_u8(value: u8) -> Ok;
        serialize_u16(value: u16) -> Ok;
        serialize_u32(value: u32) -> Ok;
        serialize_u64(value: u64) -> Ok;
        serialize_u128(value: u128) -> Ok;
        serialize_char(value: char) -> Ok;
        serialize_str(value: &str) -> Ok;
        serialize_bytes(value: &[u8]) -> Ok;
        serialize_none() -> Ok;
        serialize_unit() -> Ok;
        serialize_unit_struct(name: &'static str) -> Ok;
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> Ok;
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(
            name: &'static str,
            index: u32,
            variant: &'static str,
            length: usize
        ) -> SerializeTupleVariant;
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
        serialize_struct_variant(
            name: &'static str,
            index: u32,
            variant: &'static str,
            length: usize
        ) -> SerializeStructVariant;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Finite(value))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Finite(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0
            .serialize_newtype_variant(name, index, variant, &Finite(value))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Implements the parts of a serializer that write several values.
macro_rules! compound {
    ($($part:ident: $method:ident($($name:ident: $type:ty)?);)*) => { $(
        impl<C: $part> $part for Finite<C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($name: $type,)?
                value: &T,
            ) -> Result<(), C::Error> {
                self.0.$method($($name,)? &Finite(value))
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.0.end()
            }
        }
    )* };
}

compound! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(name: &'static str);
    SerializeStructVariant: serialize_field(name: &'static str);
}

impl<C: SerializeMap> SerializeMap for Finite<C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.0.serialize_value(&Finite(value))
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), C::Error> {
        self.0.serialize_entry(key, &Finite(value))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::value::RawValue;

    use super::*;

    /// One of each form that serde knows.
    #[derive(serde::Serialize)]
    enum Form {
        Unit,
        Newtype(f64),
        Tuple(f64, u8),
        Struct { a: f32, b: Option<f64> },
    }

    #[derive(serde::Serialize)]
    struct Pair(f64, bool);

    #[derive(serde::Serialize)]
    struct All {
        forms: Vec<Form>,
        pair: Pair,
        tuple: (i64, f64),
        map: BTreeMap<&'static str, f64>,
        raw: Box<RawValue>,
        text: char,
    }

    fn all(float: f64) -> All {
        All {
            forms: vec![
                Form::Unit,
                Form::Newtype(0.5),
                Form::Tuple(0.5, 1),
                Form::Struct { a: 0.5, b: None },
            ],
            pair: Pair(0.5, true),
            tuple: (-1, float),
            map: BTreeMap::from([("x", 0.5)]),
            raw: RawValue::from_string("1e400".to_owned()).unwrap(),
            text: '"',
        }
    }

    #[test]
    fn finite_values_are_written_as_serde_json_writes_them() {
        let (all, text) = (all(1.0), serde_json::to_string(&all(1.0)).unwrap());
        assert_eq!(to_vec(&all).unwrap(), text.as_bytes());
    }

    #[test]
    fn nan_and_infinity_are_an_error_in_each_form() {
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            to_vec(&all(float)).unwrap_err();
            to_vec(&float).unwrap_err();
            to_vec(&[Some(float)]).unwrap_err();
            to_vec(&Form::Newtype(float)).unwrap_err();
            to_vec(&Form::Tuple(float, 1)).unwrap_err();
            to_vec(&Form::Struct {
                a: 0.5,
                b: Some(float),
            })
            .unwrap_err();
            to_vec(&(float as f32)).unwrap_err();
            to_vec(&Pair(float, true)).unwrap_err();
            let error = to_vec(&BTreeMap::from([("x", float)])).unwrap_err();
            assert_eq!(error.to_string(), PROBLEM);
        }
    }

    #[test]
    fn only_floats_have_text_that_cannot_be_sent() {
        fn problem<T: Display>(value: T) -> bool {
            let mut problem = None;
            text(&value, &mut problem);
            problem.is_some()
        }
        assert!(problem(f32::NEG_INFINITY) && [f64::NAN].iter().all(problem));
        assert!(!problem("inf") && !problem(0.5) && !problem("NaN".to_owned()));
    }
}
