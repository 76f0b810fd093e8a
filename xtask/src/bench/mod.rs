//! `cargo xtask bench`.

mod build;
mod calls;
mod crates;
mod depend;
mod export;
mod rustc;
mod stopwatch;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

pub use rustc::{MEASUREMENTS, run_rustc};

/// Measure the claims of docs/performance.md
///
/// Each measurement compares the crate with something else in the same run.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    Build(build::Arguments),
    Calls(calls::Arguments),
    Depend(depend::Arguments),
    Export(export::Arguments),
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a measured program cannot be built or fails.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.bench {
        Bench::Build(arguments) => build::run(arguments).await,
        Bench::Calls(arguments) => calls::run(arguments).await,
        Bench::Depend(arguments) => depend::run(arguments).await,
        Bench::Export(arguments) => export::run(arguments).await,
    }
}
