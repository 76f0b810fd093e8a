use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};

/// A successful answer: the value, and what came with it.
///
/// Dereferences to the value.
#[derive(Debug, Clone)]
pub struct Response<T> {
    status: StatusCode,
    headers: HeaderMap,
    request_id: String,
    value: T,
}

impl<T> Response<T> {
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        request_id: String,
        value: T,
    ) -> Self {
        Self {
            status,
            headers,
            request_id,
            value,
        }
    }

    /// The HTTP status, between 200 and 299.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The HTTP headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The `X-Request-ID` that the request carried: the server's logs name it.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Changes the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            status: self.status,
            headers: self.headers,
            request_id: self.request_id,
            value: change(self.value),
        }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
