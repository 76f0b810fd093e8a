//! How does a download that broke off continue?

use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::streaming::reopen::{Opening, Reopen};
use crate::transport::body_stream::BodyStream;
use crate::transport::call_response::StreamedResponse;
use crate::{Error, Result};

/// The number of attempts in a row that may bring nothing.
const ATTEMPTS: u32 = 5;

/// The response with the rest of a download.
pub(crate) type Resumed = Opening;

/// The way to request the rest of a download.
pub(crate) struct Resume {
    reopen: Reopen,
    /// The version of the content. Without one, the rest might be that of another version.
    version: Option<String>,
    /// The number of bytes at the last attempt, and the attempts since they arrived.
    last: (u64, u32),
}

impl Resume {
    pub fn new(response: &StreamedResponse, reopen: Reopen) -> Self {
        let whole = response.status == StatusCode::OK;
        Self {
            reopen,
            version: whole.then(|| version(&response.headers)).flatten(),
            last: (0, 0),
        }
    }

    /// Requests the rest after an error, if that may help.
    pub fn after(&mut self, error: &Error, received: u64) -> Option<Resumed> {
        let version = self.version.as_deref()?;
        let (before, attempts) = self.last;
        let attempts = if received > before { 1 } else { attempts + 1 };
        self.last = (received, attempts);
        if !error.is_retryable() || attempts > ATTEMPTS {
            return None;
        }
        if received == 0 {
            return Some((self.reopen)(&[]));
        }
        let range = format!("bytes={received}-");
        Some((self.reopen)(&[("range", &range), ("if-range", version)]))
    }

    /// Returns the body of a response, if it is the rest of the same version.
    pub fn body(
        &self,
        response: Result<StreamedResponse>,
        received: u64,
        total: Option<u64>,
    ) -> Option<BodyStream> {
        let response = response.ok()?;
        let version = version(&response.headers);
        let is_rest = match response.status {
            StatusCode::OK => received == 0 && version == self.version,
            StatusCode::PARTIAL_CONTENT => {
                let range = text(&response.headers, header::CONTENT_RANGE);
                // The time of the last change may be missing from a part.
                (version.is_none() || version == self.version)
                    && range.is_some_and(|range| begins_at(range, received, total))
            }
            _ => false,
        };
        is_rest.then_some(response.body)
    }
}

/// Returns the version of the content: its strong entity tag, or else the time of its last change.
fn version(headers: &HeaderMap) -> Option<String> {
    let tag = text(headers, header::ETAG).filter(|tag| !tag.starts_with("W/"));
    let version = tag.or_else(|| text(headers, header::LAST_MODIFIED));
    version.map(str::to_owned)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Returns whether a `Content-Range`, such as `bytes 42-99/100`, begins at this byte and belongs to a
/// content of this length.
fn begins_at(range: &str, first: u64, total: Option<u64>) -> bool {
    let parts = || {
        let (range, length) = range.strip_prefix("bytes ")?.split_once('/')?;
        let (begin, end) = range.split_once('-')?;
        let end: u64 = end.parse().ok()?;
        let is_total = match (length.parse::<u64>(), total) {
            (Ok(length), Some(total)) => length == total && end + 1 == total,
            // An unknown length is written as `*`.
            (Ok(length), None) => end + 1 == length,
            (Err(_), _) => total.is_none_or(|total| end + 1 == total),
        };
        Some(begin.parse() == Ok(first) && is_total)
    };
    parts().unwrap_or(false)
}
