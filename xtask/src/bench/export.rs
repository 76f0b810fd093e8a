//! `cargo xtask bench export`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use zenml_test_server::{
    ConsoleProgress, Options, Progress as _, Server, default_version, interpreter,
};

use crate::{cargo::Cargo, interrupt::or_interrupted};

/// Compare an export of all runs with the official client
///
/// Starts a real server with 5,000 runs: some are executed, and copied in the server's database. This
/// client and the official Python client write them to a file of JSON lines, in turn. Prints time, CPU
/// time and peak memory, and what it brings to request pages ahead from a server that is far away.
///
/// Takes about five minutes, after compiling an optimised build; filling the server takes one more,
/// once. Keeps the filled database in target/zenml/runs/.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Number of exports of each client; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Number of runs
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(100..))]
    runs: u32,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the server does not start, or the benchmark cannot be built or fails.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    or_interrupted(async {
        let version = default_version()?;
        let progress = ConsoleProgress::new();
        let options = Options::default()
            .runs(arguments.runs)
            .progress(progress.clone());
        let server = Server::start(options).await?;
        progress.done();
        let python = interpreter(&version, &*progress).await?;
        Cargo::new("bench --package zenml --bench export")
            .env("ZENML_BENCH_ROUNDS", &arguments.rounds.to_string())
            .env("ZENML_BENCH_PYTHON", &python.to_string_lossy())
            .server(server.access())
            .run()
            .await?;
        server.stop().await?;
        Ok(ExitCode::SUCCESS)
    })
    .await
}
