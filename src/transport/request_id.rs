//! How is a call identified in the logs of the server?

use std::fmt;

use http::HeaderValue;
use uuid::Uuid;
use uuid::fmt::Simple;

use crate::runtime::random;
use crate::{Error, ErrorKind, Result};

/// `X-Request-ID` of a call: 32 hexadecimal digits, which need no allocation of their own.
#[derive(Clone, Copy)]
pub(crate) struct RequestId([u8; Simple::LENGTH]);

impl RequestId {
    /// Creates a random id, without a system call.
    pub fn random() -> Self {
        let mut text = [0; Simple::LENGTH];
        let id = Uuid::from_u128(random::number());
        id.simple().encode_lower(&mut text);
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        // Digits are ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the value of the header.
    pub fn header(&self) -> Result<HeaderValue> {
        HeaderValue::from_bytes(&self.0).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, error.to_string()).with_source(error)
        })
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
