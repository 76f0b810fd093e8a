//! How does time pass in a test?

use std::collections::BTreeMap;
use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, yield_now};

use crate::runtime::Clock;

/// A clock that skips sleeps. A sleep moves the clock on by its duration and ends at once; time limits
/// that end meanwhile take effect first. Clients and server share it.
///
/// It is independent of Tokio's time, which a test may pause.
#[derive(Clone)]
pub(super) struct SkippingClock {
    shared: Arc<Shared>,
    /// The runtime of the server, whose time is never paused.
    runtime: Handle,
}

struct Shared {
    state: Mutex<State>,
    /// Tells that a time limit was created, has ended or was dropped.
    changed: Notify,
}

#[derive(Default)]
struct State {
    skipped: Duration,
    /// The time limits, in the order in which they end.
    limits: BTreeMap<Limit, Waker>,
    /// The number of time limits so far.
    created: u64,
}

impl State {
    fn now(&self) -> Instant {
        Instant::now() + self.skipped
    }
}

/// The end of a time limit, and a number that tells it from others with the same end.
type Limit = (Instant, u64);

/// The real time in which a time limit must take effect. A future that nothing polls delays the others by
/// this time.
const SETTLE: Duration = Duration::from_secs(1);

impl SkippingClock {
    pub fn new(runtime: Handle) -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                changed: Notify::new(),
            }),
            runtime,
        }
    }

    /// Lets the duration pass: moves the clock on, from one time limit to the next.
    pub async fn pass(self, duration: Duration) {
        // Time limits of this very sleep are set when it does not end at once.
        yield_now().await;
        let Some(until) = self.now().checked_add(duration) else {
            return pending().await;
        };
        while let Some(limit) = self.skip_to_limit(until) {
            let shared = self.shared.clone();
            let settled = async move { shared.settled(limit).await };
            let settled = async move {
                let _ = tokio::time::timeout(SETTLE, settled).await;
            };
            let _ = self.runtime.spawn(settled).await;
            self.shared.remove(limit);
        }
        // Other tasks see each time.
        yield_now().await;
    }

    /// Lets the duration pass in the middle of a body, when the client waits for the rest: it has set a time
    /// limit for that. Only the server calls it.
    pub async fn pass_in_body(self, duration: Duration) {
        let seen = self.shared.lock().created;
        let shared = self.shared.clone();
        let waits = async move {
            loop {
                let changed = shared.changed.notified();
                if shared.lock().created > seen {
                    return;
                }
                changed.await;
            }
        };
        let _ = tokio::time::timeout(SETTLE, waits).await;
        self.pass(duration).await;
    }

    /// Moves the clock on to the next time limit, wakes its task and returns it. Without a time limit
    /// before that time, moves the clock there.
    fn skip_to_limit(&self, until: Instant) -> Option<Limit> {
        let mut state = self.shared.lock();
        let next = state.limits.first_key_value();
        let next = next.filter(|((end, _), _)| *end <= until);
        let due = next.map(|(limit, waker)| (*limit, waker.clone()));
        let target = due.as_ref().map_or(until, |((end, _), _)| *end);
        let skipped = target.saturating_duration_since(state.now());
        state.skipped += skipped;
        drop(state);
        due.map(|(limit, waker)| {
            waker.wake();
            limit
        })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove(&self, limit: Limit) {
        if self.lock().limits.remove(&limit).is_some() {
            self.changed.notify_waiters();
        }
    }

    /// Waits until a time limit has taken effect or was dropped.
    async fn settled(&self, limit: Limit) {
        loop {
            let changed = self.changed.notified();
            if !self.lock().limits.contains_key(&limit) {
                return;
            }
            changed.await;
        }
    }
}

impl Clock for SkippingClock {
    fn now(&self) -> Instant {
        self.shared.lock().now()
    }

    fn utc(&self) -> SystemTime {
        SystemTime::now() + self.shared.lock().skipped
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self.clone().pass(duration))
    }

    fn time_limit(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let Some(end) = self.now().checked_add(duration) else {
            return Box::pin(pending());
        };
        let mut state = self.shared.lock();
        state.created += 1;
        let limit = (end, state.created);
        drop(state);
        self.shared.changed.notify_waiters();
        Box::pin(TimeLimit {
            limit,
            clock: self.clone(),
            real: None,
        })
    }
}

/// Completes when the clock has reached the end of a time limit.
struct TimeLimit {
    limit: Limit,
    clock: SkippingClock,
    /// Wakes the task when the time has really passed.
    real: Option<AbortHandle>,
}

impl Future for TimeLimit {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (limit, shared) = (self.limit, self.clock.shared.clone());
        let mut state = shared.lock();
        let left = limit.0.saturating_duration_since(state.now());
        if left.is_zero() {
            drop(state);
            shared.remove(limit);
            return Poll::Ready(());
        }
        state.limits.insert(limit, cx.waker().clone());
        drop(state);
        if self.real.is_none() {
            let wake = async move {
                tokio::time::sleep(left).await;
                if let Some(waker) = shared.lock().limits.get(&limit) {
                    waker.wake_by_ref();
                }
            };
            self.real = Some(self.clock.runtime.spawn(wake).abort_handle());
        }
        Poll::Pending
    }
}

impl Drop for TimeLimit {
    fn drop(&mut self) {
        self.clock.shared.remove(self.limit);
        if let Some(real) = &self.real {
            real.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Runtime;

    fn runtime() -> Runtime {
        Runtime {
            clock: Arc::new(SkippingClock::new(Handle::current())),
            random: Arc::new(|| 1.0),
        }
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_sleep_ends_at_once_and_moves_the_clock_on() {
        let (clock, started) = (runtime().clock, Instant::now());
        let (before, date) = (clock.now(), clock.utc());
        clock.sleep(HOUR).await;
        assert!(clock.now() - before >= HOUR);
        assert!(clock.utc().duration_since(date).unwrap() >= HOUR);
        assert!(started.elapsed() < HOUR);
    }

    #[tokio::test]
    async fn a_time_limit_ends_a_longer_sleep_at_its_time() {
        let runtime = runtime();
        let before = runtime.clock.now();
        let sleep = runtime.clock.sleep(3 * HOUR);
        assert_eq!(runtime.within(Some(HOUR), sleep).await, None);
        let passed = runtime.clock.now() - before;
        assert!(passed >= HOUR && passed < 2 * HOUR, "{passed:?}");
    }

    #[tokio::test]
    async fn a_time_limit_lets_shorter_sleeps_pass() {
        let runtime = runtime();
        let sleep = runtime.clock.sleep(HOUR);
        assert_eq!(runtime.within(Some(2 * HOUR), sleep).await, Some(()));
    }

    #[tokio::test]
    async fn a_time_limit_of_another_task_takes_effect_first() {
        let runtime = runtime();
        let limited = runtime.clone();
        let task = tokio::spawn(async move {
            let outcome = limited.within(Some(HOUR), pending::<()>()).await;
            (outcome, limited.clock.now())
        });
        yield_now().await;
        let before = runtime.clock.now();
        runtime.clock.sleep(2 * HOUR).await;
        let (outcome, ended) = task.await.unwrap();
        assert_eq!(outcome, None);
        assert!(ended - before < 2 * HOUR);
    }

    #[tokio::test]
    async fn a_time_limit_also_ends_when_the_time_has_really_passed() {
        let runtime = runtime();
        let limit = Some(Duration::from_millis(1));
        assert_eq!(runtime.within(limit, pending::<()>()).await, None);
    }

    #[test]
    fn paused_time_of_tokio_has_no_effect() {
        let server = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        let clock = SkippingClock::new(server.handle().clone());
        let test = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        test.block_on(async {
            let runtime = Runtime {
                clock: Arc::new(clock),
                random: Arc::new(|| 1.0),
            };
            let work = Box::pin(async {
                for _ in 0..100 {
                    yield_now().await;
                }
            });
            assert_eq!(runtime.within(Some(HOUR), work).await, Some(()));
        });
    }
}
