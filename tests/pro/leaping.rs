//! Time for tests of long waits.

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tokio::{sync::watch, task::yield_now};
use zenml::runtime::Clock;

/// What is waited for between two questions; anything longer is a limit.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Time that passes only by waits, at once: a limit ends when the waits have come so far. Requests
/// take none of it.
#[derive(Clone)]
pub struct Leaping {
    begun: (Instant, SystemTime),
    leapt: watch::Sender<Duration>,
    on_leap: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Leaping {
    pub fn new() -> Self {
        Self::telling(|_| {})
    }

    /// One that tells, before each wait ends, how much time has passed.
    pub fn telling(on_leap: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self {
            begun: (Instant::now(), SystemTime::now()),
            leapt: watch::Sender::new(Duration::ZERO),
            on_leap: Arc::new(on_leap),
        }
    }

    /// How much time has passed.
    pub fn leapt(&self) -> Duration {
        *self.leapt.borrow()
    }
}

impl Clock for Leaping {
    fn now(&self) -> Instant {
        self.begun.0 + self.leapt()
    }

    fn utc(&self) -> SystemTime {
        self.begun.1 + self.leapt()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        if duration > LONGEST_WAIT {
            let end = self.leapt() + duration;
            return Box::pin(async move {
                let mut leapt = clock.leapt.subscribe();
                // The clock has the sender.
                leapt.wait_for(|leapt| *leapt >= end).await.ok();
            });
        }
        Box::pin(async move {
            clock.leapt.send_modify(|leapt| *leapt += duration);
            (clock.on_leap)(clock.leapt());
            // So that a limit that has been reached ends first.
            yield_now().await;
        })
    }
}
