//! The clock of a client: tells the time and sleeps.

use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// Source of time for a client: expiry of tokens, delays before retries, deadlines.
///
/// Set it with [`ClientBuilder::clock`](crate::ClientBuilder::clock) to run a client on simulated
/// time. By default a client uses Tokio's clock, which tests can pause.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current instant. It never goes backwards.
    fn now(&self) -> Instant;

    /// Returns the time of day, which servers use in `Retry-After` and in tokens.
    fn utc(&self) -> SystemTime;

    /// Completes after the duration.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Tokio's clock, and the operating system's time of day.
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
