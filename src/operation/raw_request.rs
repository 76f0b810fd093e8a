//! How is a route called that has no operation?

use std::fmt::{self, Display};

use bytes::Bytes;
use futures_core::Stream;
use http::Method;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use serde_json::Value;

use crate::codec::finite::text;
use crate::error::escape::escaped;
use crate::operation::decoding::{Strict, decode_response, with_value};
use crate::retry::idempotency::Idempotency;
use crate::transport::body::Body;
use crate::transport::request::{Accept, Request, header_secrets, set_header, undeclared_secret};
use crate::{Error, ErrorKind, Response, Result, Secret, Transport};

/// A request to a route that has no generated method, created by the `request` method of a client.
///
/// A raw request uses the client's credentials, retries and errors, as every other call does.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// use zenml::Method;
///
/// let request = client.request(Method::GET, "/api/v1/plugins").query("page", 1);
/// let plugins = request.send::<serde_json::Value>().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    transport: Transport,
    // `send` reports the first invalid value, so that the methods chain.
    request: Result<Request>,
}

impl RawRequest {
    pub(crate) fn new(
        transport: &Transport,
        method: Method,
        path: String,
        deduplicated: bool,
    ) -> Self {
        // Errors name the route without its query, which may contain a token.
        let route = path.split('?').next().unwrap_or_default();
        let template = escaped(route.to_owned());
        let operation = format!("{method} {template}");
        let request = Request {
            template: template.into(),
            path,
            idempotency: Idempotency::new(method.is_idempotent(), deduplicated),
            rules: None,
            ..Request::new(operation, method, "")
        };
        Self {
            transport: transport.clone(),
            request: Ok(request),
        }
    }

    /// Adds a query parameter. The same name may be added several times.
    pub fn query(self, name: impl Into<String>, value: impl Display) -> Self {
        let (name, mut problem) = (name.into(), None);
        let value = text(&value, &mut problem);
        self.change(|request| {
            if let Some(problem) = problem {
                let message = format!("a query parameter cannot be sent: {problem}");
                return Err(Error::new(ErrorKind::InvalidRequest, message));
            }
            // The document does not say which values are secret: none of them is shown in an error.
            request.secrets.extend(undeclared_secret(&value));
            request.query.push((name.into(), value));
            Ok(())
        })
    }

    /// Sets a header and replaces its previous value.
    pub fn header(self, name: &str, value: impl Display) -> Self {
        let mut problem = None;
        let value = text(&value, &mut problem);
        self.change(|request| {
            if let Some(problem) = problem {
                let message = format!("header {name:?} cannot be sent: {problem}");
                return Err(Error::new(ErrorKind::InvalidRequest, message));
            }
            request.secrets.extend(header_secrets(&value));
            set_header(&mut request.headers, name, &value)
        })
    }

    /// Sets the body, encoded as JSON.
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.change(|request| {
            let body = Body::json(body)?;
            collect_texts(&body.to_json().unwrap_or_default(), &mut request.secrets);
            request.body = Some(body);
            Ok(())
        })
    }

    /// Sets the body to a stream of bytes. The request is not retried, because the stream can be
    /// sent only once.
    ///
    /// The client does not read the stream, so it does not notice fields that the server is too old to
    /// know (see [`allow_unsupported`](crate::CallOptions::allow_unsupported)).
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

    /// Returns the request, for a server that expects it.
    #[cfg(feature = "mock")]
    pub(crate) fn into_request(self) -> Result<Request> {
        self.request
    }

    fn change(mut self, change: impl FnOnce(&mut Request) -> Result<()>) -> Self {
        self.request = self.request.and_then(|mut request| {
            change(&mut request)
                .map_err(|error| error.with_operation(request.operation.clone()))?;
            Ok(request)
        });
        self
    }

    /// Sends the request and decodes the response as JSON. An empty body is read as `null`.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest), without sending
    /// anything, if a value of the request is invalid. The other errors are those of all calls.
    pub async fn send<T: DeserializeOwned + Send + 'static>(self) -> Result<Response<T>> {
        let response = self.transport.send(self.request?, Accept::Json).await?;
        decode_response::<Strict<T>>(response).await
    }

    /// Sends the request and returns the body without decoding it.
    ///
    /// # Errors
    /// Returns the errors of [`send`](Self::send), except those of decoding.
    pub async fn bytes(self) -> Result<Response<Bytes>> {
        let response = self.transport.send(self.request?, Accept::Anything).await?;
        let body = response.body.clone();
        Ok(with_value(response, body))
    }
}

/// Collects the texts of a body, which a server may quote in an error.
fn collect_texts(value: &Value, secrets: &mut Vec<Secret>) {
    match value {
        Value::String(text) => secrets.extend(undeclared_secret(text)),
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect_texts(value, secrets)),
        Value::Object(members) => members
            .values()
            .for_each(|value| collect_texts(value, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("RawRequest");
        match &self.request {
            Ok(request) => debug.field(&request.operation).field(&request.body),
            Err(error) => debug.field(error),
        };
        debug.finish()
    }
}

#[cfg(test)]
mod tests;
