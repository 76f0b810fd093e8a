//! How much time do child processes take?

use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike as _,
};

/// Time that child processes took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// CPU time of all processes: the same on a machine that does other work.
    pub cpu: Duration,
    pub wall: Duration,
}

/// Measures child processes from its creation on.
pub struct Stopwatch {
    cpu: Duration,
    started: Instant,
}

impl Stopwatch {
    /// Starts to measure.
    ///
    /// # Errors
    /// Returns an error if the operating system does not report CPU time.
    pub fn start() -> Result<Self> {
        Ok(Self {
            cpu: cpu_of_children()?,
            started: Instant::now(),
        })
    }

    /// Returns the time of the child processes that have ended since the start.
    ///
    /// # Errors
    /// Returns an error if the operating system does not report CPU time.
    pub fn stop(&self) -> Result<Spent> {
        Ok(Spent {
            cpu: cpu_of_children()?.saturating_sub(self.cpu),
            wall: self.started.elapsed(),
        })
    }
}

/// Returns the CPU time of all child processes that have ended, and of their own.
fn cpu_of_children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(micros.cast_unsigned()))
}
