//! `cargo xtask server`.

use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::Result;
use clap::Args;
use zenml_test_server::{ConsoleProgress, Fill, Options, Progress as _, Server, seconds};

use crate::{interrupt, pro};

/// Run a real ZenML server until Ctrl-C, for experiments
///
/// The server is the PyPI package in a private virtual environment below target/zenml/. It listens
/// on loopback only and sends no analytics. Prints the address, and how to reach it from Rust.
///
/// With --pro, it is a workspace of ZenML Pro beside a fake of the Pro API, with an organization
/// and a service account with a key. Triggered runs are reported as running and then completed.
/// Nothing is sent to the vendor.
///
/// Installing a version takes up to a minute, once; starting takes about ten seconds. Its database
/// is deleted when the server stops, unless --data keeps it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask server --fill              with runs, models, schedules, secrets, ... to look at
  cargo xtask server --port 8237         on the same port each time
  cargo xtask server --version 0.97.0    an older server
  cargo xtask server --data /tmp/mine    keep the database for the next time
  cargo xtask server --pro               a workspace of ZenML Pro, with its own Pro API")]
pub struct Arguments {
    /// Version of the PyPI package [default: that of specs/workspace.json]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Port on loopback; 0 is a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// Fill the server with executed pipelines and one object of each kind
    #[arg(long)]
    fill: bool,

    /// Keep database, files and logs in this folder, and continue with existing ones
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Run the server as a workspace of ZenML Pro, beside a fake of the Pro API
    #[arg(long, conflicts_with_all = ["fill", "data"])]
    pro: bool,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the server does not start, cannot be filled, or ends by itself.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    if arguments.pro {
        return pro::workspace(arguments.version.as_deref(), arguments.port, &[]).await;
    }
    let started = Instant::now();
    let progress = ConsoleProgress::new();
    let mut options = Options::default()
        .port(arguments.port)
        .progress(progress.clone());
    if let Some(version) = arguments.version {
        options = options.version(version);
    }
    if let Some(folder) = arguments.data {
        options = options.data(folder);
    }
    let mut server = interrupt::or_interrupted(async {
        let server = Server::start(options).await?;
        if arguments.fill {
            server.fill(Fill::All).await?;
        }
        Ok(server)
    })
    .await?;
    progress.done();
    print!("{}", greeting(&server));
    println!("Ready after {}.", seconds(started.elapsed()));
    tokio::select! {
        ended = server.ended() => match ended? {},
        stopped = interrupt::wait_for_signal() => stopped?,
    }
    server.stop().await?;
    eprintln!("\nThe server has been stopped.");
    Ok(ExitCode::SUCCESS)
}

fn greeting(server: &Server) -> String {
    let access = server.access();
    format!(
        "\
ZenML {version} is running.

  address   {url}
  user      {user}, with an empty password
  log       {log}
  API docs  {url}/docs

From Rust:

  let client = zenml::WorkspaceClient::builder(\"{url}\")
      .credentials(zenml::Credentials::password(\"{user}\", \"\"))
      .build()?;

Run an example against it:

  ZENML_STORE_URL={url} cargo run --package zenml-examples --example quickstart

Press Ctrl-C to stop the server.
",
        version = server.version(),
        url = access.url,
        user = access.username,
        log = server.log().display(),
    )
}
