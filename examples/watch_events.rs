//! Prints the events of a run as they happen.
//!
//! ```text
//! cargo run --package zenml-examples --example watch_events -- training-1
//! ```

use anyhow::Result;
use clap::Parser;
use uuid::Uuid;
use zenml::{ErrorKind, Filter, WorkspaceClient};

/// Prints the events of a run as they happen
///
/// On a server without live events, prints the changes of the run's status instead.
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY.")]
struct Arguments {
    /// Name or id of the run
    run: String,

    /// Only events of this kind; may be given more than once
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
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

    let mut events = client.stream_run_events().pipeline_run_id(run);
    if !arguments.kind.is_empty() {
        events = events.kinds(arguments.kind);
    }
    let mut events = match events.send().await {
        Ok(events) => events.into_inner(),
        // The server has no broker of events, or is too old.
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            eprintln!("This server has no live events: {error}");
            return watch_status(&client, run).await;
        }
        Err(error) => return Err(error.into()),
    };
    while let Some(event) = events.next().await {
        let event = event?;
        if event.is_gap() {
            eprintln!("Events may be missing here.");
        } else {
            println!("{:<16} {}", event.name, event.data);
        }
    }
    Ok(())
}

async fn watch_status(client: &WorkspaceClient, run: Uuid) -> Result<()> {
    let wait = client
        .wait_for_run(run)
        .on_status(|status| println!("{:<16} {status}", "status"));
    wait.await?;
    Ok(())
}
