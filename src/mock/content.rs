//! What is the content of a body, as it is compared?

use bytes::Bytes;
use http::header;
use serde_json::Value;
use url::form_urlencoded;

use super::received::Received;
use crate::transport::body::Body;

/// The content of a body.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    Json(Value),
    /// Names and values, in order of the names.
    Form(Vec<(String, String)>),
    Bytes(Bytes),
}

impl Content {
    pub fn of_body(body: &Body) -> Option<Self> {
        let content = body.content()?;
        let media_type = body.content_type.to_str().unwrap_or_default();
        Some(Self::new(media_type, content, || {
            body.to_json().unwrap_or_default()
        }))
    }

    pub fn of_received(received: &Received) -> Self {
        let media_type = received.header(&header::CONTENT_TYPE).unwrap_or_default();
        Self::new(media_type, &received.body, || received.json())
    }

    fn new(media_type: &str, content: &Bytes, json: impl FnOnce() -> Value) -> Self {
        match media_type.split_once(';').unwrap_or((media_type, "")) {
            ("application/json", _) => Self::Json(json()),
            ("application/x-www-form-urlencoded", _) => {
                let mut fields: Vec<_> = form_urlencoded::parse(content).into_owned().collect();
                fields.sort();
                Self::Form(fields)
            }
            // The boundary is another one in each request.
            ("multipart/form-data", parameters) => {
                let boundary = parameters.trim().trim_start_matches("boundary=");
                let text = String::from_utf8_lossy(content);
                Self::Bytes(text.replace(boundary, "").into())
            }
            _ => Self::Bytes(content.clone()),
        }
    }
}
