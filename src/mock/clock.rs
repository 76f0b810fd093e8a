//! How does time pass in a test?

use std::collections::BTreeMap;
use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::runtime::Clock;

/// A clock that skips sleeps. When nothing happens for a moment and something sleeps, it moves on to the
/// next end of a sleep or of a time limit. Clients and server share it.
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
    /// Tells that a timer was created, has ended or was dropped.
    changed: Notify,
}

#[derive(Default)]
struct State {
    skipped: Duration,
    /// The timers that something waits for, in the order in which they end.
    timers: BTreeMap<End, (Kind, Waker)>,
    /// The number of timers so far.
    created: u64,
    /// Whether a task moves the clock on.
    is_moving: bool,
    /// Whether the server has ended: sleeps end at once.
    has_ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sleep,
    Limit,
}

/// The end of a timer, and a number that tells it from others with the same end.
type End = (Instant, u64);

impl Kind {
    /// Returns the real time in which nothing may happen before a timer ends, and after which it ends even
    /// so. A request that is under way shall not run into a time limit because something else sleeps.
    fn silence(self) -> (Duration, Duration) {
        let millis = Duration::from_millis;
        match self {
            Self::Sleep => (millis(1), millis(100)),
            Self::Limit => (millis(100), millis(1000)),
        }
    }
}

/// The real time in which timers must take effect. A future that nothing polls delays the others by this
/// time.
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

    /// Lets the duration pass in the middle of a body, when the client waits for the rest: it has set a time
    /// limit for that. Only the server calls it.
    pub async fn pass_in_body(self, duration: Duration) {
        let seen = self.shared.lock().created;
        let waits = async {
            loop {
                let changed = self.shared.changed.notified();
                if self.shared.lock().created > seen {
                    return;
                }
                changed.await;
            }
        };
        let _ = timeout(SETTLE, waits).await;
        self.sleep(duration).await;
    }

    /// Ends all sleeps, because the runtime of the server has ended.
    pub fn end(&self) {
        let mut state = self.shared.lock();
        state.has_ended = true;
        let timers = std::mem::take(&mut state.timers);
        drop(state);
        timers.into_values().for_each(|(_, waker)| waker.wake());
    }

    fn timer(&self, kind: Kind, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let Some(end) = self.now().checked_add(duration) else {
            return Box::pin(pending());
        };
        let mut state = self.shared.lock();
        state.created += 1;
        let end = (end, state.created);
        drop(state);
        self.shared.changed.notify_waiters();
        Box::pin(Timer {
            end,
            kind,
            clock: self.clone(),
            real: None,
        })
    }
}

impl State {
    fn now(&self) -> Instant {
        Instant::now() + self.skipped
    }

    fn skip_to(&mut self, end: Instant) {
        self.skipped += end.saturating_duration_since(self.now());
    }

    /// Returns the end and the kind of the next timer, if something sleeps.
    fn next(&self) -> Option<(End, Kind)> {
        let mut kinds = self.timers.values().map(|(kind, _)| *kind);
        let (end, (kind, _)) = self.timers.first_key_value()?;
        kinds
            .any(|kind| kind == Kind::Sleep)
            .then_some((*end, *kind))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock on from timer to timer, until nothing sleeps.
    async fn move_on(self: Arc<Self>) {
        while let Some(kind) = self.next_kind() {
            let (moment, most) = kind.silence();
            let silence = async { while timeout(moment, self.changed.notified()).await.is_ok() {} };
            let _ = timeout(most, silence).await;
            let due = self.skip_to_next(kind);
            let settled = async {
                for end in &due {
                    self.settled(*end).await;
                }
            };
            let _ = timeout(SETTLE, settled).await;
            due.into_iter().for_each(|end| self.remove(end));
        }
    }

    fn next_kind(&self) -> Option<Kind> {
        let mut state = self.lock();
        let next = state.next();
        state.is_moving = next.is_some();
        next.map(|(_, kind)| kind)
    }

    /// Moves the clock on to the next timer, if it is of this kind. Wakes all timers that end then, and
    /// returns them.
    fn skip_to_next(&self, kind: Kind) -> Vec<End> {
        let mut state = self.lock();
        let Some((end, _)) = state.next().filter(|(_, next)| *next == kind) else {
            return Vec::new();
        };
        state.skip_to(end.0);
        let now = state.now();
        let due = state.timers.iter().take_while(|((end, _), _)| *end <= now);
        let due: Vec<_> = due.map(|(end, (_, waker))| (*end, waker.clone())).collect();
        drop(state);
        let woken = due.into_iter().map(|(end, waker)| {
            waker.wake();
            end
        });
        woken.collect()
    }

    fn remove(&self, end: End) {
        let removed = self.lock().timers.remove(&end);
        if removed.is_some() {
            self.changed.notify_waiters();
        }
    }

    /// Waits until a timer has taken effect or was dropped.
    async fn settled(&self, end: End) {
        loop {
            let changed = self.changed.notified();
            if !self.lock().timers.contains_key(&end) {
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
        self.timer(Kind::Sleep, duration)
    }

    fn time_limit(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.timer(Kind::Limit, duration)
    }
}

/// Completes when the clock has reached the end of a sleep or of a time limit.
struct Timer {
    end: End,
    kind: Kind,
    clock: SkippingClock,
    /// Wakes the task of a time limit when the time has really passed.
    real: Option<AbortHandle>,
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (end, kind, shared) = (self.end, self.kind, self.clock.shared.clone());
        let mut state = shared.lock();
        if state.has_ended && kind == Kind::Sleep {
            state.skip_to(end.0);
        }
        let left = end.0.saturating_duration_since(state.now());
        if left.is_zero() {
            drop(state);
            shared.remove(end);
            return Poll::Ready(());
        }
        state.timers.insert(end, (kind, cx.waker().clone()));
        if kind == Kind::Sleep && !std::mem::replace(&mut state.is_moving, true) {
            self.clock.runtime.spawn(shared.clone().move_on());
        }
        drop(state);
        if kind == Kind::Limit && self.real.is_none() {
            let wake = async move {
                tokio::time::sleep(left).await;
                if let Some((_, waker)) = shared.lock().timers.get(&end) {
                    waker.wake_by_ref();
                }
            };
            self.real = Some(self.clock.runtime.spawn(wake).abort_handle());
        }
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clock.shared.remove(self.end);
        if let Some(real) = &self.real {
            real.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

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
