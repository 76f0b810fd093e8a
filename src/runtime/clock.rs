//! What is the source of time of a client?

use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// Source of time of a client, for the expiry of tokens, delays before retries, and time limits.
///
/// Pass it to [`ClientBuilder::clock`](crate::ClientBuilder::clock) to run a client on simulated time.
/// A client defaults to Tokio's clock, which tests can pause.
///
/// ```
/// use std::pin::Pin;
/// use std::time::{Duration, Instant, SystemTime};
///
/// /// A clock that runs a thousand times as fast as real time.
/// struct FastClock {
///     start: Instant,
///     start_utc: SystemTime,
/// }
///
/// impl zenml::runtime::Clock for FastClock {
///     fn now(&self) -> Instant {
///         self.start + self.start.elapsed() * 1_000
///     }
///
///     fn utc(&self) -> SystemTime {
///         self.start_utc + self.start.elapsed() * 1_000
///     }
///
///     fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
///         Box::pin(tokio::time::sleep(duration / 1_000))
///     }
/// }
/// ```
pub trait Clock: Send + Sync + 'static {
    /// Returns the current instant. It must never go backwards.
    fn now(&self) -> Instant;

    /// Returns the current date and time, for the dates in `Retry-After` and in tokens.
    fn utc(&self) -> SystemTime;

    /// Returns a future that completes after the duration.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Returns a future that completes after the duration, to limit the time of other work. Defaults to
    /// [`sleep`](Self::sleep).
    ///
    /// A clock that skips sleeps must not skip time limits: the work goes on meanwhile.
    fn time_limit(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleep(duration)
    }
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
