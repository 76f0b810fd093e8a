//! What does the transport know of a request?

use std::borrow::Cow;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::body::Body;
use super::server_version::ServerVersion;
use crate::availability::rule::{Concern, Rule};
use crate::retry::idempotency::Idempotency;
use crate::{Error, ErrorKind, Result, Secret};

/// Request of a call.
pub(crate) struct Request {
    /// `list_stacks`, or method and path of a raw request.
    pub operation: Cow<'static, str>,
    /// The path with its placeholders; the path itself of a raw request.
    pub template: Cow<'static, str>,
    pub method: Method,
    /// Percent-encoded, starts with a slash.
    pub path: String,
    pub query: Query,
    /// The parameter of the query that the client's default project fills.
    pub default_project_parameter: Option<&'static str>,
    pub headers: HeaderMap,
    pub body: Option<Body>,
    /// Values to redact from errors.
    pub secrets: Vec<Secret>,
    pub idempotency: Idempotency,
    /// Whether the request carries the client's access token.
    pub authenticated: bool,
    /// Whether the response contains credentials, and must not be quoted.
    pub is_login: bool,
    /// Parts of the operation's requests that not all supported servers know. `None` if the route
    /// decides.
    pub rules: Option<&'static [Rule]>,
}

/// Names and values, in the order in which they are sent.
pub(crate) type Query = Vec<(Cow<'static, str>, String)>;

impl Request {
    /// Creates an idempotent request of a path without placeholders, with the client's access token.
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        method: Method,
        path: &'static str,
    ) -> Self {
        Self {
            operation: operation.into(),
            template: path.into(),
            method,
            path: path.to_owned(),
            query: Vec::new(),
            default_project_parameter: None,
            headers: HeaderMap::new(),
            body: None,
            secrets: Vec::new(),
            idempotency: Idempotency::Idempotent,
            authenticated: true,
            is_login: false,
            rules: Some(&[]),
        }
    }
}

/// Header that names a call in the server's logs.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Sets a header to a value given by the caller.
pub(crate) fn set_header(headers: &mut HeaderMap, name: &str, value: &str) -> Result<()> {
    // The value may be a secret, so the message does not quote it.
    let invalid = |what: &str| {
        let message =
            format!("the {what} of header {name:?} contains characters that HTTP forbids");
        Error::new(ErrorKind::InvalidRequest, message)
    };
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("name"))?;
    let value = HeaderValue::from_str(value).map_err(|_| invalid("value"))?;
    headers.insert(key, value);
    Ok(())
}

/// Returns a value that may be a secret, unless it is too short to be one.
pub(crate) fn undeclared_secret(value: &str) -> Option<Secret> {
    const MIN_LENGTH: usize = 6;
    (value.len() >= MIN_LENGTH).then(|| Secret::from(value))
}

/// Returns what may be secret in the value of a header: the value, and the credentials after a scheme
/// such as `Basic`.
pub(crate) fn header_secrets(value: &str) -> impl Iterator<Item = Secret> + use<> {
    let credentials = value.split_once(' ').map(|(_, credentials)| credentials);
    let secrets = [Some(value), credentials].map(|text| text.and_then(undeclared_secret));
    secrets.into_iter().flatten()
}

/// Form in which the caller reads the body of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    /// Whole, as JSON.
    Json,
    /// Whole, as text.
    Text,
    /// Whole, of any media type.
    Anything,
    /// Piece by piece.
    Bytes,
    /// Piece by piece, as `text/event-stream`.
    Events,
}

impl Accept {
    /// Returns whether an attempt includes the whole body.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Json | Self::Text | Self::Anything)
    }

    /// Returns the value of the header `Accept`.
    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Anything | Self::Bytes => "*/*",
            Self::Events => "text/event-stream",
        })
    }
}

/// A request with everything that its attempts share.
pub(crate) struct PreparedRequest {
    /// The path with its placeholders; without rules of its own, the path as servers understand it.
    pub template: Cow<'static, str>,
    pub method: Method,
    pub url: url::Url,
    pub headers: HeaderMap,
    pub body: Option<Body>,
    pub accept: Accept,
    /// Maximum size of a whole body, in bytes.
    pub max_size: usize,
    /// Maximum silence within a whole body.
    pub idle_timeout: Option<Duration>,
    pub idempotency: Idempotency,
    /// Whether the request carries the client's access token.
    pub authenticated: bool,
    /// Whether the response contains credentials, and must not be quoted.
    pub is_login: bool,
    /// Values to redact from errors.
    pub secrets: Vec<Secret>,
    /// Rules that concern it: it has parts that not all supported servers know.
    pub concerns: Vec<Concern>,
    /// The parameter of the query that the client's default project fills.
    pub default_project_parameter: Option<&'static str>,
}

impl PreparedRequest {
    /// Creates a request for the version of a server, without credentials.
    pub fn version(url: url::Url, mut headers: HeaderMap) -> Self {
        headers.insert(header::ACCEPT, Accept::Json.header());
        Self {
            template: ServerVersion::PATH.into(),
            method: Method::GET,
            url,
            headers,
            body: None,
            accept: Accept::Json,
            max_size: 1 << 20,
            idle_timeout: None,
            idempotency: Idempotency::Idempotent,
            authenticated: false,
            is_login: false,
            secrets: Vec::new(),
            concerns: Vec::new(),
            default_project_parameter: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_with_a_line_break_is_an_error_that_does_not_quote_it() {
        let mut headers = HeaderMap::new();
        let error = set_header(&mut headers, "x-a", "hunter2\r\nevil: 1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!error.to_string().contains("hunter2"));
        set_header(&mut headers, "bad name", "1").unwrap_err();
        assert!(headers.is_empty());
    }
}
