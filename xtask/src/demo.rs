//! `cargo xtask demo`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;
use tokio::{process::Command, try_join};
use zenml_test_server::{
    ConsoleProgress, Fill, Options, ProcessGroup, Progress as _, Server, default_version,
    interpreter, seconds,
};

use crate::{cargo::Cargo, interrupt::or_interrupted, pro};

// The servers listen on loopback, without TLS, which is a fifth of what an example compiles.
const QUICKSTART: &str =
    "build --quiet --package zenml-examples --example quickstart --no-default-features";
const PRO_DEMO: &str = "build --quiet --package zenml-examples --example pro_demo --no-default-features --features pro";

/// Show the crate at work against a real ZenML server
///
/// Starts a server as `cargo xtask server` does, fills it with executed pipelines, runs
/// examples/quickstart.rs against it and stops it.
///
/// With --pro, the server is a workspace of ZenML Pro as in `cargo xtask server --pro`, and
/// examples/pro_demo runs instead: from the objects of an organization to a run that a service
/// account has triggered.
///
/// Takes about three minutes on two cores the first time, because the example is compiled and the server installed,
/// and less than one minute later. Leaves the installed server in target/zenml/, and nothing else.
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
    let version = arguments.version.clone().map_or_else(default_version, Ok)?;
    let progress = ConsoleProgress::new();
    let code = if arguments.pro {
        let prepared = compile_and_install(
            [example(PRO_DEMO), Cargo::new(pro::BUILD)],
            &version,
            &progress,
        );
        let example = or_interrupted(prepared).await?;
        let example = example.to_str().context("the path is not UTF-8")?;
        pro::workspace(Some(&version), 0, &[example]).await?
    } else {
        or_interrupted(async {
            let example = compile_and_install([example(QUICKSTART)], &version, &progress).await?;
            quickstart(&version, &example, progress).await
        })
        .await?;
        ExitCode::SUCCESS
    };
    eprintln!("The demo took {}.", seconds(started.elapsed()));
    Ok(code)
}

/// Returns the command that compiles an example, which is neither debugged nor changed.
fn example(build: &str) -> Cargo {
    Cargo::new(build)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0")
}

/// Compiles the programs and installs the server at the same time. The first program is the example;
/// returns its file.
async fn compile_and_install(
    builds: impl IntoIterator<Item = Cargo>,
    version: &str,
    progress: &ConsoleProgress,
) -> Result<PathBuf> {
    let installing = progress.beside();
    let compile = async {
        progress.stage("Compiling the example");
        let mut programs = Vec::new();
        for build in builds {
            build
                .messages(|message| {
                    let text = |pointer| message.pointer(pointer).and_then(Value::as_str);
                    if let Some(unit) = text("/target/name") {
                        progress.detail(unit);
                    }
                    programs.extend(text("/executable").map(PathBuf::from));
                })
                .await?;
        }
        progress.done();
        programs
            .into_iter()
            .next()
            .context("cargo did not report the file of the example")
    };
    let install = async {
        interpreter(version, &*installing).await?;
        installing.done();
        Ok(())
    };
    let (program, ()) = try_join!(compile, install)?;
    Ok(program)
}

async fn quickstart(version: &str, program: &Path, progress: Arc<ConsoleProgress>) -> Result<()> {
    let options = Options::default()
        .version(version)
        .progress(progress.clone());
    let server = Server::start(options).await?;
    server.fill(Fill::Demo).await?;
    progress.done();
    eprintln!("\nRunning examples/quickstart.rs:\n");
    let mut command = Command::new(program);
    let mut example = ProcessGroup::spawn(command.envs(server.access().variables()))?;
    let status = example.wait().await?;
    ensure!(status.success(), "examples/quickstart.rs failed ({status})");
    server.stop().await?;
    eprintln!("\nThe server has been stopped.");
    Ok(())
}
