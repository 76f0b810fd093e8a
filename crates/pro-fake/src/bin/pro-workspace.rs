//! `cargo xtask server --pro` and `cargo xtask demo --pro`.

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
use zenml_test_server::{ConsoleProgress, Options, ProcessGroup, seconds};

const GRACE: Duration = Duration::from_secs(8);
/// As shells have it.
const INTERRUPTED: u8 = 130;

/// Starts a real ZenML server in Pro mode and a double of the control plane that it belongs to, and
/// stops both on Ctrl-C, or when the command has ended that they are for.
#[derive(Debug, Parser)]
#[command(bin_name = "pro-workspace")]
struct Cli {
    /// Version of the PyPI package [default: that of specs/workspace.json]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Port of the server on loopback; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// End when standard input does: when whoever started this is gone
    #[arg(long)]
    lifeline: bool,

    /// Run this with ZENML_PRO_API_URL, ZENML_STORE_URL and ZENML_STORE_API_KEY, and end with it
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
    eprintln!("\nThe server and the control plane have been stopped.");
    Ok(code)
}

/// Runs a command that is told where everything is, and ends as it does.
async fn run_beside(
    pro: &ProWorkspace,
    key: &str,
    words: &[String],
    end: &End,
) -> Result<ExitCode> {
    let (program, arguments) = words.split_first().context("no command")?;
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
  Pro API        {plane}   (a double for tests, not the vendor's)
  API key        {key}
  log            {log}

The key is a service account's that may do everything. It is worth nothing elsewhere, and nothing
when this ends. Runs that are triggered are reported as running, then completed; a run configuration
with `extra: {{\"outcome\": \"failed\"}}` lets one fail.

From Rust:

  let pro = zenml::ProClient::builder(\"{plane}\")
      .credentials(zenml::Credentials::api_key(\"{key}\"))
      .build()?;
  let ws = pro.connect_workspace(\"{name}\").send().await?;

The same from the environment, for ProClient::from_env and WorkspaceClient::from_env:

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

/// Why this process should end before its work does.
struct End {
    orphaned: Arc<Notify>,
}

impl End {
    /// With a lifeline, the end of standard input is a reason too.
    fn new(lifeline: bool) -> Self {
        let orphaned = Arc::new(Notify::new());
        if lifeline {
            let orphaned = orphaned.clone();
            // Not on the runtime, which would wait for it at its end.
            thread::spawn(move || {
                io::copy(&mut io::stdin(), &mut io::sink()).ok();
                orphaned.notify_one();
            });
        }
        Self { orphaned }
    }

    /// Returns when there is a reason.
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
