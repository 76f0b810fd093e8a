use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// When, and how soon, a failed attempt of a call is repeated.
///
/// Repeated are attempts that failed because no connection came about, those that the server or a
/// proxy before it answered with 408, 429, 502, 503 or 504, and those that timed out or broke off.
/// Never repeated is what might be carried out twice by that:
///
/// - `GET`, `PUT` and `DELETE` have the same effect twice as once; but not the rotation of a key,
///   which is treated as `PATCH` is.
/// - `POST` calls of the Workspace API carry an `Idempotency-Key`, the same for all attempts, by
///   which the server carries them out once. It remembers keys for five minutes, and that long are
///   they repeated. Servers before ZenML 0.83.1 know no such keys (`zen_server/request_management.py`):
///   there, [`never`](Self::never) is the policy of calls that must not be doubled.
/// - `PATCH`, and `POST` of the Pro API, are repeated only when nothing can have happened: no
///   connection, 408 and 429. [`repeat_unsafe`](Self::repeat_unsafe) lifts that.
///
/// The wait before retry *n* is random between zero and `base_delay · 2ⁿ`, at most `max_delay`, and
/// never shorter than what a server asks for by `Retry-After`.
///
/// By default 10 retries, 1 s and 120 s: no less patient than the official Python client
/// (`zen_stores/rest_zen_store.py` in ZenML 0.98.0).
///
/// ```
/// use std::time::Duration;
/// use zenml::{RetryPolicy, WorkspaceClient};
///
/// let zenml = WorkspaceClient::builder("https://zenml.example.com")
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
    pub(crate) repeat_unsafe: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 10,
            base_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(120),
            max_retry_after: Duration::from_secs(120),
            repeat_unsafe: false,
        }
    }
}

impl RetryPolicy {
    /// One attempt per call. A login that has become invalid is still renewed once.
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// How often a call is repeated at most.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The longest wait before the first retry. It doubles with each further one.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// What the wait does not grow beyond.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` to believe; a longer one counts as this.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// Whether to repeat also what may be carried out twice by that: `PATCH`, and `POST` where the
    /// server does not deduplicate. Off by default.
    pub fn repeat_unsafe(mut self, repeat: bool) -> Self {
        self.repeat_unsafe = repeat;
        self
    }

    /// How long to wait before a retry, the first being number 0. The fraction is the chance in it.
    pub(crate) fn delay(
        &self,
        retry: u32,
        retry_after: Option<Duration>,
        fraction: f64,
    ) -> Duration {
        let doubled = 2_u32.checked_pow(retry).unwrap_or(u32::MAX);
        let ceiling = self.base_delay.saturating_mul(doubled).min(self.max_delay);
        let backoff = ceiling.as_secs_f64() * fraction.clamp(0.0, 1.0);
        let backoff = Duration::try_from_secs_f64(backoff).unwrap_or(ceiling);
        let asked = retry_after.map_or(Duration::ZERO, |wait| wait.min(self.max_retry_after));
        backoff.max(asked)
    }
}

/// How many retries a client, with all its clones, may spend.
///
/// Each retry takes one; each call that succeeds gives a half back, up to the whole. With a server
/// that is down this ends the retries soon, so that an outage is not made worse; calls go on to be
/// tried once each, and the first that succeed fill the budget up again.
///
/// By default 100 for each client. Clones of a budget are the same budget: clients can share it.
#[derive(Debug, Clone)]
pub struct RetryBudget(Option<Arc<Bucket>>);

/// Counts halves.
#[derive(Debug)]
struct Bucket {
    left: AtomicU64,
    capacity: u64,
}

impl RetryBudget {
    /// So many retries until a call succeeds.
    #[must_use]
    pub fn new(retries: u32) -> Self {
        let capacity = u64::from(retries) * 2;
        Self(Some(Arc::new(Bucket {
            left: AtomicU64::new(capacity),
            capacity,
        })))
    }

    /// Every call may retry as often as its policy says.
    #[must_use]
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// A budget of the same size, for another server.
    pub(crate) fn another(&self) -> Self {
        Self(self.0.as_ref().map(|bucket| {
            Arc::new(Bucket {
                left: AtomicU64::new(bucket.capacity),
                capacity: bucket.capacity,
            })
        }))
    }

    /// Takes one retry, if there is one.
    pub(crate) fn take(&self) -> bool {
        self.0.as_ref().is_none_or(|bucket| {
            bucket
                .left
                .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(2)
                })
                .is_ok()
        })
    }

    /// Tells of a success.
    pub(crate) fn give_back(&self) {
        if let Some(bucket) = &self.0
            && bucket.left.load(Ordering::Relaxed) < bucket.capacity
        {
            bucket
                .left
                .update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    (left + 1).min(bucket.capacity)
                });
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_limit_and_is_random_below() {
        let policy = RetryPolicy::default();
        let seconds = |retry, fraction| policy.delay(retry, None, fraction).as_secs_f64();
        assert_eq!(seconds(0, 1.0), 1.0);
        assert_eq!(seconds(3, 1.0), 8.0);
        assert_eq!(seconds(3, 0.25), 2.0);
        assert_eq!(seconds(3, 0.0), 0.0);
        assert_eq!(seconds(10, 1.0), 120.0);
        assert_eq!(seconds(u32::MAX, 1.0), 120.0);
    }

    #[test]
    fn what_the_server_asks_for_is_a_lower_limit_up_to_a_cap() {
        let policy = RetryPolicy::default();
        let wait = |asked, fraction| {
            let asked = Some(Duration::from_secs(asked));
            policy.delay(2, asked, fraction).as_secs()
        };
        assert_eq!(wait(3, 0.0), 3);
        assert_eq!(wait(3, 1.0), 4);
        assert_eq!(wait(86_400, 1.0), 120);
    }

    #[test]
    fn a_policy_without_limits_is_no_reason_to_panic() {
        let policy = RetryPolicy::default()
            .base_delay(Duration::MAX)
            .max_delay(Duration::MAX)
            .max_retry_after(Duration::MAX);
        assert!(policy.delay(3, Some(Duration::MAX), 1.0) >= Duration::from_secs(u64::MAX - 1));
        assert_eq!(policy.delay(0, None, f64::NAN), Duration::MAX);
    }

    #[test]
    fn a_budget_ends_and_is_filled_by_successes_up_to_its_capacity() {
        let budget = RetryBudget::new(2);
        let clone = budget.clone();
        assert!(budget.take() && clone.take() && !budget.take());
        budget.give_back();
        assert!(!budget.take());
        budget.give_back();
        assert!(clone.take() && !budget.take());
        for _ in 0..100 {
            budget.give_back();
        }
        assert!(budget.take() && budget.take() && !budget.take());
        assert!((0..1_000).all(|_| RetryBudget::unlimited().take()));
    }
}
