//! What is a successful response to a call before it is decoded?

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::body_stream::BodyStream;
use super::context::CallContext;
use super::shared::Transport;

/// Response to a call.
pub(crate) struct RawResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub context: CallContext,
    /// Explains why the body does not match its type. `None` for a recorded response.
    pub transport: Option<Transport>,
}

/// Response to a call, with a body that is read as it arrives.
pub(crate) struct StreamedResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: BodyStream,
}
