//! `cargo xtask bench calls`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use zenml_test_server::{default_version, paths};

use crate::cargo::Cargo;

/// Compares calls of this client with hand-written ones and with those of the official client.
///
/// One server on loopback answers recorded bodies from memory; each client asks it for a single tag
/// and for a page of 100 hydrated runs, one call after the other. The Rust clients take short turns,
/// which are compared one by one. The official client follows, in one long turn, if
/// `cargo xtask server` or `test` has installed its package. Takes about a minute.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How many turns each client has, of a tenth of a second; the median counts
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// Runs the command.
///
/// # Errors
/// When the measuring program cannot be built or fails.
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
