//! Exports the runs of all projects to a file of JSON Lines: one run per line, as the server sent it.
//!
//! ```text
//! cargo run --package zenml-examples --example export_runs -- runs.jsonl
//! ```

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context, Result};
use clap::Parser;
use indicatif::ProgressBar;
use zenml::{WorkspaceClient, workspace::types::ProjectResponse};

/// Exports the runs of all projects to a file of JSON Lines
///
/// Each line is a run with its metadata and resources. Fields that this program does not know are kept.
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY.")]
struct Arguments {
    /// File to write
    file: PathBuf,

    /// Only the runs of this project, by name or id
    #[arg(long)]
    project: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let client = WorkspaceClient::from_env()?;
    let projects = match arguments.project {
        Some(project) => vec![project],
        None => {
            let all = client
                .list_projects()
                .stream()
                .try_collect::<Vec<ProjectResponse>>();
            all.await?
                .iter()
                .map(|project| project.id.to_string())
                .collect()
        }
    };
    let lists = projects
        .iter()
        .map(|project| client.list_runs().project(project));
    let lists: Vec<_> = lists
        .map(|list| list.sort_by("asc:created").hydrate(true))
        .collect();

    let mut total = 0;
    for list in &lists {
        total += list.clone().count().await?;
    }
    let file = File::create(&arguments.file);
    let file = file.with_context(|| format!("cannot write {}", arguments.file.display()))?;
    let mut file = BufWriter::new(file);
    let progress = ProgressBar::new(total);
    for list in lists {
        let mut runs = list.stream().prefetch(8);
        while let Some(run) = runs.next().await {
            serde_json::to_writer(&mut file, &run?)?;
            file.write_all(b"\n")?;
            progress.inc(1);
        }
    }
    file.flush()?;
    progress.finish();
    println!(
        "Exported {} runs to {}",
        progress.position(),
        arguments.file.display()
    );
    Ok(())
}
