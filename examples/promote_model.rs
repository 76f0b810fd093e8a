//! Moves a version of a model to a stage, such as production.
//!
//! ```text
//! cargo run --package zenml-examples --example promote_model -- churn 7 --to production --force
//! ```

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};
use zenml::{
    Filter, WorkspaceClient,
    workspace::types::{ModelStages, ModelVersionUpdate},
};

/// Moves a version of a model to a stage
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY. The project is that
of `zenml project set`, or ZENML_ACTIVE_PROJECT_ID.")]
struct Arguments {
    /// Name of the model
    model: String,

    /// Name of the version; versions without a name of their own are called 1, 2, 3 …
    version: String,

    /// Stage to move the version to
    #[arg(long, value_enum, default_value_t = Stage::Production)]
    to: Stage,

    /// Archive the version that is in the stage
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Stage {
    Staging,
    Production,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments {
        model,
        version,
        to,
        force,
    } = Arguments::parse();
    let stage = match to {
        Stage::Staging => ModelStages::Staging,
        Stage::Production => ModelStages::Production,
    };
    let client = WorkspaceClient::from_env()?;
    let versions = client.list_model_versions().model(&model);
    let promoted = versions.clone().name(Filter::equals(version)).one().await?;
    let name = promoted.name.as_deref().unwrap_or_default();

    let current = versions
        .stage(Filter::equals(stage.as_str()))
        .first()
        .await?;
    let current = current.filter(|current| current.id != promoted.id);
    let replaced = current.as_ref().and_then(|current| current.name.as_deref());
    if let (Some(other), false) = (replaced, force) {
        bail!("version {other} of {model} is in {stage}; add --force to archive it");
    }

    let update = ModelVersionUpdate::new().stage(stage.clone()).force(force);
    let update = client
        .update_model_version()
        .model_version_id(promoted.id)
        .body(update);
    update.send().await?;
    println!("Version {name} of {model} is in {stage}.");
    if let Some(other) = replaced {
        println!("Version {other} is archived.");
    }
    Ok(())
}
