//! Logs in to a ZenML server, looks at its runs, makes and deletes a tag, and meets an error.
//!
//! `cargo xtask demo` runs this against a server of its own. For one of yours, log in with
//! `zenml login`, or say where it is:
//!
//! ```text
//! export ZENML_STORE_URL=https://… ZENML_STORE_API_KEY=ZENKEY_…
//! cargo run --example quickstart
//! ```

use std::error::Error;

use uuid::Uuid;
use zenml::{
    ErrorKind, Timestamp, WorkspaceClient,
    workspace::types::{PipelineRunResponse, TagRequest},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let ws = WorkspaceClient::from_env()?;

    let server = ws.server_info().send().await?;
    println!("ZenML {}\n", server.version);

    show_runs(&ws).await?;
    tag(&ws).await?;
    meet_an_error(&ws).await
}

/// The newest runs, and what the newest one's steps recorded.
async fn show_runs(ws: &WorkspaceClient) -> Result<()> {
    let runs = ws
        .list_runs()
        .project("default")
        .sort_by("desc:created")
        .hydrate(true)
        .send()
        .await?;
    println!("{} runs:", runs.total);
    for run in &runs.items {
        let status = run.body.as_ref().map(|body| body.status.to_string());
        let status = status.as_deref().unwrap_or("hidden");
        println!("  {:<20} {status:<12} {}", run.name, duration(run));
    }

    let Some(run) = runs
        .items
        .iter()
        .find(|run| run.name.starts_with("training"))
    else {
        println!("  (no training run to look into)");
        return Ok(());
    };
    println!("\nThe steps of {}:", run.name);
    let steps = ws
        .list_run_steps()
        .project("default")
        .pipeline_run_id(run.id)
        .sort_by("asc:created")
        .hydrate(true)
        .send()
        .await?;
    for step in &steps.items {
        let status = step.body.as_ref().map(|body| body.status.to_string());
        println!(
            "  {} ({})",
            step.name,
            status.as_deref().unwrap_or("hidden")
        );
        let recorded = step
            .metadata
            .as_ref()
            .and_then(|metadata| metadata.run_metadata.as_ref());
        for (name, value) in recorded.into_iter().flatten() {
            println!("    {name} = {value}");
        }
    }
    Ok(())
}

fn duration(run: &PipelineRunResponse) -> String {
    let times = run
        .metadata
        .as_ref()
        .map(|metadata| (metadata.start_time, metadata.end_time));
    match times {
        Some((Some(start), Some(end))) => {
            let utc = |time: Timestamp| time.to_utc();
            let milliseconds = (utc(end) - utc(start)).num_milliseconds();
            format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000)
        }
        _ => "not finished".to_owned(),
    }
}

/// Makes a tag, and cleans up after itself.
async fn tag(ws: &WorkspaceClient) -> Result<()> {
    let name = format!("quickstart-{}", Uuid::new_v4().simple());
    let tag = ws.create_tag().body(&TagRequest::new(name)).send().await?;
    println!("\nMade the tag {}", tag.name);
    ws.delete_tag().tag_id(tag.id).send().await?;
    println!("and deleted it.");
    Ok(())
}

/// Errors have a kind to match on, and say what happened.
async fn meet_an_error(ws: &WorkspaceClient) -> Result<()> {
    let missing = Uuid::new_v4();
    match ws.get_run().run_id(missing).send().await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("\nA run that does not exist: {error}");
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(run) => Err(format!("a run with a random id exists: {}", run.name).into()),
    }
}
