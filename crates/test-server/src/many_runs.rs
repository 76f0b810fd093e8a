//! How does a server get thousands of runs? Executed runs are copied in its database.
//!
//! A pipeline takes seconds to execute. The copies are made from rows that the server itself has
//! written, while it is stopped, so that its responses are those of real runs.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, Result};

use crate::{Fill, Options, Progress, Server, interpreter, paths, process, python};

/// The server's database in the folder of its data.
const DATABASE: &str = "stores/default_zen_store/zenml.db";

/// Gives the folder of a server a database with this number of runs, unless it has a database.
///
/// # Errors
/// Returns an error if the database is not there yet, and a server cannot be started or filled for it.
pub(crate) async fn prepare(
    folder: &Path,
    version: &str,
    runs: u32,
    progress: Arc<dyn Progress>,
) -> Result<()> {
    let database = folder.join(DATABASE);
    if database.exists() {
        return Ok(());
    }
    let kept = paths::scratch().join(format!("runs/{version}-{runs}.db"));
    if !kept.exists() {
        create(&kept, version, runs, progress).await?;
    }
    fs::create_dir_all(database.parent().unwrap_or(folder))?;
    let copied = tokio::task::spawn_blocking(move || fs::copy(kept, database)).await?;
    copied.context("cannot copy the database")?;
    Ok(())
}

async fn create(kept: &Path, version: &str, runs: u32, progress: Arc<dyn Progress>) -> Result<()> {
    let all = kept.parent().unwrap_or(kept);
    fs::create_dir_all(all).with_context(|| format!("cannot create {}", all.display()))?;
    let folder = tempfile::tempdir_in(all.canonicalize()?)?;
    let options = Options::default()
        .version(version)
        .data(folder.path())
        .progress(progress.clone());
    // A server starts with runs, and these runs need a server: the future needs a box.
    let server = Box::pin(Server::start(options)).await?;
    server.fill(Fill::Demo).await?;
    server.stop().await?;

    progress.stage(&format!("Copying runs until there are {runs} (once)"));
    let database = folder.path().join(DATABASE);
    let mut copying = python::command(interpreter(version, &*progress).await?);
    copying
        .arg(paths::copy_runs_script())
        .arg(&database)
        .arg(runs.to_string());
    process::complete(&mut copying)
        .await
        .context("cannot copy runs")?;
    // Replaces a database that another process has created in the meantime, which is as good.
    Ok(fs::rename(&database, kept)?)
}
