//! How do commands get a server to test with?

use std::path::PathBuf;

use anyhow::Result;
use tokio::task::JoinSet;
use zenml_test_server::{
    ConsoleProgress, Fill, Options, Progress as _, Server, Silent, default_version, interpreter,
};

/// Installs the server in the background. Dropping the set stops the installation.
pub fn install() -> JoinSet<Result<PathBuf>> {
    let mut installing = JoinSet::new();
    installing.spawn(async { interpreter(&default_version()?, &Silent).await });
    installing
}

/// Waits until the server is installed, and starts it like [`start`].
///
/// # Errors
/// Returns an error if the server cannot be installed, does not start, or cannot be filled.
pub async fn start_after(installing: Option<JoinSet<Result<PathBuf>>>) -> Result<Server> {
    if let Some(installing) = installing {
        let progress = ConsoleProgress::new();
        progress.stage("Installing the server");
        installing
            .join_all()
            .await
            .into_iter()
            .collect::<Result<Vec<_>>>()?;
        progress.done();
    }
    start().await
}

/// Starts a server and fills it with one object of each kind.
///
/// # Errors
/// Returns an error if the server does not start or cannot be filled.
pub async fn start() -> Result<Server> {
    let progress = ConsoleProgress::new();
    let server = Server::start(Options::default().progress(progress.clone())).await?;
    server.fill(Fill::All).await?;
    progress.done();
    Ok(server)
}
