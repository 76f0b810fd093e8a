//! How is a document printed by the PyPI package?
//!
//! That needs no running server. Configured as a Pro workspace, the package prints everything that
//! any ZenML server publishes.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempDir;
use tokio::time::timeout;
use zenml_test_server::{Progress, interpreter, newest_version, python_command};

use super::{Fetched, Token, Version};
use crate::checksum::sha256;

/// Writes the document, and the versions of the packages that printed it, to a folder.
const SCRIPT: &str = include_str!("print_document.py");

/// Variables that make the server a Pro workspace. Nothing is loaded, so that any dotted name will
/// do.
const PRO_WORKSPACE: [&str; 3] = [
    "ZENML_SERVER_WORKLOAD_MANAGER_IMPLEMENTATION_SOURCE",
    "ZENML_SERVER_RBAC_IMPLEMENTATION_SOURCE",
    "ZENML_SERVER_FEATURE_GATE_IMPLEMENTATION_SOURCE",
];

/// What the package is configured as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// A Pro workspace.
    Pro,
    /// A server that is not a Pro workspace.
    OpenSource,
}

/// Longer than an installation over a slow network takes.
const INSTALLATION: Duration = Duration::from_secs(30 * 60);
/// Longer than printing the document takes.
const PRINTING: Duration = Duration::from_secs(5 * 60);

pub(super) async fn fetch(
    version: &Version,
    token: Option<&Token>,
    progress: &dyn Progress,
) -> Result<Fetched> {
    let version = match version {
        Version::Exact(version) => version.clone(),
        Version::Latest => newest_version(progress).await.context(
            "cannot find the newest version; check the network, or give a file with `--from FILE`",
        )?,
    };
    document(&version, Edition::Pro, token, progress).await
}

/// Returns the document that a version of the package prints, which does not see the token.
///
/// # Errors
/// Returns an error if the version cannot be installed, or does not print its document.
pub async fn document(
    version: &str,
    edition: Edition,
    token: Option<&Token>,
    progress: &dyn Progress,
) -> Result<Fetched> {
    let installed = timeout(INSTALLATION, interpreter(version, progress)).await;
    let installed = installed.unwrap_or_else(|_| Err(anyhow!("it took longer than half an hour")));
    let python = installed.with_context(|| {
        format!("cannot install zenml[server]=={version}; check the network, or give a file with `--from FILE`")
    })?;
    let environment = python
        .parent()
        .and_then(Path::parent)
        .ok_or_else(|| anyhow!("{} is not in a virtual environment", python.display()))?;
    // In the environment, so that both are deleted together; named after the script, so that a
    // changed script prints again.
    let script = sha256(SCRIPT.as_bytes());
    let name = match edition {
        Edition::Pro => "printed",
        Edition::OpenSource => "printed-plain",
    };
    let cache = environment.join(format!("{name}-{}", script.get(..12).unwrap_or_default()));
    let (document, printed_by) = (cache.join("openapi.json"), cache.join("printed-by"));
    if !document.exists() {
        progress.stage(&format!("Printing the document of ZenML {version}"));
        print(&python, edition, token, &cache).await?;
    }
    let read =
        |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    Ok(Fetched {
        raw: read(&document)?,
        origin: match edition {
            Edition::Pro => format!("pypi:zenml[server]=={version}, configured as a Pro workspace"),
            Edition::OpenSource => format!("pypi:zenml[server]=={version}"),
        },
        printed_by: Some(String::from_utf8(read(&printed_by)?)?),
    })
}

/// Creates `folder` with the document and the versions of the packages that printed it.
async fn print(
    python: &Path,
    edition: Edition,
    token: Option<&Token>,
    folder: &Path,
) -> Result<()> {
    let parent = folder.parent().unwrap_or(folder);
    let scratch = TempDir::new_in(parent).context("cannot create a folder for the document")?;
    let config = scratch.path().join("config");
    let printed = scratch.path().join("printed");
    for new in [&config, &printed] {
        fs::create_dir(new).with_context(|| format!("cannot create {}", new.display()))?;
    }
    let mut command = python_command(python);
    command
        .args(["-c", SCRIPT])
        .arg(&printed)
        .current_dir(scratch.path())
        .env("ZENML_SERVER", "true")
        .env("ZENML_ANALYTICS_OPT_IN", "false")
        .env("ZENML_CONFIG_PATH", &config)
        .kill_on_drop(true);
    for name in PRO_WORKSPACE {
        match edition {
            Edition::Pro => command.env(name, "any.name"),
            Edition::OpenSource => command.env_remove(name),
        };
    }
    if let Some(token) = token {
        // The token is for a server; the package must not see it.
        command.env_remove(&token.variable);
    }
    let output = timeout(PRINTING, command.output()).await;
    let output = output
        .map_err(|_| anyhow!("the package did not print its document within five minutes"))?;
    let output = output.context("cannot start Python")?;
    let status = output.status;
    if !status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = stderr.lines().collect();
        let last = lines
            .get(lines.len().saturating_sub(20)..)
            .unwrap_or_default();
        bail!(
            "the package failed to print its document ({status}):\n{}",
            last.join("\n")
        );
    }
    match fs::rename(&printed, folder) {
        // Another process has printed the same document meanwhile.
        Err(_) if folder.join("openapi.json").exists() => Ok(()),
        result => result.with_context(|| format!("cannot write {}", folder.display())),
    }
}
