//! How is the body of a request encoded?

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::HeaderValue;
use http_body::Frame;
use serde_core::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::multipart;
use crate::codec::finite;
use crate::codec::noted::noting;
use crate::codec::raw_text::shallow;
use crate::types::file_part::FILES;
use crate::types::json::parse;
use crate::types::secret::SECRETS;
use crate::{Error, ErrorKind, Result, Secret};

/// Encoded body. `Debug` does not show its content.
#[derive(Clone)]
pub(crate) struct Body {
    pub content_type: HeaderValue,
    content: Content,
    /// Secrets in the content, to redact from errors.
    pub secrets: Vec<Secret>,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    /// Can be sent only once.
    Stream(Arc<Mutex<Option<reqwest::Body>>>),
}

impl Body {
    /// Encodes a value as JSON.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let (bytes, secrets) = noting(&SECRETS, || finite::to_vec(value));
        let bytes = bytes.map_err(not_encodable)?;
        Ok(Self {
            content_type: HeaderValue::from_static("application/json"),
            content: Content::Bytes(bytes.into()),
            secrets,
        })
    }

    /// Creates a body from a stream of pieces. It cannot be sent again.
    pub fn stream<S, E>(content_type: &str, stream: S) -> Result<Self>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Sync + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let body = reqwest::Body::wrap(StreamBody(Box::pin(stream)));
        Ok(Self {
            content_type: HeaderValue::from_str(content_type).map_err(|_| {
                not_encodable("the content type contains characters that HTTP forbids")
            })?,
            content: Content::Stream(Arc::new(Mutex::new(Some(body)))),
            secrets: Vec::new(),
        })
    }

    /// Returns the content as JSON, or `None` if it cannot be read as JSON. Numbers that are larger than
    /// every float are strings, and values that are nested too deeply are `true`. A stream is null.
    pub fn to_json(&self) -> Option<Value> {
        match &self.content {
            Content::Bytes(bytes) => {
                let text = std::str::from_utf8(bytes).ok()?;
                parse(text).or_else(|_| parse(&shallow(text))).ok()
            }
            Content::Stream(_) => Some(Value::Null),
        }
    }

    /// Returns the content, unless it is a stream.
    #[cfg(feature = "mock")]
    pub fn content(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Stream(_) => None,
        }
    }

    /// Returns whether the body can be sent more than once.
    pub fn can_resend(&self) -> bool {
        matches!(self.content, Content::Bytes(_))
    }

    /// Returns the body for one attempt, or `None` if it has been sent and cannot be sent again.
    pub fn for_attempt(&self) -> Option<reqwest::Body> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.clone().into()),
            Content::Stream(body) => body.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }

    /// Encodes an object of scalars and lists of scalars as `application/x-www-form-urlencoded`. Nulls
    /// are left out. A list becomes one field for each element.
    pub fn form<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let (form, secrets) = noting(&SECRETS, || finite::to_vec(value));
        let fields = fields(form)?;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            let text = multipart::scalar(&value).ok_or_else(|| {
                not_encodable(format!("{name} is not a scalar, which a form requires"))
            })?;
            form.append_pair(&name, &text);
        }
        Ok(Self {
            content_type: HeaderValue::from_static("application/x-www-form-urlencoded"),
            content: Content::Bytes(form.finish().into()),
            secrets,
        })
    }

    /// Encodes an object of scalars, files and lists of them as `multipart/form-data`.
    pub fn multipart<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let ((form, files), secrets) =
            noting(&SECRETS, || noting(&FILES, || finite::to_vec(value)));
        let (content_type, content) =
            multipart::encode(fields(form)?, &files).map_err(not_encodable)?;
        Ok(Self {
            content_type,
            content: Content::Bytes(content.into()),
            secrets,
        })
    }
}

/// Returns the fields of a form with their values as JSON text, which keeps all digits of a number.
/// Nulls are left out, and a list is one field for each element.
fn fields(form: serde_json::Result<Vec<u8>>) -> Result<Vec<(String, Box<RawValue>)>> {
    let form = form.map_err(not_encodable)?;
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(&form)
        .map_err(|_| not_encodable("a form consists of named fields"))?;
    let mut fields = Vec::new();
    for (name, value) in members {
        match serde_json::from_str::<Option<Vec<Box<RawValue>>>>(value.get()) {
            Ok(values) => {
                let values = values.unwrap_or_default().into_iter();
                fields.extend(values.map(|value| (name.clone(), value)));
            }
            Err(_) => fields.push((name, value)),
        }
    }
    Ok(fields)
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

/// Request body of a stream of pieces.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::types::FilePart;

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
    fn nested_values_and_lists_are_an_error_in_a_form() {
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
    fn numbers_keep_all_their_digits_in_a_form() {
        let json = |text: &str| text.parse::<crate::Json>().unwrap();
        let large = vec![json("1180591620717411303424"), json("1e400")];
        let fields = BTreeMap::from([("n", large), ("x", vec![json("0.1")])]);
        let body = Body::form(&fields).unwrap();
        let sent = body.for_attempt().unwrap();
        let expected = b"n=1180591620717411303424&n=1e400&x=0.1";
        assert_eq!(sent.as_bytes().unwrap(), expected);
        let body = Body::multipart(&BTreeMap::from([("n", u128::MAX)])).unwrap();
        let sent = body.for_attempt().unwrap();
        let text = String::from_utf8_lossy(sent.as_bytes().unwrap()).into_owned();
        assert!(text.contains(&u128::MAX.to_string()), "{text}");
    }

    #[test]
    fn nan_and_infinity_are_an_error_in_every_body() {
        for float in [f64::NAN, f64::INFINITY] {
            let fields = std::collections::BTreeMap::from([("rate", float)]);
            for body in [Body::json(&fields), Body::form(&fields)] {
                let error = body.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidRequest);
                assert!(error.message().contains("NaN and infinity"), "{error}");
            }
        }
    }

    #[test]
    fn a_multipart_form_has_files_and_lists_of_them() {
        #[derive(serde::Serialize)]
        struct Upload {
            files: Vec<FilePart>,
            purpose: Option<&'static str>,
        }
        let upload = Upload {
            files: ["a", "b"].map(|name| FilePart::new(name, name)).into(),
            purpose: None,
        };
        let body = Body::multipart(&upload).unwrap();
        let sent = body.for_attempt().unwrap();
        let text = String::from_utf8_lossy(sent.as_bytes().unwrap()).into_owned();
        assert_eq!(text.matches("name=\"files\"; filename=").count(), 2);
        assert!(!text.contains("purpose"), "{text}");
        Body::json(&upload).unwrap_err();
    }

    #[test]
    fn a_body_does_not_show_in_debug() {
        let body = Body::json(&json!({"password": "hunter2"})).unwrap();
        assert_eq!(format!("{body:?}"), "22 bytes of application/json");
    }
}
