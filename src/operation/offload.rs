//! Where are large responses decoded?

use std::any::Any;

use crate::transport::call_response::RawResponse;
use crate::{Error, ErrorKind, Result};

/// Bodies up to this size are decoded where the call is polled, in about 10 milliseconds at most.
/// Larger ones would hold up the other tasks of the thread.
const INLINE_LIMIT: usize = 1 << 20;

/// Whether the response is to be decoded by [`off_thread`].
pub(crate) fn is_large(response: &RawResponse) -> bool {
    response.body.len() > INLINE_LIMIT
}

/// Decodes a response on a thread for blocking work. The result has no type parameter of its own, so
/// that few functions serve all responses.
pub(crate) async fn off_thread<T: Send + 'static>(
    response: RawResponse,
    decode: fn(RawResponse) -> Result<T>,
) -> Result<T> {
    let context = response.context.clone();
    let decoding = tokio::task::spawn_blocking(move || decode(response));
    decoding.await.unwrap_or_else(|_| {
        let message = "decoding the response was interrupted: the Tokio runtime shuts down";
        Err(context.explain(Error::new(ErrorKind::Interrupted, message)))
    })
}

/// Returns a decoded value with its type.
pub(crate) fn typed<T: 'static>(value: Box<dyn Any + Send>) -> Result<T> {
    value.downcast().map(|value| *value).map_err(|_| {
        let message = format!("a decoder returned no {}", std::any::type_name::<T>());
        Error::new(ErrorKind::Decode, message)
    })
}
