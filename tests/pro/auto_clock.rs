//! A clock that advances by itself, for tests of long waits.

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tokio::{sync::watch, task::yield_now};
use zenml::runtime::Clock;

/// The longest interval between two polls. A longer sleep is a deadline.
const LONGEST_INTERVAL: Duration = Duration::from_secs(10);

/// Time that advances only by sleeping, which takes no real time. A deadline ends when the sleeps
/// have reached it. Requests take no time.
#[derive(Clone)]
pub struct AutoClock {
    start: (Instant, SystemTime),
    elapsed: watch::Sender<Duration>,
    on_advance: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl AutoClock {
    pub fn new() -> Self {
        Self::with_callback(|_| {})
    }

    /// Creates a clock that calls back at the end of each sleep, with the elapsed time.
    pub fn with_callback(on_advance: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self {
            start: (Instant::now(), SystemTime::now()),
            elapsed: watch::Sender::new(Duration::ZERO),
            on_advance: Arc::new(on_advance),
        }
    }

    pub fn elapsed(&self) -> Duration {
        *self.elapsed.borrow()
    }
}

impl Clock for AutoClock {
    fn now(&self) -> Instant {
        self.start.0 + self.elapsed()
    }

    fn utc(&self) -> SystemTime {
        self.start.1 + self.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        if duration > LONGEST_INTERVAL {
            let end = self.elapsed() + duration;
            return Box::pin(async move {
                let mut elapsed = clock.elapsed.subscribe();
                // The clock holds the sender, so that this cannot fail.
                elapsed.wait_for(|elapsed| *elapsed >= end).await.ok();
            });
        }
        Box::pin(async move {
            clock.elapsed.send_modify(|elapsed| *elapsed += duration);
            (clock.on_advance)(clock.elapsed());
            // Lets a deadline that has been reached end first.
            yield_now().await;
        })
    }
}
