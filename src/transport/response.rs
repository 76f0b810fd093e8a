//! Successful responses, before they are decoded.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::body_stream::BodyStream;
use super::context::CallContext;

/// The response to one attempt.
pub(crate) struct AttemptResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: ResponseBody,
}

pub(crate) enum ResponseBody {
    Whole(Bytes),
    Streamed(reqwest::Body),
}

/// The response to a call.
pub(crate) struct RawResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub context: CallContext,
}

/// The response to a call whose body is still to be read.
pub(crate) struct StreamedResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: BodyStream,
}
