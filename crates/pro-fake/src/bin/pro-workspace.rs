//! The program behind `cargo xtask server --pro` and `cargo xtask demo --pro`.

use std::{
    io,
    process::{ExitCode, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Parser;
use tokio::{
    process::Command,
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use zenml_pro_fake::ProWorkspace;
use zenml_test_server::{ConsoleProgress, Options, ProcessGroup, Progress as _, seconds};

const GRACE: Duration = Duration::from_secs(8);
/// The exit code that shells use for Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Starts a real ZenML server in Pro mode and a fake control plane, and stops both on Ctrl-C or at
/// the end of COMMAND.
#[derive(Debug, Parser)]
#[command(bin_name = "pro-workspace")]
struct Cli {
    /// Version of the PyPI package [default: the version of specs/workspace.json]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Loopback port of the server; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// Stop at the end of standard input, so that this never outlives its parent process
    #[arg(long)]
    lifeline: bool,

    /// Run this command with ZENML_PRO_API_URL, ZENML_STORE_URL and ZENML_STORE_API_KEY, then stop
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(Cli::parse()).await.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let started = Instant::now();
    let end = End::new(cli.lifeline);
    let progress = ConsoleProgress::new();
    let mut options = Options::default().port(cli.port).progress(progress.clone());
    if let Some(version) = cli.version {
        options = options.version(version);
    }
    let start = ProWorkspace::start_with(options, zenml_pro_fake::Options::default());
    let mut pro = tokio::select! {
        started = start => started?,
        stopped = end.come() => return stopped.map(|()| ExitCode::from(INTERRUPTED)),
    };
    progress.done();
    let key = pro.admin.key();
    let code = if cli.command.is_empty() {
        print!("{}", greeting(&pro, key.value()));
        println!("Ready after {}.", seconds(started.elapsed()));
        tokio::select! {
            ended = pro.server.ended() => match ended? {},
            stopped = end.come() => stopped?,
        }
        ExitCode::SUCCESS
    } else {
        run_beside(&pro, key.value(), &cli.command, &end).await?
    };
    pro.stop().await?;
    eprintln!("\nStopped the server and the control plane.");
    Ok(code)
}

/// Runs a command that finds everything in its environment, and returns its exit code.
async fn run_beside(
    pro: &ProWorkspace,
    key: &str,
    words: &[String],
    end: &End,
) -> Result<ExitCode> {
    let (program, arguments) = words.split_first().context("the command is empty")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("ZENML_PRO_API_URL", pro.plane.url())
        .env("ZENML_STORE_URL", pro.server.url())
        .env("ZENML_STORE_API_KEY", key);
    eprintln!("\n$ {}\n", words.join(" "));
    let mut group = ProcessGroup::spawn(&mut command).context(format!("cannot start {program}"))?;
    let status = tokio::select! {
        status = group.wait() => status?,
        stopped = end.come() => {
            stopped?;
            group.stop(GRACE).await?;
            return Ok(ExitCode::from(INTERRUPTED));
        }
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn greeting(pro: &ProWorkspace, key: &str) -> String {
    format!(
        "\
ZenML {version} is running as a workspace of ZenML Pro.

  workspace      {workspace}   ({name}, in the organization {organization})
  Pro API        {plane}   (a fake for tests, not the vendor's)
  API key        {key}
  log            {log}

The key belongs to a service account with all permissions, and works only here and only until this
stops. A triggered run is reported as running, then as completed; with
`extra: {{\"outcome\": \"failed\"}}` in its configuration it fails.

From Rust:

  let pro = zenml::ProClient::builder(\"{plane}\")
      .credentials(zenml::Credentials::api_key(\"{key}\"))
      .build()?;
  let client = pro.connect_workspace(\"{name}\").send().await?;

The environment for ProClient::from_env and WorkspaceClient::from_env:

  export ZENML_PRO_API_URL={plane}
  export ZENML_STORE_URL={workspace}
  export ZENML_STORE_API_KEY={key}

Ctrl-C stops both.
",
        version = pro.server.version(),
        workspace = pro.server.url(),
        name = pro.workspace.name(),
        organization = pro.organization.name(),
        plane = pro.plane.url(),
        log = pro.server.log().display(),
    )
}

/// The reasons to stop early.
struct End {
    orphaned: Arc<Notify>,
}

impl End {
    /// Watches standard input if there is a lifeline.
    fn new(lifeline: bool) -> Self {
        let orphaned = Arc::new(Notify::new());
        if lifeline {
            let orphaned = orphaned.clone();
            // The runtime would wait for a blocking task when it shuts down.
            thread::spawn(move || {
                io::copy(&mut io::stdin(), &mut io::sink()).ok();
                orphaned.notify_one();
            });
        }
        Self { orphaned }
    }

    /// Waits for a reason.
    async fn come(&self) -> Result<()> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            () = self.orphaned.notified() => {}
        }
        Ok(())
    }
}
