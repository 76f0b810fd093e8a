use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use uuid::Uuid;

/// What a client knows of time: when tokens end, how long to wait before a retry, when to give up.
///
/// Of use to whoever simulates time; [`ClientBuilder::clock`](crate::ClientBuilder::clock) takes
/// it. Without, a client takes Tokio's time, which tests can pause.
pub trait Clock: Send + Sync + 'static {
    /// A point in time that never goes back.
    fn now(&self) -> Instant;

    /// The time of day: servers name times of day, in `Retry-After` and in tokens.
    fn utc(&self) -> SystemTime;

    /// Ends after a while.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Tokio's time, and the operating system's time of day.
pub(crate) struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn utc(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Time and chance, as one client sees them.
#[derive(Clone)]
pub(crate) struct World {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl World {
    pub fn real() -> Self {
        Self {
            clock: Arc::new(TokioClock),
            random: Arc::new(random_fraction),
        }
    }

    /// The work's result, unless it takes longer than the limit.
    ///
    /// It takes pinned work: given as a value, it would lie in this future twice.
    pub async fn within<T>(
        &self,
        limit: Option<Duration>,
        mut work: impl Future<Output = T> + Unpin,
    ) -> Option<T> {
        let Some(limit) = limit else {
            return Some(work.await);
        };
        let begun = self.clock.now();
        // Not set for what is ready at once, as most tokens are.
        let mut alarm = None;
        poll_fn(|cx| match Pin::new(&mut work).poll(cx) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => {
                let alarm = alarm.get_or_insert_with(|| {
                    let passed = self.clock.now().saturating_duration_since(begun);
                    self.clock.sleep(limit.saturating_sub(passed))
                });
                alarm.as_mut().poll(cx).map(|()| None)
            }
        })
        .await
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

/// From 0 up to, but without, 1.
fn random_fraction() -> f64 {
    // The first 48 bits of such a UUID are all random, and a double holds them exactly.
    let (high, _) = Uuid::new_v4().as_u64_pair();
    (high >> 16) as f64 / (1_u64 << 48) as f64
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[test]
    fn chance_is_spread_over_the_whole_range() {
        let (mut low, mut high) = (0, 0);
        for _ in 0..1_000 {
            let fraction = random_fraction();
            assert!((0.0..1.0).contains(&fraction));
            low += i32::from(fraction < 0.25);
            high += i32::from(fraction >= 0.75);
        }
        assert!(low > 150 && high > 150, "{low} {high}");
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_given_up_at_its_limit() {
        let world = World::real();
        let limit = Some(Duration::from_secs(5));
        let begun = world.clock.now();
        assert_eq!(world.within(limit, pending::<()>()).await, None);
        assert_eq!(world.clock.now() - begun, Duration::from_secs(5));
        assert_eq!(world.within(limit, ready(1)).await, Some(1));
        let slow = world.clock.sleep(Duration::from_secs(9));
        assert_eq!(world.within(None, slow).await, Some(()));
    }
}
