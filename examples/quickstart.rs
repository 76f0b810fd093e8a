//! Connects to a ZenML server, lists its runs, creates and deletes a tag, and handles an error.
//!
//! `cargo xtask demo` runs this program against a server of its own. To run it against yours, log in
//! with `zenml login`, or set two environment variables:
//!
//! ```text
//! export ZENML_STORE_URL=https://… ZENML_STORE_API_KEY=ZENKEY_…
//! cargo run --package zenml-examples --example quickstart
//! ```

use anyhow::{Result, bail};
use uuid::Uuid;
use zenml::{
    ErrorKind, Filter, WorkspaceClient,
    workspace::types::{PipelineRunResponse, TagRequest},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let client = WorkspaceClient::from_env()?;

    let server = client.server_info().send().await?;
    println!("ZenML {}", server.version);

    list_runs(&client).await?;
    create_and_delete_tag(&client).await?;
    handle_an_error(&client).await
}

/// Prints the newest runs, and the steps of the newest training run.
async fn list_runs(client: &WorkspaceClient) -> Result<()> {
    let runs = client
        .list_runs()
        .project("default")
        .sort_by("desc:created")
        .hydrate(true)
        .send()
        .await?;
    println!("\n{} runs:", runs.total);
    for run in &runs.items {
        let status = run.status().map(ToString::to_string).unwrap_or_default();
        println!("  {:<20} {status:<12} {}", run.name, duration(run));
    }

    let training = client.list_runs().project("default");
    let training = training.name(Filter::starts_with("training"));
    match training.sort_by("desc:created").first().await? {
        Some(run) => list_steps(client, &run).await,
        None => Ok(()),
    }
}

/// Prints the steps of a run with the metadata that they logged.
async fn list_steps(client: &WorkspaceClient, run: &PipelineRunResponse) -> Result<()> {
    println!("\nSteps of {}:", run.name);
    let steps = client
        .list_run_steps()
        .project("default")
        .pipeline_run_id(run.id)
        .sort_by("asc:created")
        .hydrate(true)
        .send()
        .await?;
    for step in &steps.items {
        println!("  {}", step.name);
        for (name, value) in step.run_metadata().into_iter().flatten() {
            println!("    {name} = {value}");
        }
    }
    Ok(())
}

fn duration(run: &PipelineRunResponse) -> String {
    match run.duration() {
        Some(duration) => format!("{:.3} s", duration.as_secs_f64()),
        None => "not finished".to_owned(),
    }
}

async fn create_and_delete_tag(client: &WorkspaceClient) -> Result<()> {
    let name = format!("quickstart-{}", Uuid::new_v4().simple());
    let tag = client
        .create_tag()
        .body(TagRequest::new(name))
        .send()
        .await?;
    println!("\nCreated the tag {}", tag.name);

    client.delete_tag().tag_id(tag.id).send().await?;
    println!("Deleted the tag");
    Ok(())
}

/// Requests a run that does not exist. Match on the kind of an error to handle it; print the error
/// to show what happened.
async fn handle_an_error(client: &WorkspaceClient) -> Result<()> {
    let unknown = Uuid::new_v4();
    match client.get_run().run_id(unknown).send().await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("\nThere is no such run: {error}");
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(run) => bail!("a run with a random id exists: {}", run.name),
    }
}
