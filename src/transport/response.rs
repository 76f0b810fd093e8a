//! What is a successful response to one attempt?

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::connection::Permit;

/// Response to one attempt.
pub(crate) struct AttemptResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: ResponseBody,
    /// Counts the call as a concurrent request until the body has been read.
    pub permit: Option<Permit>,
}

pub(crate) enum ResponseBody {
    Whole(Bytes),
    Streamed(reqwest::Body),
}
