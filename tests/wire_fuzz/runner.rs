//! How are cases run, watched and reported?

use std::{
    cell::Cell,
    collections::BTreeMap,
    env,
    io::Write as _,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;

use crate::checks::Checks;

/// A case takes a second or two. On a busy machine it may take several times as long.
const CASE_LIMIT: Duration = Duration::from_secs(20);

/// What the process may need beyond its memory before the first case. The largest response is 4 MiB,
/// the largest that is read as a whole 1 MiB, and the largest event 16 MiB.
const MEMORY_LIMIT: usize = 256 << 20;

/// Number of cases by outcome: `success`, or the kind of the error.
pub type Counts = BTreeMap<String, u64>;

/// Which cases are run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    seed: u64,
    /// The only case to run.
    only: Option<u64>,
    duration: Duration,
    is_default: bool,
}

impl Plan {
    pub fn from_env(default_seconds: u64) -> Self {
        let number = |name| {
            let text = env::var(name).ok()?;
            Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name}")))
        };
        let seconds = number("ZENML_TEST_FUZZ_SECONDS");
        Self {
            seed: number("ZENML_TEST_SEED").unwrap_or_else(|| fastrand::u64(..)),
            only: number("ZENML_TEST_CASE"),
            duration: Duration::from_secs(seconds.unwrap_or(default_seconds)),
            is_default: seconds.is_none(),
        }
    }

    /// Returns whether the plan is that of the test command, which reaches all kinds of outcomes.
    pub fn is_complete(&self) -> bool {
        self.only.is_none() && self.is_default
    }

    /// Prints what was run. The output of the test is not captured, so that the seed is always shown.
    pub fn report(&self, what: &str, counts: &Counts) {
        let cases: u64 = counts.values().sum();
        let seed = self.seed;
        let text = format!("{cases} cases of {what} with ZENML_TEST_SEED={seed}: {counts:?}\n");
        std::io::stderr().write_all(text.as_bytes()).unwrap();
    }

    fn case(&self, number: u64) -> Rng {
        // Neighbours must differ; the constant is that of the golden ratio.
        Rng::with_seed(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

thread_local! {
    static CASE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Panics of the library and of the checks, also those that a task swallows.
static FAILURES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Runs cases until the time is over or one fails.
pub fn run(plan: &Plan, workers: u64, case: fn(&mut Rng, &Checks)) -> Counts {
    panic::set_hook(Box::new(|info| {
        let case = CASE.get().map_or("an unknown case".to_owned(), |number| {
            format!("ZENML_TEST_CASE={number}")
        });
        FAILURES.lock().unwrap().push(format!("{case}: {info}"));
    }));
    let end = Instant::now() + plan.duration;
    let memory = peak_memory();
    let next = Arc::new(AtomicU64::new(plan.only.unwrap_or(0)));
    let plan = *plan;
    let workers = if plan.only.is_some() { 1 } else { workers };
    let workers: Vec<_> = (0..workers)
        .map(|_| {
            let next = next.clone();
            let running = Arc::new(Mutex::new(None));
            let watched = running.clone();
            let thread = thread::spawn(move || {
                let checks = Checks::default();
                let _recording = checks.record_tracing();
                while Instant::now() < end && FAILURES.lock().unwrap().is_empty() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    CASE.set(Some(number));
                    *running.lock().unwrap() = Some((number, Instant::now()));
                    let mut random = plan.case(number);
                    // The hook has the message.
                    let _ = panic::catch_unwind(AssertUnwindSafe(|| case(&mut random, &checks)));
                    *running.lock().unwrap() = None;
                    if plan.only.is_some() {
                        break;
                    }
                }
                checks.into_counts()
            });
            (thread, watched)
        })
        .collect();

    while workers.iter().any(|(thread, _)| !thread.is_finished()) {
        for (_, running) in &workers {
            if let Some((number, start)) = *running.lock().unwrap()
                && start.elapsed() > CASE_LIMIT
            {
                let hung = format!("ZENML_TEST_CASE={number}: it takes more than {CASE_LIMIT:?}");
                FAILURES.lock().unwrap().push(hung);
            }
        }
        if !FAILURES.lock().unwrap().is_empty() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    // The default hook prints the failure of the test.
    drop(panic::take_hook());
    let failures = std::mem::take(&mut *FAILURES.lock().unwrap());
    assert!(
        failures.is_empty(),
        "to reproduce, run ZENML_TEST_SEED={} ZENML_TEST_CASE=… cargo test --test wire_fuzz\n{}",
        plan.seed,
        failures.join("\n")
    );
    let mut all = Counts::new();
    for (thread, _) in workers {
        for (outcome, count) in thread.join().unwrap() {
            *all.entry(outcome).or_default() += count;
        }
    }
    let growth = peak_memory() - memory;
    assert!(
        growth < MEMORY_LIMIT,
        "{} MiB, seed {}",
        growth >> 20,
        plan.seed
    );
    all
}

/// Returns the peak memory of this process in bytes; 0 where the system does not tell.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.map_or(0, |text| text.parse::<usize>().unwrap() * 1024)
}
