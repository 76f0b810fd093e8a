//! What does each compilation cost? Runs xtask as a wrapper of rustc.
//!
//! cargo calls the program in `RUSTC_WRAPPER` with rustc's path and arguments. Only the parent of
//! the compiler can tell its peak memory from that of cargo and of other crates.

use std::{
    env, fs,
    io::Write as _,
    path::Path,
    process::{Command, ExitCode},
    time::Duration,
};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

use super::stopwatch::{Spent, Stopwatch};
use crate::cargo::exit_code;

/// The variable that makes xtask a wrapper of rustc. Names the file for the measurements.
pub const MEASUREMENTS: &str = "ZENML_BENCH_MEASUREMENTS";

/// Cost of one compilation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    pub time: Spent,
    /// In bytes.
    pub peak_memory: u64,
}

/// Runs rustc with the arguments of this process, and records its cost.
///
/// # Errors
/// Returns an error if rustc cannot be started or the measurements cannot be written.
pub fn run_rustc(measurements: &Path) -> Result<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments
        .next()
        .context("cargo has passed no path of rustc")?;
    let arguments: Vec<_> = arguments.collect();
    let stopwatch = Stopwatch::start()?;
    let status = Command::new(rustc).args(&arguments).status()?;
    let time = stopwatch.stop()?;
    let mut names = arguments
        .iter()
        .skip_while(|argument| *argument != "--crate-name");
    if let Some(name) = names.nth(1).and_then(|name| name.to_str()) {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        // Linux reports kibibytes.
        let peak = usage.max_rss().cast_unsigned() * 1024;
        let measurement = json!({
            "crate": name,
            "cpu": time.cpu.as_micros(),
            "wall": time.wall.as_micros(),
            "peak": peak,
        });
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(measurements)?;
        writeln!(file, "{measurement}")?;
    }
    Ok(exit_code(status))
}

/// Returns the cost of the last compilation of a crate.
///
/// # Errors
/// Returns an error if there is no measurement of the crate.
pub fn last(measurements: &Path, name: &str) -> Result<Measured> {
    let text = fs::read_to_string(measurements).context("cannot read the measurements")?;
    text.lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|measurement| measurement.get("crate").is_some_and(|found| found == name))
        .and_then(|measurement| {
            let number = |name| measurement.get(name).and_then(Value::as_u64);
            Some(Measured {
                time: Spent {
                    cpu: Duration::from_micros(number("cpu")?),
                    wall: Duration::from_micros(number("wall")?),
                },
                peak_memory: number("peak")?,
            })
        })
        .with_context(|| format!("cargo did not compile `{name}`"))
}
