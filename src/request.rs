use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde_json::Value;

use crate::{Error, ErrorKind, Result, Secret};

/// Everything that the transport has to know of a call.
pub(crate) struct Request {
    /// `list_stacks`, or verb and path of a call that the document lacks.
    pub operation: Cow<'static, str>,
    pub method: Method,
    /// Percent-encoded, with a slash in front.
    pub path: String,
    pub query: Query,
    pub headers: HeaderMap,
    pub body: Option<Body>,
    /// What must not come back in an error.
    pub secrets: Vec<Secret>,
    /// Whether the server carries it out once only, however often it comes with the same
    /// `Idempotency-Key`.
    pub deduplicated: bool,
    pub authenticated: bool,
}

/// Names and values, in the order they are sent.
pub(crate) type Query = Vec<(Cow<'static, str>, String)>;

/// An encoded body. `Debug` shows none of it.
#[derive(Clone)]
pub(crate) struct Body {
    pub content_type: &'static str,
    pub bytes: Bytes,
}

impl Body {
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let bytes = serde_json::to_vec(value).map_err(not_encodable)?;
        Ok(Self {
            content_type: "application/json",
            bytes: bytes.into(),
        })
    }

    /// An object of scalars and lists of scalars as `application/x-www-form-urlencoded`: null is
    /// left out, a list repeats its name.
    pub fn form<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let value = serde_json::to_value(value).map_err(not_encodable)?;
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
            content_type: "application/x-www-form-urlencoded",
            bytes: form.finish().into(),
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
        write!(f, "{} bytes of {}", self.bytes.len(), self.content_type)
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
        assert_eq!(body.bytes, "n=5&on=true&tags=x&tags=y&user=a+b%26c");
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
    fn a_header_that_would_break_out_is_refused_without_being_quoted() {
        let mut headers = HeaderMap::new();
        let error = set_header(&mut headers, "x-a", "hunter2\r\nevil: 1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!error.to_string().contains("hunter2"));
        set_header(&mut headers, "bad name", "1").unwrap_err();
        assert!(headers.is_empty());
    }
}
