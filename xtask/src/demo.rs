//! `cargo xtask demo`.

use std::{process::ExitCode, time::Instant};

use anyhow::Result;
use clap::Args;
use zenml_test_server::{ConsoleProgress, Fill, Options, Server, seconds};

use crate::{cargo::Cargo, interrupt::or_interrupted, pro};

/// Shows the crate at work: starts a real ZenML server, runs pipelines on it, reads them from Rust.
///
/// Starts a server as `cargo xtask server` does, fills it with executed pipelines, runs
/// examples/quickstart.rs against it and stops it. Takes about two minutes the first time, because
/// the server has to be installed, and well under one later.
///
/// With --pro: starts it as a workspace of ZenML Pro, as `cargo xtask server --pro` does, and runs
/// examples/pro_demo: from objects of an organization to a run that a service account has triggered.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Version of the PyPI package [default: that of specs/workspace.json]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Show ZenML Pro: from a service account's key to a finished run
    #[arg(long)]
    pro: bool,
}

/// Runs the command.
///
/// # Errors
/// When the server does not start, cannot be filled, or the example fails.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let started = Instant::now();
    if arguments.pro {
        let code = run_pro(arguments).await?;
        eprintln!("The demo took {}.", seconds(started.elapsed()));
        return Ok(code);
    }
    let progress = ConsoleProgress::new();
    let mut options = Options::default().progress(progress.clone());
    if let Some(version) = &arguments.version {
        options = options.version(version);
    }
    or_interrupted(async {
        // First, so that no server waits for the compiler, or starts for an example with an error.
        Cargo::new("build --package zenml-examples --example quickstart")
            .run()
            .await?;
        let server = Server::start(options).await?;
        server.fill(Fill::Demo).await?;
        progress.done();
        let example = Cargo::new("run --quiet --package zenml-examples --example quickstart");
        eprintln!("\n$ {}\n", example.shown());
        example.server(server.access()).run().await?;
        server.stop().await
    })
    .await?;
    eprintln!(
        "\nThe server has been stopped. The demo took {}.",
        seconds(started.elapsed())
    );
    Ok(ExitCode::SUCCESS)
}

async fn run_pro(arguments: &Arguments) -> Result<ExitCode> {
    or_interrupted(Cargo::new("build --package zenml-examples --example pro_demo").run()).await?;
    let example = [
        "cargo",
        "run",
        "--quiet",
        "--package",
        "zenml-examples",
        "--example",
        "pro_demo",
    ];
    pro::workspace(arguments.version.as_deref(), 0, &example).await
}
