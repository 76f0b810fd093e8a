//! What comes with a decoded value?

use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};

use crate::transport::request_id::RequestId;

/// A successful response: the decoded value, with the status and headers of its HTTP response.
///
/// A response dereferences to its value. [`into_inner`](Self::into_inner) returns the value itself.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// let response = client.list_stacks().send().await?;
/// println!("{} stacks in {}", response.total, response.http_request_id());
/// let page = response.into_inner();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Response<T> {
    status: StatusCode,
    headers: HeaderMap,
    request_id: RequestId,
    value: T,
}

impl<T> Response<T> {
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        request_id: RequestId,
        value: T,
    ) -> Self {
        Self {
            status,
            headers,
            request_id,
            value,
        }
    }

    /// Returns the HTTP status, which is between 200 and 299.
    pub fn http_status(&self) -> StatusCode {
        self.status
    }

    /// Returns the HTTP headers.
    pub fn http_headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the `X-Request-ID` that the request carried, which the server's logs contain.
    pub fn http_request_id(&self) -> &str {
        self.request_id.as_str()
    }

    /// Returns the value and drops the rest of the response.
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
