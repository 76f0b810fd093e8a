//! Constructors and setters of structs that are sent.

/// Implements `new`, which takes the required fields, and a setter for each other field.
///
/// Without arguments of `new`, the struct implements `Default` too.
macro_rules! request {
    (
        $name:ident
        new($($argument:ident: $argument_type:ty),*) { $($required:ident: $value:expr),* }
        optional { $($optional:ident: $optional_type:ty),* }
        three_state { $($three_state:ident: $three_state_type:ty),* }
        $($unknown:ident)?
    ) => {
        impl $name {
            /// Creates a value from the required fields. All other fields are absent.
            #[allow(
                clippy::new_without_default,
                clippy::too_many_arguments,
                reason = "the document decides; `Default` is implemented below"
            )]
            pub fn new($($argument: $argument_type),*) -> Self {
                Self {
                    $($required: $value,)*
                    $($optional: None,)*
                    $($three_state: $crate::Field::Unset,)*
                    $($unknown: $crate::UnknownFields::default(),)?
                }
            }

            $(
                #[doc = concat!("Sets [`", stringify!($optional), "`](#structfield.", stringify!($optional), ").")]
                #[inline]
                pub fn $optional(mut self, value: impl Into<$optional_type>) -> Self {
                    self.$optional = Some(value.into());
                    self
                }
            )*
            $(
                #[doc = concat!("Sets [`", stringify!($three_state), "`](#structfield.", stringify!($three_state), "), to a value or [`Field::Null`](crate::Field::Null).")]
                #[inline]
                pub fn $three_state(
                    mut self,
                    value: impl Into<$crate::Field<$three_state_type>>,
                ) -> Self {
                    self.$three_state = value.into();
                    self
                }
            )*
        }

        $crate::codec::request::request!(@default $name $($argument)*);
    };

    (@default $name:ident) => {
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $name:ident $($argument:ident)+) => {};
}

pub(crate) use request;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Field;

    #[derive(Debug, PartialEq)]
    pub struct Request {
        kind: String,
        name: String,
        size: Option<i64>,
        note: Field<String>,
    }

    crate::object! {
        Request
        required { "kind" kind, "name" name }
        nullable {}
        optional { "size" size, "note" note }
    }
    crate::request! {
        Request
        new(name: impl Into<String>) { kind: "request".to_owned(), name: name.into() }
        optional { size: i64 }
        three_state { note: String }
    }

    #[derive(Debug, PartialEq)]
    pub struct Update {
        note: Field<String>,
    }

    crate::object! { Update required {} nullable {} optional { "note" note } }
    crate::request! { Update new() {} optional {} three_state { note: String } }

    #[test]
    fn new_sets_the_required_fields_only() {
        let written = serde_json::to_value(Request::new("a")).unwrap();
        assert_eq!(written, json!({"kind": "request", "name": "a"}));
        assert_eq!(Update::new(), Update::default());
    }

    #[test]
    fn setters_take_values_null_and_what_converts_to_a_value() {
        let request = Request::new("a").size(1).note("b");
        let written = serde_json::to_value(request).unwrap();
        assert_eq!(
            written,
            json!({"kind": "request", "name": "a", "size": 1, "note": "b"})
        );
        let written = serde_json::to_value(Update::new().note(Field::Null)).unwrap();
        assert_eq!(written, json!({"note": null}));
    }
}
