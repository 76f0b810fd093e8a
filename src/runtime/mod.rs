//! Time and randomness of a client.
//!
//! A client takes the time from a [`Clock`], which programs can replace to run on simulated time. Its
//! randomness is set with [`ClientBuilder::jitter`](crate::ClientBuilder::jitter).

pub(crate) mod clock;
pub(crate) mod random;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use clock::TokioClock;

pub use clock::Clock;

/// Sources of time and randomness of a client.
#[derive(Clone)]
pub(crate) struct Runtime {
    pub clock: Arc<dyn Clock>,
    /// Fractions from 0 to 1 for the jitter of retry delays.
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Runtime {
    /// Returns a runtime with Tokio's clock and random jitter.
    pub fn tokio() -> Self {
        Self {
            clock: Arc::new(TokioClock),
            random: Arc::new(random::fraction),
        }
    }

    /// Returns the time until the deadline, but at most the limit.
    pub fn time_left(
        &self,
        deadline: Option<Instant>,
        limit: Option<Duration>,
    ) -> Option<Duration> {
        let now = self.clock.now();
        let left = deadline.map(|deadline| deadline.saturating_duration_since(now));
        left.into_iter().chain(limit).min()
    }

    /// Returns the result of the work, or `None` if it takes longer than the limit.
    ///
    /// The work is pinned by the caller. Passed by value, it would take its size twice in the future.
    pub async fn within<T>(
        &self,
        limit: Option<Duration>,
        mut work: impl Future<Output = T> + Unpin,
    ) -> Option<T> {
        let Some(limit) = limit else {
            return Some(work.await);
        };
        let started = self.clock.now();
        // Work that is ready at once, such as a cached token, does not need a timer.
        let mut timer = None;
        poll_fn(|cx| match Pin::new(&mut work).poll(cx) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => {
                let timer = timer.get_or_insert_with(|| {
                    let elapsed = self.clock.now().saturating_duration_since(started);
                    self.clock.time_limit(limit.saturating_sub(elapsed))
                });
                timer.as_mut().poll(cx).map(|()| None)
            }
        })
        .await
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_is_dropped_at_its_limit() {
        let runtime = Runtime::tokio();
        let limit = Some(Duration::from_secs(5));
        let started = runtime.clock.now();
        assert_eq!(runtime.within(limit, pending::<()>()).await, None);
        assert_eq!(runtime.clock.now() - started, Duration::from_secs(5));
        assert_eq!(runtime.within(limit, ready(1)).await, Some(1));
        let slow = runtime.clock.sleep(Duration::from_secs(9));
        assert_eq!(runtime.within(None, slow).await, Some(()));
    }
}
