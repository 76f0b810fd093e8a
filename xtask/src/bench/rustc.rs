//! xtask in rustc's place: notes what each compilation took.
//!
//! cargo calls the program in `RUSTC_WRAPPER` with rustc's path and arguments. Only from inside can
//! the compiler's own peak of memory be told from cargo's and from that of other crates.

use std::{
    env, fs,
    io::Write as _,
    path::Path,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

/// The variable that makes xtask act as a wrapper of rustc; it names the file for the notes.
pub const MEASUREMENTS: &str = "ZENML_BENCH_MEASUREMENTS";

/// What one compilation took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    pub time: Duration,
    /// Bytes.
    pub peak_memory: u64,
}

/// Runs the rustc call that this process's arguments spell out, and notes what it took.
///
/// # Errors
/// When rustc cannot be started, or the notes cannot be written.
pub fn measured(notes: &Path) -> Result<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next().context("cargo named no rustc")?;
    let arguments: Vec<_> = arguments.collect();
    let started = Instant::now();
    let status = Command::new(rustc).args(&arguments).status()?;
    let time = started.elapsed();
    let mut names = arguments
        .iter()
        .skip_while(|argument| *argument != "--crate-name");
    if let Some(name) = names.nth(1).and_then(|name| name.to_str()) {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        // Linux counts in kibibytes.
        let peak = usage.max_rss().cast_unsigned() * 1024;
        let note = json!({ "crate": name, "micros": time.as_micros(), "peak": peak });
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(notes)?;
        writeln!(file, "{note}")?;
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// What the last compilation of a crate took.
///
/// # Errors
/// When the notes hold none.
pub fn last(notes: &Path, name: &str) -> Result<Measured> {
    let text = fs::read_to_string(notes).context("the notes on compilations")?;
    text.lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|note| note.get("crate").is_some_and(|found| found == name))
        .and_then(|note| {
            Some(Measured {
                time: Duration::from_micros(note.get("micros")?.as_u64()?),
                peak_memory: note.get("peak")?.as_u64()?,
            })
        })
        .with_context(|| format!("cargo did not compile `{name}`"))
}
