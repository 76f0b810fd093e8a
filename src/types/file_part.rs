//! Files in a multipart form.

use std::cell::RefCell;
use std::fmt;

use bytes::Bytes;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::codec::noted::{Notes, note};

/// A file in a multipart form (RFC 7578): its content, its name, and its media type.
///
/// The content is in memory, so that the request can be sent again. A form that holds a file can only
/// be sent as the body of an operation, and is not read.
///
/// ```
/// use zenml::types::FilePart;
///
/// let file = FilePart::new("figures.csv", "a,b\n1,2\n").content_type("text/csv");
/// assert_eq!(format!("{file:?}"), r#"FilePart("figures.csv", "text/csv", 8 bytes)"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FilePart {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) content: Bytes,
}

impl FilePart {
    /// Creates a file with this name and content, of the media type `application/octet-stream`.
    #[must_use]
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            content_type: "application/octet-stream".to_owned(),
            content: content.into(),
        }
    }

    /// Sets the media type.
    ///
    /// A media type with characters that a header cannot carry makes the call fail with
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest).
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }
}

impl fmt::Debug for FilePart {
    /// Shows the size of the content instead of the content, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FilePart")
            .field(&self.name)
            .field(&self.content_type)
            .field(&format_args!("{} bytes", self.content.len()))
            .finish()
    }
}

/// The member that stands for a file among the values of a form; its value is the file's place.
pub(crate) const FILE: &str = "zenml::FilePart";

thread_local! {
    /// The files of a form, which are written as their places.
    pub(crate) static FILES: Notes<FilePart> = const { RefCell::new(None) };
}

impl Serialize for FilePart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = note(&FILES, || self.clone())
            .ok_or_else(|| ser::Error::custom("a file can only be sent in a multipart form"))?;
        serializer.collect_map([(FILE, place)])
    }
}

impl<'de> Deserialize<'de> for FilePart {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom("a file is only sent, never received"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_outside_a_multipart_form_is_an_error() {
        let error = serde_json::to_string(&FilePart::new("a.txt", "x")).unwrap_err();
        assert!(error.to_string().contains("multipart"), "{error}");
        serde_json::from_str::<FilePart>(r#""x""#).unwrap_err();
    }

    #[test]
    fn the_content_does_not_show_in_debug() {
        let shown = format!("{:?}", FilePart::new("a.txt", "hunter2"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
