//! Which content codings does the client ask for and read? Without the feature `gzip`, there are none.

#[cfg(feature = "gzip")]
mod gzip;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use super::body_stream;
use super::request::Accept;
use crate::Result;
use crate::runtime::Runtime;

/// Returns the value of the header `Accept-Encoding`. A stream stays plain: a download continues at a
/// position in its content, and a compressed event would wait for the next one.
pub(crate) fn accepted(accept: Accept) -> HeaderValue {
    let compressed = cfg!(feature = "gzip") && accept.is_whole();
    HeaderValue::from_static(if compressed { "gzip" } else { "identity" })
}

/// Content coding of a response (RFC 9110, section 8.4).
#[derive(Debug, PartialEq)]
pub(crate) enum ContentCoding {
    Identity,
    #[cfg(feature = "gzip")]
    Gzip,
    /// Another one, or several.
    Other(String),
}

impl ContentCoding {
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::CONTENT_ENCODING).iter();
        let codings: Vec<_> = values
            .filter_map(|value| value.to_str().ok())
            .map(str::trim)
            .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
            .collect();
        match &*codings {
            [] => Self::Identity,
            #[cfg(feature = "gzip")]
            [coding] if gzip::is_name(coding) => Self::Gzip,
            codings => Self::Other(codings.join(", ")),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Identity => "identity",
            #[cfg(feature = "gzip")]
            Self::Gzip => "gzip",
            Self::Other(name) => name,
        }
    }

    /// Returns whether the client reads a body with this coding.
    pub fn is_readable(&self, accept: Accept) -> bool {
        match self {
            Self::Identity => true,
            _ if !accept.is_whole() => false,
            #[cfg(feature = "gzip")]
            Self::Gzip => true,
            Self::Other(_) => false,
        }
    }

    /// Reads and decodes a whole body.
    ///
    /// # Errors
    /// `TooLarge` if the decoded body is longer than `limit` bytes; `Timeout` if it is silent for
    /// `idle_timeout`; `Decode` if it is damaged.
    pub async fn read(
        &self,
        body: reqwest::Body,
        limit: usize,
        runtime: &Runtime,
        idle_timeout: Option<Duration>,
    ) -> Result<Bytes> {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => {
                // Boxed, so that the future of a plain response does not reserve space for it.
                Box::pin(gzip::read(body, limit, runtime, idle_timeout)).await
            }
            _ => body_stream::read(body, limit, runtime, idle_timeout).await,
        }
    }

    /// Decodes the beginning of the body of a failed response, or describes the body if it cannot be
    /// decoded.
    pub fn beginning(&self, coded: Vec<u8>) -> Vec<u8> {
        let decoded = match self {
            Self::Identity => return coded,
            #[cfg(feature = "gzip")]
            Self::Gzip => gzip::beginning(&coded),
            Self::Other(_) => Vec::new(),
        };
        if decoded.is_empty() && !coded.is_empty() {
            return format!("a compressed body ({})", self.name()).into_bytes();
        }
        decoded
    }
}
