//! Triggers a run template and waits for the run to finish, as a CI job does.
//!
//! The exit code is 0 if the run succeeded, 1 if it did not, and 2 if it could not be triggered or
//! observed.
//!
//! ```text
//! export ZENML_STORE_URL=https://…          # the workspace
//! export ZENML_STORE_API_KEY=ZENPROKEY_…    # a key of a service account
//! cargo run --package zenml-examples --example trigger_run_template -- \
//!     default nightly train.learning_rate=0.01 run_name=ci-42
//! ```
//!
//! The arguments are the project, the template, and changes to the template: step parameters
//! (`STEP.PARAMETER=VALUE`) and members of the run configuration (`MEMBER=VALUE`). Values are JSON;
//! a value that is not valid JSON is a string.

use std::{env, error::Error, process::ExitCode, time::Duration};

use serde_json::{Value, json};
use zenml::{ErrorKind, RunTemplate, WorkspaceClient};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether the run succeeded.
async fn run() -> Result<bool, Box<dyn Error>> {
    let usage =
        "usage: trigger_run_template PROJECT TEMPLATE [STEP.PARAMETER=VALUE | MEMBER=VALUE]...";
    let mut arguments = env::args().skip(1);
    let project = arguments.next().ok_or(usage)?;
    let template = arguments.next().ok_or(usage)?;

    let client = WorkspaceClient::from_env()?;
    let mut trigger = client
        .trigger(RunTemplate::by_name(template))
        .project(project);
    for argument in arguments {
        let (name, value) = argument.split_once('=').ok_or(usage)?;
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
        .deadline(Duration::from_secs(6 * 3600))
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
