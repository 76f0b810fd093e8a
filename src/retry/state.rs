//! Whether a failed attempt may be repeated.

use std::time::{Duration, Instant};

use crate::transport::request::Repeat;
use crate::transport::sender::Failed;
use crate::{Error, ErrorKind, RetryPolicy};

/// How long the server remembers a call by its key (`request_cache_timeout` of
/// `config/server_config.py` in ZenML 0.98.0 is 300 s), less what the next attempt may be under way to
/// the server.
const REMEMBERED: Duration = Duration::from_secs(285);

/// What is known of a call's failed attempts.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub retries: u32,
    /// When the first attempt began of which nobody knows whether it was carried out.
    unknown_since: Option<Instant>,
}

impl History {
    /// The error that made an earlier attempt's effect unknown matters to later ones.
    pub fn has_unknown_effect(&self) -> bool {
        self.unknown_since.is_some()
    }

    /// Notes an attempt that failed.
    pub fn note(&mut self, begun: Instant, error: &Error) {
        if is_still_at_work(error) {
            // The server has just said that it remembers.
            self.unknown_since = Some(begun);
        } else if may_have_had_an_effect(error) {
            self.unknown_since.get_or_insert(begun);
        }
    }

    /// How long to wait before another attempt; none if there must not be one.
    pub fn delay(
        &self,
        failed: &Failed,
        repeat: Repeat,
        policy: &RetryPolicy,
        now: Instant,
        fraction: f64,
    ) -> Option<Duration> {
        if !failed.error.is_retryable() || self.retries >= policy.max_retries {
            return None;
        }
        let delay = policy.delay(self.retries, failed.retry_after, fraction);
        let then = now.checked_add(delay)?;
        self.may_repeat(repeat, policy, then).then_some(delay)
    }

    /// Whether an attempt that begins at that time cannot carry the call out twice, or may.
    pub fn may_repeat(&self, repeat: Repeat, policy: &RetryPolicy, at: Instant) -> bool {
        let is_safe = match (repeat, self.unknown_since) {
            (Repeat::Always, _) | (_, None) => true,
            (Repeat::Deduplicated, Some(since)) => at < since + REMEMBERED,
            (Repeat::Unsafe, Some(_)) => false,
        };
        is_safe || policy.repeat_unsafe
    }
}

/// Nothing has happened without a connection, nor when the server says that it would not (429), or
/// waited in vain for the request (408). Proxies answer 502, 503 and 504 also when the server
/// broke off while it was at work.
fn may_have_had_an_effect(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Timeout => error.status().is_none(),
        ErrorKind::Interrupted | ErrorKind::Unavailable => true,
        _ => false,
    }
}

/// The answer to a repeated call while its first attempt is being carried out
/// (`zen_server/request_management.py`).
pub(crate) fn is_still_at_work(error: &Error) -> bool {
    error.kind() == ErrorKind::RateLimited && error.message().starts_with("Server too busy")
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn status(status: u16, message: &str) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        Error::new(ErrorKind::of_status(status), message).with_status(status)
    }

    fn local(kind: ErrorKind) -> Error {
        Error::new(kind, "x")
    }

    fn is_repeated(repeat: Repeat, policy: &RetryPolicy, error: Error) -> bool {
        let now = Instant::now();
        let mut history = History::default();
        history.note(now, &error);
        let delay = history.delay(&error.into(), repeat, policy, now, 0.5);
        delay.is_some()
    }

    #[test]
    fn what_may_pass_is_repeated_where_twice_is_as_good_as_once() {
        let policy = RetryPolicy::default();
        for repeat in [Repeat::Always, Repeat::Deduplicated] {
            for passing in [408, 429, 502, 503, 504] {
                assert!(
                    is_repeated(repeat, &policy, status(passing, "x")),
                    "{passing}"
                );
            }
            for kind in [
                ErrorKind::Connect,
                ErrorKind::Timeout,
                ErrorKind::Interrupted,
            ] {
                assert!(is_repeated(repeat, &policy, local(kind)), "{kind:?}");
            }
            for lasting in [400, 401, 403, 404, 409, 413, 422, 500, 501] {
                assert!(
                    !is_repeated(repeat, &policy, status(lasting, "x")),
                    "{lasting}"
                );
            }
            assert!(!is_repeated(repeat, &policy, local(ErrorKind::Decode)));
        }
    }

    #[test]
    fn what_might_be_carried_out_twice_is_repeated_only_if_nothing_can_have_happened() {
        let policy = RetryPolicy::default();
        let repeated = |error| is_repeated(Repeat::Unsafe, &policy, error);
        assert!(repeated(local(ErrorKind::Connect)));
        assert!(repeated(status(408, "x")) && repeated(status(429, "x")));
        for unknown in [502, 503, 504] {
            assert!(!repeated(status(unknown, "x")), "{unknown}");
        }
        assert!(!repeated(local(ErrorKind::Timeout)));
        assert!(!repeated(local(ErrorKind::Interrupted)));
    }

    #[test]
    fn the_caller_can_allow_it() {
        let policy = RetryPolicy::default().repeat_unsafe(true);
        assert!(is_repeated(
            Repeat::Unsafe,
            &policy,
            local(ErrorKind::Interrupted)
        ));
        assert!(!is_repeated(Repeat::Unsafe, &policy, status(500, "x")));
    }

    #[test]
    fn an_attempt_without_effect_does_not_undo_the_doubt_about_an_earlier_one() {
        let (now, mut history) = (Instant::now(), History::default());
        history.note(now, &local(ErrorKind::Interrupted));
        history.note(now, &local(ErrorKind::Connect));
        let failed = Failed::from(local(ErrorKind::Connect));
        let policy = RetryPolicy::default();
        let delay = history.delay(&failed, Repeat::Unsafe, &policy, now, 0.5);
        assert_eq!(delay, None);
    }

    #[test]
    fn a_deduplicated_call_is_repeated_as_long_as_the_server_remembers_it() {
        let policy = RetryPolicy::default();
        let (begun, mut history) = (Instant::now(), History::default());
        let may = |history: &History, seconds| {
            let failed = Failed::from(local(ErrorKind::Connect));
            let now = begun + Duration::from_secs(seconds);
            let delay = history.delay(&failed, Repeat::Deduplicated, &policy, now, 0.0);
            delay.is_some()
        };
        assert!(may(&history, 10_000));
        history.note(begun, &local(ErrorKind::Interrupted));
        assert!(may(&history, 284) && !may(&history, 285));
        history.note(begun + Duration::from_secs(200), &local(ErrorKind::Timeout));
        assert!(!may(&history, 285));
        let at_work = status(429, "Server too busy. Please try again later.");
        history.note(begun + Duration::from_secs(200), &at_work);
        assert!(may(&history, 484) && !may(&history, 485));
    }

    #[test]
    fn retries_are_counted() {
        let policy = RetryPolicy::default().max_retries(1);
        let failed = Failed::from(local(ErrorKind::Connect));
        let mut history = History::default();
        let delay = |history: &History| {
            history.delay(&failed, Repeat::Always, &policy, Instant::now(), 0.5)
        };
        assert_eq!(delay(&history), Some(Duration::from_millis(500)));
        history.retries = 1;
        assert_eq!(delay(&history), None);
        let never = RetryPolicy::never();
        assert!(!is_repeated(Repeat::Always, &never, status(503, "x")));
    }
}
