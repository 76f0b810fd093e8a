//! What does the mock server send?

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_core::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::events::Events;

/// A response in all detail, for [`Expectation::replies`](super::Expectation::replies).
///
/// ```
/// use zenml::StatusCode;
/// use zenml::mock::Reply;
///
/// let newer = Reply::json(&serde_json::json!({"id": 5, "new": true}));
/// let odd = Reply::text("I'm a teapot").status(StatusCode::IM_A_TEAPOT);
/// let gone = Reply::error(StatusCode::GONE, "KeyError", "the run was deleted");
/// ```
#[derive(Clone)]
pub struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) content: Content,
}

/// The body of a response.
#[derive(Clone)]
pub(super) enum Content {
    Whole(Bytes),
    /// The items of a list without pages.
    Items(Vec<Box<RawValue>>),
    /// The items of a list of pages.
    Pages(Vec<Box<RawValue>>),
    Events(Events),
    /// None: the connection is reset.
    Reset,
}

impl Reply {
    fn new(media_type: &'static str, content: Content) -> Self {
        let media_type = HeaderValue::from_static(media_type);
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, media_type)]),
            content,
        }
    }

    /// Creates a response with a JSON body.
    ///
    /// # Panics
    /// If the value cannot be encoded.
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::new("application/json", Content::Whole(encoded(value).into()))
    }

    /// Creates a response with a text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = Bytes::from(text.into());
        Self::new("text/plain; charset=utf-8", Content::Whole(text))
    }

    /// Creates a response with a file.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new("application/octet-stream", Content::Whole(bytes.into()))
    }

    /// Creates a stream of server-sent events.
    pub fn events(events: Events) -> Self {
        Self::new("text/event-stream", Content::Events(events))
    }

    /// Creates an error as ZenML servers send it, with the class of the exception and its message. The
    /// status decides the [`ErrorKind`](crate::ErrorKind).
    pub fn error(status: StatusCode, exception: &str, message: &str) -> Self {
        Self::json(&json!({ "detail": [exception, message] })).status(status)
    }

    /// Creates a response that never comes: the connection is reset.
    pub(super) fn reset() -> Self {
        Self::new("", Content::Reset)
    }

    /// Creates a page of a list. A complete list is divided into the pages that requests ask for.
    #[allow(dead_code, reason = "not every document has such lists")]
    #[track_caller]
    pub(super) fn page<T: Serialize>(page: &crate::Page<T>) -> Self {
        let is_complete = page.index == 1
            && page.total_pages <= 1
            && page.total == (page.items.len() + page.rejected.len()) as u64;
        let text = encoded(page);
        let reply = Self::new("application/json", Content::Whole(text.clone().into()));
        match serde_json::from_str::<crate::Page<Box<RawValue>>>(&text) {
            Ok(page) if is_complete && page.unknown_fields.is_empty() => Self {
                content: Content::Pages(page.items),
                ..reply
            },
            _ => reply,
        }
    }

    /// Creates a list without pages.
    #[allow(dead_code, reason = "not every document has such lists")]
    #[track_caller]
    pub(super) fn list<T: Serialize>(list: &crate::List<T>) -> Self {
        let text = encoded(list);
        let items = serde_json::from_str(&text).unwrap_or_default();
        Self::new("application/json", Content::Items(items))
    }

    /// Sets the status. Defaults to 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Sets a header and replaces its previous value.
    ///
    /// # Panics
    /// If HTTP forbids the name or the value.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let header = (HeaderName::try_from(name), HeaderValue::try_from(value));
        let (Ok(name), Ok(value)) = header else {
            panic!("HTTP forbids the header {name:?} or its value");
        };
        self.headers.insert(name, value);
        self
    }
}

/// Encodes a value as JSON.
///
/// # Panics
/// If the value cannot be encoded.
#[track_caller]
pub(super) fn encoded<T: Serialize + ?Sized>(value: &T) -> String {
    match serde_json::to_string(value) {
        Ok(text) => text,
        Err(error) => panic!("the response cannot be encoded: {error}"),
    }
}

impl fmt::Debug for Reply {
    /// Leaves out the body, which may contain a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
