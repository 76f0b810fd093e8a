//! How does a response type become a sample?

use serde_core::de::DeserializeOwned;

use crate::codec::decode;

/// Implements `sample` for response types. A line names the type and the JSON of its sample.
macro_rules! samples {
    ($($(#[$gate:meta])* $name:ident = $text:literal;)*) => { $(
        $(#[$gate])*
        impl types::$name {
            #[doc = concat!("Returns a small valid `", stringify!($name), "` for tests (see [`mock`](crate::mock)).")]
            #[must_use]
            #[inline]
            pub fn sample() -> Self {
                $crate::mock::sample::decode($text)
            }
        }
    )* };
}

pub(crate) use samples;

/// Reads a sample that codegen has written. The tests of `zenml-conformance` read all of them.
pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> T {
    decode::decode(text.as_bytes())
        .unwrap_or_else(|mismatch| panic!("a sample does not match its type: {mismatch}"))
}
