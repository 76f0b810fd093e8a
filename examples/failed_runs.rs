//! Prints the runs that failed last night, with the step, the exception and the line of each.
//!
//! ```text
//! cargo run --package zenml-examples --example failed_runs -- --hours 12 --logs
//! ```

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use clap::{Parser, value_parser};
use zenml::{Filter, Timestamp, WorkspaceClient, workflows::RunFailure};

/// Prints the runs that failed last night, with the reason of each
///
/// The last line is the number of runs. The exit code is 0 even if runs have failed.
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY. The project is that
of `zenml project set`, or ZENML_ACTIVE_PROJECT_ID.")]
struct Arguments {
    /// How many hours to look back
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = value_parser!(u64).range(1..=8_760))]
    hours: u64,

    /// Also print the last lines of each log
    #[arg(long)]
    logs: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let client = WorkspaceClient::from_env()?;
    let since = SystemTime::now().checked_sub(Duration::from_hours(arguments.hours));
    let since = Timestamp::from(since.context("the clock of this machine is wrong")?);

    let failed = client
        .list_runs()
        .status(Filter::equals("failed"))
        .end_time(Filter::gte(since))
        .sort_by("asc:created");
    let mut runs = failed.stream();
    let mut count = 0;
    while let Some(run) = runs.next().await {
        // The run has ended, so this returns at once.
        let run = client.wait_for_run(run?.id).await?;
        let Err(error) = run.into_result().await else {
            continue;
        };
        let Some(failure) = RunFailure::from_error(&error) else {
            return Err(error.into());
        };
        println!("{failure}");
        for line in failure.log_lines.iter().filter(|_| arguments.logs) {
            println!("    {}", line.message.replace('\n', "\n    "));
        }
        count += 1;
    }
    println!("{count} runs have failed since {since}");
    Ok(())
}
