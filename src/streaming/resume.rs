//! How does a download that broke off continue?

use std::time::Duration;

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
    pub fn after(
        &mut self,
        error: &Error,
        received: u64,
        total: Option<u64>,
        stall_limit: Option<Duration>,
    ) -> Option<Resumed> {
        let has_rest = total.is_none_or(|total| received < total);
        let version = self.version.as_deref()?;
        let (before, attempts) = self.last;
        let attempts = if received > before { 1 } else { attempts + 1 };
        self.last = (received, attempts);
        if !error.is_retryable() || !has_rest || attempts > ATTEMPTS {
            return None;
        }
        if received == 0 {
            return Some((self.reopen)(&[], stall_limit));
        }
        let range = format!("bytes={received}-");
        let headers = [("range", &*range), ("if-range", version)];
        Some((self.reopen)(&headers, stall_limit))
    }

    /// Returns the body of a response and the length of the whole content, if it is the rest of the same
    /// version.
    pub fn body(
        &self,
        response: Result<StreamedResponse>,
        received: u64,
        total: Option<u64>,
    ) -> Option<(BodyStream, Option<u64>)> {
        let response = response.ok()?;
        let version = version(&response.headers);
        let total = match response.status {
            StatusCode::OK if received == 0 && version == self.version => total,
            // The time of the last change may be missing from a part.
            StatusCode::PARTIAL_CONTENT if version.is_none() || version == self.version => {
                let range = text(&response.headers, header::CONTENT_RANGE)?;
                Some(total_of(range, received, total)?)
            }
            _ => return None,
        };
        Some((response.body, total))
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

/// Returns the length of the whole content from a `Content-Range`, such as `bytes 42-99/100`, if the range
/// is all that is missing.
fn total_of(range: &str, received: u64, known: Option<u64>) -> Option<u64> {
    let (range, length) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (begin, end) = range.split_once('-')?;
    // An unknown length is written as `*`.
    let length = length.parse().ok().or(known)?;
    let end: u64 = end.parse().ok()?;
    let is_rest = begin.parse() == Ok(received)
        && end.checked_add(1) == Some(length)
        && known.is_none_or(|known| known == length);
    is_rest.then_some(length)
}
