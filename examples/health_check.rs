//! Checks a server from the network to the login, for monitors and deployments.
//!
//! ```text
//! cargo run --package zenml-examples --example health_check -- --timeout 5
//! ```

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Parser;
use zenml::{WorkspaceClient, retry::RetryPolicy};

/// Checks a server from the network to the login
///
/// Prints a line for each check and stops at the first problem. The exit code is 0 if all is well.
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY.")]
struct Arguments {
    /// Seconds that each check may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    timeout: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match check(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("FAILED   {error}");
            ExitCode::FAILURE
        }
    }
}

async fn check(arguments: &Arguments) -> Result<()> {
    // A monitor asks again by itself, so nothing is retried.
    let client = WorkspaceClient::builder_from_env()?
        .timeout(Duration::from_secs(arguments.timeout))
        .retry(RetryPolicy::never())
        .build()?;

    client.health().send().await?;
    println!("ok       the server responds");
    client.ready().send().await?;
    println!("ok       its database is ready");

    let version = client.check_version().await?;
    anyhow::ensure!(version.is_server_supported(), "{version}");
    println!("ok       {version}");

    let user = client.get_current_user().send().await?;
    println!("ok       logged in as {}", user.name);

    let runs = client.list_runs().in_progress(true).count().await?;
    println!("ok       {runs} runs are in progress");
    Ok(())
}
