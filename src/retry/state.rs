//! May another attempt follow the failed ones?

use std::time::{Duration, Instant};

use super::attempt_error::AttemptError;
use super::idempotency::Idempotency;
use super::policy::RetryPolicy;
use crate::{Error, ErrorKind};

/// Time after the first attempt in which another one may start: the server remembers an idempotency
/// key for 300 s (`request_cache_timeout` in `config/server_config.py` of ZenML 0.98.0), and the
/// attempt takes some time to reach it.
const KEY_LIFETIME: Duration = Duration::from_secs(285);

/// Failed attempts of one call.
#[derive(Debug, Default)]
pub(crate) struct RetryState {
    pub retries: u32,
    /// Number of attempts without a connection.
    connect_failures: u32,
    /// Start of the first attempt that the server may have carried out.
    unknown_since: Option<Instant>,
}

impl RetryState {
    /// Returns whether the server may have carried out one of the attempts.
    pub fn has_unknown_effect(&self) -> bool {
        self.unknown_since.is_some()
    }

    /// Records an attempt that failed.
    pub fn record(&mut self, started: Instant, error: &Error) {
        self.connect_failures += u32::from(error.kind() == ErrorKind::Connect);
        if is_in_progress(error) {
            // The response shows that the server still remembers the key.
            self.unknown_since = Some(started);
        } else if may_have_had_an_effect(error) {
            self.unknown_since.get_or_insert(started);
        }
    }

    /// Returns the delay before the next attempt, or `None` if there must not be one.
    pub fn delay(
        &self,
        failed: &AttemptError,
        idempotency: Idempotency,
        policy: &RetryPolicy,
        now: Instant,
        jitter: f64,
    ) -> Option<Duration> {
        if !failed.error.is_retryable()
            || self.retries >= policy.max_retries
            || self.connect_failures > policy.max_connect_retries
            || policy.exceeds_max_retry_after(failed.retry_after)
        {
            return None;
        }
        // A server that restarts refuses connections for some seconds. Few attempts must outlast that.
        let jitter = match failed.error.kind() {
            ErrorKind::Connect => jitter.midpoint(1.0),
            _ => jitter,
        };
        let delay = policy.delay(self.retries, failed.retry_after, jitter);
        let then = now.checked_add(delay)?;
        self.may_retry(idempotency, policy, then).then_some(delay)
    }

    /// Returns whether an attempt may start at this time: the server cannot carry out the call twice
    /// then, or the policy allows it.
    pub fn may_retry(&self, idempotency: Idempotency, policy: &RetryPolicy, at: Instant) -> bool {
        let is_safe = match (idempotency, self.unknown_since) {
            (Idempotency::Idempotent, _) | (_, None) => true,
            (Idempotency::ByKey, Some(since)) => at < since + KEY_LIFETIME,
            (Idempotency::NonIdempotent, Some(_)) => false,
        };
        is_safe || policy.retry_non_idempotent
    }
}

/// Returns whether the server may have carried out the request.
///
/// It has not without a connection, nor if it rejects the request at once (429) or did not receive it
/// completely (408). A proxy also sends 502, 503 and 504 if the server fails while it carries out the
/// request.
fn may_have_had_an_effect(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Timeout => error.status().is_none(),
        ErrorKind::Interrupted | ErrorKind::Unavailable => true,
        _ => false,
    }
}

/// Returns whether this is the response to a retry while the server carries out an earlier attempt
/// (`zen_server/request_management.py`).
pub(crate) fn is_in_progress(error: &Error) -> bool {
    error.kind() == ErrorKind::RateLimited && error.message().starts_with("Server too busy")
}

#[cfg(test)]
mod tests;
