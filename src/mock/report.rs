//! What does a failed test print?

use std::panic::Location;

use super::difference::Difference;
use super::received::Received;
use super::text::request_line;
use crate::Secret;
use crate::error::redact::redact;

/// Returns a text without secrets.
pub(super) fn without<'s>(text: &str, secrets: impl Iterator<Item = &'s Secret>) -> String {
    redact(text, secrets).into_owned()
}

/// Writes a received request in one line.
pub(super) fn received(received: &Received) -> String {
    let query = received.query.iter();
    let query = query.map(|(name, value)| (name.as_str(), value.as_str()));
    request_line(&received.method, &received.path, query)
}

/// An expectation in a report.
pub(super) struct Expected<'a> {
    pub request: String,
    pub place: &'a Location<'a>,
}

impl Expected<'_> {
    fn line(&self) -> String {
        format!("{} ({})", self.request, self.place)
    }
}

/// Describes a request that no expectation matches, and the nearest one.
pub(super) fn unexpected(
    received: &str,
    nearest: Option<(&Expected<'_>, &[Difference])>,
) -> String {
    let mut text = format!("unexpected request: {received}");
    match nearest {
        Some((expected, differences)) => {
            text.push_str(&format!("\n  nearest expectation: {}", expected.line()));
            for difference in differences {
                text.push_str(&format!("\n    {}", difference.text));
            }
        }
        None => text.push_str("\n  nothing is expected"),
    }
    text
}

/// Describes a request that was expected, but not as often.
pub(super) fn too_many(received: &str, expected: &Expected<'_>, times: &str) -> String {
    format!(
        "unexpected request: {received}\n  expected {times}, and this is one more: {}",
        expected.line()
    )
}

/// Describes a request that the API does not allow.
pub(super) fn wrong(received: &str, why: &str) -> String {
    format!("wrong request: {received}\n  {why}")
}

/// Describes an expectation that was not met.
pub(super) fn unmet(expected: &Expected<'_>, times: &str, calls: usize) -> String {
    format!("expected {times}, got {calls}: {}", expected.line())
}

/// Describes an expectation without a response.
pub(super) fn without_response(received: &str, expected: &Expected<'_>) -> String {
    format!(
        "no response to send: {received}\n  call `returns` of the expectation: {}",
        expected.line()
    )
}
