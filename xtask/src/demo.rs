//! `cargo xtask demo`.

use std::{process::ExitCode, time::Instant};

use anyhow::Result;
use clap::Args;
use zenml_test_server::{ConsoleProgress, Fill, Options, Progress as _, Server, seconds};

use crate::{cargo::Cargo, interrupt::or_interrupted, pro};

const QUICKSTART: &str = "--package zenml-examples --example quickstart";
const PRO_DEMO: &str = "--package zenml-examples --example pro_demo";

/// Show the crate at work against a real ZenML server
///
/// Starts a server as `cargo xtask server` does, fills it with executed pipelines, runs
/// examples/quickstart.rs against it and stops it.
///
/// With --pro, the server is a workspace of ZenML Pro as in `cargo xtask server --pro`, and
/// examples/pro_demo runs instead: from the objects of an organization to a run that a service
/// account has triggered.
///
/// Takes about two minutes the first time, because the server has to be installed, and less than
/// one minute later. Leaves the installed server in target/zenml/, and nothing else.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask demo                     list projects, pipelines and runs of a server
  cargo xtask demo --version 0.97.0    the same with an older server
  cargo xtask demo --pro               log in to ZenML Pro, trigger a run and wait for it")]
pub struct Arguments {
    /// Version of the PyPI package [default: that of specs/workspace.json]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Show ZenML Pro instead of an open-source server
    #[arg(long)]
    pro: bool,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the server does not start or cannot be filled, or if the example fails.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let started = Instant::now();
    let version = arguments.version.as_deref();
    // Built first, so that no server waits for the compiler.
    let example = if arguments.pro { PRO_DEMO } else { QUICKSTART };
    or_interrupted(Cargo::new(&format!("build {example}")).run()).await?;
    let command = format!("run --quiet {example}");
    let code = if arguments.pro {
        let words: Vec<&str> = ["cargo"].into_iter().chain(command.split(' ')).collect();
        pro::workspace(version, 0, &words).await?
    } else {
        or_interrupted(quickstart(version, &Cargo::new(&command))).await?;
        ExitCode::SUCCESS
    };
    eprintln!("The demo took {}.", seconds(started.elapsed()));
    Ok(code)
}

async fn quickstart(version: Option<&str>, example: &Cargo) -> Result<()> {
    let progress = ConsoleProgress::new();
    let mut options = Options::default().progress(progress.clone());
    if let Some(version) = version {
        options = options.version(version);
    }
    let server = Server::start(options).await?;
    server.fill(Fill::Demo).await?;
    progress.done();
    eprintln!("\n$ {}\n", example.command_line());
    example.clone().server(server.access()).run().await?;
    server.stop().await?;
    eprintln!("\nThe server has been stopped.");
    Ok(())
}
