//! What can go wrong before the response?

use std::time::Duration;

/// A fault of the server or of the connection, for [`Expectation::fault`](super::Expectation::fault).
///
/// A fault replaces the response of one attempt. As with a real server, the client retries if that is
/// safe. Its next attempt gets the next fault or the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The server limits the rate of requests: status 429, with `Retry-After` in whole seconds.
    TooManyRequests {
        /// The time to wait before the next attempt.
        retry_after: Duration,
    },
    /// The server is unavailable: status 503.
    Unavailable,
    /// The connection is reset before the body of the request has been read.
    ResetBefore,
    /// The connection is reset after the request has been read: the server has carried it out, and the
    /// response is lost.
    ResetAfter,
    /// The access token has expired: status 401. Other tokens that were issued before expire too.
    ExpiredToken,
    /// The response is sent, with a pause in the middle of its body.
    SlowBody {
        /// The length of the pause.
        pause: Duration,
    },
    /// The connection breaks in the middle of the body of the response.
    CutBody,
}
