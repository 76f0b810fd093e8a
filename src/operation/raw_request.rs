use std::fmt::{self, Display};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::operation::call::{decoded, whole};
use crate::retry::idempotency::Idempotency;
use crate::transport::body::Body;
use crate::transport::request::{Accept, Request, set_header};
use crate::{Response, Result, Transport};

/// A call of a route that no generated method exists for; made by the clients' `request`.
///
/// It goes the same way as every other call: same credentials, same errors.
#[must_use = "nothing is sent before `send` or `bytes`"]
pub struct RawCall {
    transport: Transport,
    // The first value that cannot be sent is told by `send`, so that the methods chain.
    request: Result<Request>,
}

impl RawCall {
    pub(crate) fn new(
        transport: &Transport,
        method: Method,
        path: String,
        deduplicated: bool,
    ) -> Self {
        // Errors name the route without a query, which may hold a token.
        let route = path.split('?').next().unwrap_or_default();
        let request = Request {
            operation: format!("{method} {route}").into(),
            template: route.to_owned().into(),
            idempotency: Idempotency::new(method.is_idempotent(), deduplicated),
            method,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            secrets: Vec::new(),
            authenticated: true,
        };
        Self {
            transport: transport.clone(),
            request: Ok(request),
        }
    }

    /// Adds a query parameter; the same name may come several times.
    pub fn query(self, name: impl Into<String>, value: impl Display) -> Self {
        let (name, value) = (name.into(), value.to_string());
        self.change(|request| {
            request.query.push((name.into(), value));
            Ok(())
        })
    }

    /// Sets a header.
    pub fn header(self, name: &str, value: impl Display) -> Self {
        self.change(|request| set_header(&mut request.headers, name, &value.to_string()))
    }

    /// Sets the body, encoded as JSON.
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.change(|request| {
            request.body = Some(Body::json(body)?);
            Ok(())
        })
    }

    /// Sets the body to what a stream gives, piece by piece. Such a call has one attempt: what has
    /// been sent is gone.
    pub fn stream<S, E>(self, content_type: &str, stream: S) -> Self
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Send + Sync + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        self.change(|request| {
            request.body = Some(Body::stream(content_type, stream)?);
            Ok(())
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Request) -> Result<()>) -> Self {
        self.request = self.request.and_then(|mut request| {
            change(&mut request)
                .map_err(|error| error.with_operation(request.operation.clone()))?;
            Ok(request)
        });
        self
    }

    /// Sends the call and decodes the answer; no content reads as `null`.
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind) that a call can have;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest), without anything being sent, when a
    /// value given before cannot stand in a request.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>> {
        decoded(self.transport.send(self.request?, Accept::Json).await?)
    }

    /// Sends the call and takes the answer as it is.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn bytes(self) -> Result<Response<Bytes>> {
        let answer = self.transport.send(self.request?, Accept::Anything);
        answer.await.map(whole)
    }
}

impl fmt::Debug for RawCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("RawCall");
        match &self.request {
            Ok(request) => debug.field(&request.operation).field(&request.body),
            Err(error) => debug.field(error),
        };
        debug.finish()
    }
}

#[cfg(test)]
mod tests;
