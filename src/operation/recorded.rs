//! How do the tools of this repository decode a recorded response?
//!
//! Exactly as the call of its operation decodes it.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_core::de::DeserializeOwned;

use crate::error::body as error_body;
use crate::operation::decoding::{Decoding, ItemByItem, Strict};
use crate::transport::call_response::RawResponse;
use crate::transport::context::CallContext;
use crate::{List, Operation, Page, Response, Result};

/// Decodes a response that is not a list.
///
/// # Errors
/// Returns [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the body does not match the type, and the
/// error of the status if that is not a success.
pub fn read_response<T: DeserializeOwned + Send + 'static>(
    operation: &'static Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<T> {
    read::<Strict<T>>(operation, status, body)
}

/// Decodes a page of a list.
///
/// # Errors
/// Returns the errors of [`read_response`]. An item that does not match its type is not an error.
pub fn read_page<T: DeserializeOwned + Send + 'static>(
    operation: &'static Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<Page<T>> {
    read::<ItemByItem<Page<T>>>(operation, status, body)
}

/// Decodes a list without pages.
///
/// # Errors
/// Returns the errors of [`read_response`]. An item that does not match its type is not an error.
pub fn read_array<T: DeserializeOwned + Send + 'static>(
    operation: &'static Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<List<T>> {
    read::<ItemByItem<List<T>>>(operation, status, body)
}

fn read<D: Decoding>(
    operation: &'static Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<D::Value> {
    if !status.is_success() {
        let error = error_body::to_error(status, &body, [].into_iter());
        return Err(error.with_operation(operation.name));
    }
    let response = RawResponse {
        status,
        headers: HeaderMap::new(),
        body,
        context: CallContext::new(operation.name.into()),
        transport: None,
    };
    D::decode(response).map(Response::into_inner)
}
