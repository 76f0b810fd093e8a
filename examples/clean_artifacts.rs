//! Deletes artifact versions that are old and that no run uses.
//!
//! ```text
//! cargo run --package zenml-examples --example clean_artifacts -- --older-than 90
//! cargo run --package zenml-examples --example clean_artifacts -- --older-than 90 --delete
//! ```

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use clap::{Parser, value_parser};
use zenml::{
    ErrorKind, Filter, Timestamp, WorkspaceClient, workspace::types::ArtifactVersionResponse,
};

/// Deletes artifact versions that are old and that no run uses
///
/// Without --delete, it only prints them. The data stays in the artifact store.
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY. The project is that
of `zenml project set`, or ZENML_ACTIVE_PROJECT_ID.")]
struct Arguments {
    /// Minimum age in days
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = value_parser!(u64).range(..=36_500))]
    older_than: u64,

    /// Only versions of this artifact
    #[arg(long, value_name = "NAME")]
    artifact: Option<String>,

    /// Delete the versions
    #[arg(long)]
    delete: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let client = WorkspaceClient::from_env()?;
    let age = Duration::from_hours(24 * arguments.older_than);
    let limit = SystemTime::now()
        .checked_sub(age)
        .context("--older-than is too long")?;

    let mut old = client
        .list_artifact_versions()
        .only_unused(true)
        .created(Filter::lte(Timestamp::from(limit)))
        .sort_by("asc:created");
    if let Some(name) = arguments.artifact {
        old = old.artifact(Filter::equals(name));
    }
    // All pages are read before the first version is deleted, because a deletion moves the others.
    let old: Vec<ArtifactVersionResponse> = old.stream().prefetch(4).try_collect().await?;
    for version in &old {
        let artifact = version.artifact().map_or("-", |artifact| &artifact.name);
        println!("{artifact} {}", version.version().unwrap_or("-"));
        if arguments.delete {
            let delete = client
                .delete_artifact_version()
                .artifact_version_id(version.id);
            match delete.send().await {
                // Another program was faster.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                deleted => drop(deleted?),
            }
        }
    }
    if arguments.delete {
        println!("Deleted {} artifact versions.", old.len());
    } else {
        println!(
            "Found {} artifact versions; add --delete to delete them.",
            old.len()
        );
    }
    Ok(())
}
