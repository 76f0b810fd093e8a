//! Triggers a run template and waits for the run to finish, as a CI job does.
//!
//! ```text
//! export ZENML_STORE_URL=https://…          # the workspace
//! export ZENML_STORE_API_KEY=ZENPROKEY_…    # a key of a service account
//! cargo run --package zenml-examples --example trigger_run_template -- \
//!     default nightly train.learning_rate=0.01 run_name=ci-42
//! ```

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::{Parser, value_parser};
use serde_json::{Value, json};
use zenml::{ErrorKind, RunTemplate, WorkspaceClient};

/// Triggers a run template and waits for the run to finish
///
/// The exit code is 0 if the run succeeded, 1 if it did not, and 2 if it could not be triggered or
/// observed.
#[derive(Parser)]
#[command(after_help = "\
Example:
  trigger_run_template default nightly train.learning_rate=0.01 run_name=ci-42

Set ZENML_STORE_URL to the workspace, and ZENML_STORE_API_KEY to the key of a service account.")]
struct Arguments {
    /// Name or id of the project
    project: String,

    /// Name of the template
    template: String,

    /// Parameters of steps (STEP.PARAMETER=VALUE) and members of the run configuration
    /// (MEMBER=VALUE); a value is JSON, and otherwise text
    #[arg(value_name = "NAME=VALUE")]
    changes: Vec<String>,

    /// Hours to wait at most; the run continues after that
    #[arg(long, value_name = "HOURS", default_value_t = 6, value_parser = value_parser!(u64).range(1..=8_760))]
    deadline: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether the run succeeded.
async fn run(arguments: Arguments) -> Result<bool> {
    let client = WorkspaceClient::from_env()?;
    let template = RunTemplate::by_name(arguments.template);
    let mut trigger = client.trigger(template).project(arguments.project);
    for change in &arguments.changes {
        let (name, value) = change.split_once('=').context("expected NAME=VALUE")?;
        let value = value.parse().unwrap_or_else(|_| Value::from(value));
        trigger = match name.split_once('.') {
            Some((step, parameter)) => trigger.parameter(step, parameter, value),
            None => trigger.configuration(json!({ name: value })),
        };
    }
    let run = trigger.send().await?;
    println!("{} ({})", run.name, run.id);

    let run = run
        .wait()
        .deadline(Duration::from_hours(arguments.deadline))
        .on_status(|status| println!("{status}"))
        .await?;
    match run.into_result().await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::RunFailed => {
            println!("{error}");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
