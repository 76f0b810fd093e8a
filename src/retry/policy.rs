//! When and how soon is a failed attempt retried?

use std::time::Duration;

/// Retry settings of a client or a call.
///
/// An attempt is retried if there was no connection, if it timed out or was cut off, or if its status
/// is 408, 429, 502, 503 or 504. The method of the request decides whether such a retry is safe:
///
/// - `GET`, `PUT` and `DELETE` requests are idempotent and are retried. The rotation of a key is an
///   exception, and is treated like `PATCH`.
/// - `POST` requests of the Workspace API carry the same `Idempotency-Key` in all attempts of a call.
///   The server remembers a key for five minutes, and carries out the request once. Retries end before
///   it forgets the key. Requests without credentials, such as a login, and the events of runs and
///   webhooks carry none. Servers older than ZenML 0.83.1 ignore the key
///   (`zen_server/request_management.py`): use [`never`](Self::never) there for requests that must not
///   be carried out twice.
/// - `PATCH` requests, and `POST` requests of the Pro API, are retried only if the server cannot have
///   carried them out: after a failed connection, or a response with 408 or 429.
///   [`retry_non_idempotent`](Self::retry_non_idempotent) removes that limit.
///
/// The delay before a retry is random, between zero and a maximum. The maximum starts at `base_delay`
/// and doubles with each retry, up to `max_delay`. After a failed connection, the delay is at least half
/// of the maximum. It is never shorter than the server asks for with `Retry-After`.
///
/// Defaults to 10 retries, at most 5 of them after failed connections, with a base delay of 1 second
/// and a maximum delay of 120 seconds. The official Python client is as patient
/// (`zen_stores/rest_zen_store.py` in ZenML 0.98.0).
///
/// ```
/// use std::time::Duration;
/// use zenml::{RetryPolicy, WorkspaceClient};
///
/// let client = WorkspaceClient::builder("https://zenml.example.com")
///     .retry(RetryPolicy::default().max_retries(3).max_delay(Duration::from_secs(5)))
///     .build()?;
/// # Ok::<(), zenml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) max_retries: u32,
    base_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    pub(crate) max_connect_retries: u32,
    pub(crate) retry_non_idempotent: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 10,
            base_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(120),
            max_retry_after: Duration::from_secs(120),
            max_connect_retries: 5,
            retry_non_idempotent: false,
        }
    }
}

impl RetryPolicy {
    /// Creates a policy without retries. A rejected access token is still renewed once.
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets the maximum number of retries of a call. Defaults to 10.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the maximum delay before the first retry. The maximum doubles with each further retry.
    /// Defaults to 1 second.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the maximum delay before any retry. Defaults to 120 seconds.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets the maximum number of retries after failed connections. Defaults to 5, as for the official
    /// client. The default delays then add up to 15.5 to 31 seconds, so a call outlasts the restart of a
    /// server.
    pub fn max_connect_retries(mut self, retries: u32) -> Self {
        self.max_connect_retries = retries;
        self
    }

    /// Sets the maximum `Retry-After`. If the server asks for a longer delay, the call ends at once, and
    /// its error says how long to wait. Defaults to 120 seconds.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// Sets whether to retry requests that the server may then carry out twice: `PATCH` requests, and
    /// `POST` requests without a valid `Idempotency-Key`. Defaults to `false`.
    pub fn retry_non_idempotent(mut self, retry: bool) -> Self {
        self.retry_non_idempotent = retry;
        self
    }

    /// Returns whether the server asks for a delay longer than the maximum.
    pub(crate) fn exceeds_max_retry_after(&self, retry_after: Option<Duration>) -> bool {
        retry_after.is_some_and(|wait| wait > self.max_retry_after)
    }

    /// Returns the delay before a retry, counted from 0. `jitter` is a fraction from 0 to 1.
    pub(crate) fn delay(&self, retry: u32, retry_after: Option<Duration>, jitter: f64) -> Duration {
        let doubled = 2_u32.checked_pow(retry).unwrap_or(u32::MAX);
        let ceiling = self.base_delay.saturating_mul(doubled).min(self.max_delay);
        let backoff = ceiling.as_secs_f64() * jitter.clamp(0.0, 1.0);
        let backoff = Duration::try_from_secs_f64(backoff).unwrap_or(ceiling);
        backoff.max(retry_after.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_its_maximum_and_is_random_below() {
        let policy = RetryPolicy::default();
        let seconds = |retry, jitter| policy.delay(retry, None, jitter).as_secs_f64();
        assert_eq!(seconds(0, 1.0), 1.0);
        assert_eq!(seconds(3, 1.0), 8.0);
        assert_eq!(seconds(3, 0.25), 2.0);
        assert_eq!(seconds(3, 0.0), 0.0);
        assert_eq!(seconds(10, 1.0), 120.0);
        assert_eq!(seconds(u32::MAX, 1.0), 120.0);
    }

    #[test]
    fn retry_after_is_a_lower_limit() {
        let policy = RetryPolicy::default();
        let wait = |asked, jitter| {
            let asked = Some(Duration::from_secs(asked));
            policy.delay(2, asked, jitter).as_secs()
        };
        assert_eq!(wait(3, 0.0), 3);
        assert_eq!(wait(3, 1.0), 4);
        assert_eq!(wait(120, 1.0), 120);
    }

    #[test]
    fn a_longer_retry_after_exceeds_the_maximum() {
        let policy = RetryPolicy::default();
        assert!(policy.exceeds_max_retry_after(Some(Duration::from_secs(121))));
        assert!(!policy.exceeds_max_retry_after(Some(Duration::from_secs(120))));
        assert!(!policy.exceeds_max_retry_after(None));
    }

    #[test]
    fn extreme_settings_do_not_panic() {
        let policy = RetryPolicy::default()
            .base_delay(Duration::MAX)
            .max_delay(Duration::MAX)
            .max_retry_after(Duration::MAX);
        assert!(policy.delay(3, Some(Duration::MAX), 1.0) >= Duration::from_secs(u64::MAX - 1));
        assert_eq!(policy.delay(0, None, f64::NAN), Duration::MAX);
    }
}
