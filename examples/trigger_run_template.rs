//! Runs a run template and waits for the end: what a CI job does. Its exit code is the outcome: 0
//! when the run has ended well, 1 when it has not, 2 when it could not be run or waited for.
//!
//! ```text
//! export ZENML_STORE_URL=https://…          # of the workspace
//! export ZENML_STORE_API_KEY=ZENPROKEY_…    # of a service account
//! cargo run --example trigger_run_template -- default nightly train.learning_rate=0.01
//! ```
//!
//! The arguments are the project, the template, and what is to be otherwise than in the template:
//! parameters of steps, or members of the run configuration (`run_name=ci-42`). Values are JSON;
//! what is none is text.

use std::{env, error::Error, process::ExitCode, time::Duration};

use serde_json::{Value, json};
use zenml::{RunTemplate, WorkspaceClient};

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

async fn run() -> Result<bool, Box<dyn Error>> {
    let usage =
        "usage: trigger_run_template PROJECT TEMPLATE [STEP.PARAMETER=VALUE | MEMBER=VALUE]...";
    let mut arguments = env::args().skip(1);
    let project = arguments.next().ok_or(usage)?;
    let template = arguments.next().ok_or(usage)?;

    let ws = WorkspaceClient::from_env()?;
    let mut trigger = ws.trigger(RunTemplate::named(template)).project(project);
    for argument in arguments {
        let (name, value) = argument.split_once('=').ok_or(usage)?;
        let value = value.parse().unwrap_or_else(|_| Value::from(value));
        trigger = match name.split_once('.') {
            Some((step, parameter)) => trigger.parameter(step, parameter, value),
            None => trigger.configuration(json!({ name: value })),
        };
    }
    let run = trigger.await?;
    println!("{} ({})", run.name, run.id);

    let run = ws
        .wait_for_run(run.id)
        .deadline(Duration::from_secs(6 * 3600))
        .on_status(|status| println!("{status}"))
        .await?;
    if let Some(reason) = run
        .body
        .as_ref()
        .and_then(|body| body.status_reason.as_deref())
    {
        println!("{reason}");
    }
    Ok(run.status().is_some_and(|status| status.is_successful()))
}
