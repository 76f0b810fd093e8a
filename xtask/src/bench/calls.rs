//! `cargo xtask bench calls`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use zenml_test_server::{default_version, paths};

use crate::cargo::Cargo;

/// Compare the speed of calls with hand-written requests and the official client
///
/// A server on loopback sends recorded responses from memory. Each client gets a single tag and a
/// page of 100 hydrated runs, one call after the other. The Rust clients take short turns, which
/// are compared in pairs. The official client follows in one long turn, if `cargo xtask server` or
/// `test` has installed its package.
///
/// Takes about a minute, after compiling an optimised build. Prints the table and leaves nothing
/// behind but build results.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Number of turns of each client, a tenth of a second each; the median counts
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the benchmark cannot be built or fails.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let python = paths::scratch()
        .join(default_version()?)
        .join("venv/bin/python");
    Cargo::new("bench --package zenml --bench calls")
        .env("ZENML_BENCH_ROUNDS", &arguments.rounds.to_string())
        .env("ZENML_BENCH_PYTHON", &python.to_string_lossy())
        .run()
        .await?;
    Ok(ExitCode::SUCCESS)
}
