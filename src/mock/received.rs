//! What is a request that the mock server has received?

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;

use crate::transport::request::REQUEST_ID;
use crate::types::json::parse;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub method: Method,
    /// Encoded, as it was sent.
    pub path: String,
    /// In the order in which they were sent.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    /// Empty until it has been read.
    pub body: Bytes,
}

/// The header of clients that share the clock of the server.
pub(super) const SHARES_CLOCK: http::HeaderName =
    http::HeaderName::from_static("x-mock-shares-clock");

/// The headers that say where a response shall continue.
pub(super) const POSITION: [&str; 3] = ["last-event-id", "range", "if-range"];

impl Received {
    pub fn new(head: Parts) -> Self {
        let query = head.uri.query().unwrap_or_default();
        Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: head.headers,
            body: Bytes::new(),
        }
    }

    pub fn header(&self, name: &http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the values of a query parameter.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let query = self.query.iter();
        query
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the number that a query parameter has.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.values(name).next()?.parse().ok()
    }

    /// Returns the decoded segments of the path.
    pub fn segments(&self) -> impl Iterator<Item = String> {
        segments(&self.path)
    }

    /// Returns the body as JSON, or null if it is not JSON.
    pub fn json(&self) -> Value {
        let text = std::str::from_utf8(&self.body).ok();
        text.and_then(|text| parse(text).ok()).unwrap_or_default()
    }

    /// Returns the id that all attempts of a call have.
    pub fn call_id(&self) -> Option<&str> {
        self.header(&REQUEST_ID)
    }

    /// Returns whether the request continues a response that broke off.
    pub fn continues_a_response(&self) -> bool {
        POSITION.iter().any(|name| self.headers.contains_key(*name))
    }

    /// Returns whether the client shares the clock of the server.
    pub fn shares_clock(&self) -> bool {
        self.headers.contains_key(SHARES_CLOCK)
    }
}

/// Returns the decoded segments of an encoded path.
pub(super) fn segments(path: &str) -> impl Iterator<Item = String> {
    let segments = path.strip_prefix('/').unwrap_or(path).split('/');
    segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
}
