//! Prints the logs of a run and of its steps, and follows them until the run has ended.
//!
//! ```text
//! cargo run --package zenml-examples --example follow_logs -- training-1 --level warning
//! ```

use anyhow::Result;
use clap::{Parser, ValueEnum};
use uuid::Uuid;
use zenml::{Filter, WorkspaceClient, workflows::LogLevel};

/// Prints the logs of a run, and follows them until the run has ended
#[derive(Parser)]
#[command(after_help = "\
Examples:
  follow_logs training-1                   all logs of the run
  follow_logs training-1 --level warning   its warnings and errors
  follow_logs training-1 --source step     what its steps have written

The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY.")]
struct Arguments {
    /// Name or id of the run
    run: String,

    /// Lowest level of the lines to print
    #[arg(long, value_enum, default_value_t = Level::Info)]
    level: Level,

    /// Print only this log: step, client, orchestrator, runner
    #[arg(long)]
    source: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let client = WorkspaceClient::from_env()?;
    let run = match arguments.run.parse::<Uuid>() {
        Ok(id) => id,
        Err(_) => {
            let named = client.list_runs().name(Filter::equals(arguments.run));
            named.one().await?.id
        }
    };

    let logs = client
        .stream_run_logs(run)
        .follow()
        .level(match arguments.level {
            Level::Debug => LogLevel::DEBUG,
            Level::Info => LogLevel::INFO,
            Level::Warning => LogLevel::WARNING,
            Level::Error => LogLevel::ERROR,
        });
    let mut logs = match arguments.source {
        Some(source) => logs.source(source),
        None => logs,
    };
    while let Some(line) = logs.next().await {
        let line = line?;
        let level = line.level.unwrap_or(LogLevel::INFO);
        let from = line.step.as_ref().unwrap_or(&line.source);
        println!("{level:<8} {from:<16} {}", line.message);
    }
    Ok(())
}
