use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body::Frame;
use serde::Serialize;
use serde_json::Value;

use crate::types::secret::noting_secrets;
use crate::{Error, ErrorKind, Result, Secret};

/// Everything that the transport has to know of a call.
pub(crate) struct Request {
    /// `list_stacks`, or verb and path of a call that the document lacks.
    pub operation: Cow<'static, str>,
    /// The path before its parameters were put in; the path itself of a call that the document
    /// lacks.
    pub template: Cow<'static, str>,
    pub method: Method,
    /// Percent-encoded, with a slash in front.
    pub path: String,
    pub query: Query,
    pub headers: HeaderMap,
    pub body: Option<Body>,
    /// What must not come back in an error.
    pub secrets: Vec<Secret>,
    pub repeat: Repeat,
    pub authenticated: bool,
}

/// Names and values, in the order they are sent.
pub(crate) type Query = Vec<(Cow<'static, str>, String)>;

/// What happens when a request reaches the server twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same as when it comes once.
    Always,
    /// The same as when it comes once, for a while: the `Idempotency-Key` tells the server.
    Deduplicated,
    /// Perhaps it is carried out twice.
    Unsafe,
}

impl Repeat {
    pub fn of(idempotent: bool, deduplicated: bool) -> Self {
        match (idempotent, deduplicated) {
            (true, _) => Self::Always,
            (false, true) => Self::Deduplicated,
            (false, false) => Self::Unsafe,
        }
    }
}

/// An encoded body. `Debug` shows none of it.
#[derive(Clone)]
pub(crate) struct Body {
    pub content_type: HeaderValue,
    content: Content,
    /// What is in it that must not come back in an error.
    pub secrets: Vec<Secret>,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    /// Can be sent once.
    Stream(Arc<Mutex<Option<reqwest::Body>>>),
}

impl Body {
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let (bytes, secrets) = noting_secrets(|| serde_json::to_vec(value));
        let bytes = bytes.map_err(not_encodable)?;
        Ok(Self {
            content_type: HeaderValue::from_static("application/json"),
            content: Content::Bytes(bytes.into()),
            secrets,
        })
    }

    /// A body that comes piece by piece and cannot be repeated.
    pub fn stream<S, E>(content_type: &str, stream: S) -> Result<Self>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Sync + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let body = reqwest::Body::wrap(StreamBody(Box::pin(stream)));
        Ok(Self {
            content_type: HeaderValue::from_str(content_type)
                .map_err(|_| not_encodable("its content type cannot stand in a header"))?,
            content: Content::Stream(Arc::new(Mutex::new(Some(body)))),
            secrets: Vec::new(),
        })
    }

    pub fn is_repeatable(&self) -> bool {
        matches!(self.content, Content::Bytes(_))
    }

    /// The body for one attempt; none when it has been sent and cannot be sent again.
    pub fn for_attempt(&self) -> Option<reqwest::Body> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.clone().into()),
            Content::Stream(body) => body.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }

    /// An object of scalars and lists of scalars as `application/x-www-form-urlencoded`: null is
    /// left out, a list repeats its name.
    pub fn form<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let (value, secrets) = noting_secrets(|| serde_json::to_value(value));
        let value = value.map_err(not_encodable)?;
        let Value::Object(fields) = value else {
            return Err(not_encodable("a form is made of named fields"));
        };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &fields {
            let values = match value {
                Value::Array(values) => values.as_slice(),
                scalar => std::slice::from_ref(scalar),
            };
            for value in values {
                match value {
                    Value::Null => {}
                    Value::String(text) => drop(form.append_pair(name, text)),
                    Value::Bool(_) | Value::Number(_) => {
                        form.append_pair(name, &value.to_string());
                    }
                    Value::Array(_) | Value::Object(_) => {
                        return Err(not_encodable(format!("{name} is no scalar in a form")));
                    }
                }
            }
        }
        Ok(Self {
            content_type: HeaderValue::from_static("application/x-www-form-urlencoded"),
            content: Content::Bytes(form.finish().into()),
            secrets,
        })
    }
}

fn not_encodable(why: impl fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidRequest,
        format!("the body cannot be encoded: {why}"),
    )
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content_type = String::from_utf8_lossy(self.content_type.as_bytes());
        match &self.content {
            Content::Bytes(bytes) => write!(f, "{} bytes of {content_type}", bytes.len()),
            Content::Stream(_) => write!(f, "a stream of {content_type}"),
        }
    }
}

/// A stream of pieces as the body of a request.
struct StreamBody<S>(Pin<Box<S>>);

impl<S, E> http_body::Body for StreamBody<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    type Data = Bytes;
    type Error = E;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        self.0.as_mut().poll_next(cx).map_ok(Frame::data)
    }
}

/// Sets a header to a value given by the caller.
pub(crate) fn set_header(headers: &mut HeaderMap, name: &str, value: &str) -> Result<()> {
    // The value is not quoted: it may be secret.
    let invalid = |what: &str| {
        let message = format!("the {what} of header {name:?} cannot stand in HTTP");
        Error::new(ErrorKind::InvalidRequest, message)
    };
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("name"))?;
    let value = HeaderValue::from_str(value).map_err(|_| invalid("value"))?;
    headers.insert(key, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_flat_and_leaves_nulls_out() {
        let body = json!({"user": "a b&c", "n": 5, "on": true, "none": null, "tags": ["x", "y"]});
        let body = Body::form(&body).unwrap();
        let sent = body.for_attempt().unwrap();
        assert_eq!(
            sent.as_bytes().unwrap(),
            b"n=5&on=true&tags=x&tags=y&user=a+b%26c"
        );
        assert_eq!(body.content_type, "application/x-www-form-urlencoded");
    }

    #[test]
    fn what_no_form_can_hold_is_refused() {
        for body in [
            json!([1]),
            json!("a"),
            json!({"a": {"b": 1}}),
            json!({"a": [[1]]}),
        ] {
            assert_eq!(
                Body::form(&body).unwrap_err().kind(),
                ErrorKind::InvalidRequest
            );
        }
    }

    #[test]
    fn a_body_does_not_show_in_debug() {
        let body = Body::json(&json!({"password": "hunter2"})).unwrap();
        assert_eq!(format!("{body:?}"), "22 bytes of application/json");
    }

    #[test]
    fn what_may_be_repeated_is_idempotent_or_deduplicated() {
        for deduplicated in [true, false] {
            assert_eq!(Repeat::of(true, deduplicated), Repeat::Always);
        }
        assert_eq!(Repeat::of(false, true), Repeat::Deduplicated);
        assert_eq!(Repeat::of(false, false), Repeat::Unsafe);
    }

    #[test]
    fn a_header_that_would_break_out_is_refused_without_being_quoted() {
        let mut headers = HeaderMap::new();
        let error = set_header(&mut headers, "x-a", "hunter2\r\nevil: 1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!error.to_string().contains("hunter2"));
        set_header(&mut headers, "bad name", "1").unwrap_err();
        assert!(headers.is_empty());
    }
}
