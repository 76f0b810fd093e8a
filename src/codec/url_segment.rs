//! How is text written in the path of a URL?

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that are encoded in a path segment: all but the unreserved ones of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Appends a text to a segment of a path.
pub(crate) fn push_segment(segment: &mut String, text: String) {
    let encoded = url_segment(&text);
    // The usual text is the whole segment, and is not copied.
    if segment.is_empty() && encoded == text {
        *segment = text;
    } else {
        segment.push_str(&encoded);
    }
}

/// Returns a text as one segment of a path.
pub(crate) fn url_segment(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, SEGMENT).into()
}
