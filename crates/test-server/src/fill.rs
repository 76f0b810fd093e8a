//! Filling a server by the Python client of its own package.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    time::timeout,
};

use crate::{Access, Group, Progress, paths, process, python};

/// How much of a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Executed pipelines: two training runs with a model, metadata and tags, and a failing one.
    Demo,
    /// The demo and one of everything that a server can hold: `crates/test-server/fill` says what.
    All,
}

impl Fill {
    fn part(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::All => "all",
        }
    }
}

/// A fill takes well under a minute; a machine may be slow, but not this slow.
const DEADLINE: Duration = Duration::from_mins(10);

/// Runs the scripts; `folder` gets the client's settings and `fill.log`.
///
/// # Errors
/// When a stage fails: shows the end of what the client said.
pub(crate) async fn fill(
    interpreter: &Path,
    access: &Access,
    folder: &Path,
    part: Fill,
    progress: &dyn Progress,
) -> Result<()> {
    progress.stage("Filling the server with executed pipelines");
    let client = folder.join("client");
    fs::create_dir_all(&client)?;
    let log_path = folder.join("fill.log");
    let mut log = File::create(&log_path)?;
    let mut command = python::command(interpreter);
    command
        .arg(paths::fill_scripts())
        .args(["--part", part.part()])
        .envs(access.variables())
        .env("ZENML_CONFIG_PATH", &client)
        .env("ZENML_LOCAL_STORES_PATH", folder.join("stores"))
        .env("ZENML_ANALYTICS_OPT_IN", "false")
        .env("ZENML_LOGGING_COLORS_DISABLED", "true")
        .env("ZENML_ENABLE_RICH_TRACEBACK", "false")
        // A proxy of the machine must not see what is for loopback.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .stdout(Stdio::piped())
        .stderr(log.try_clone()?);
    let mut script = Group::spawn(&mut command).context("cannot start the fill")?;
    let stdout = script.take_stdout().context("the fill has no output")?;
    let run = async {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            match line.strip_prefix("fill: ") {
                Some(stage) => progress.detail(stage),
                None => writeln!(log, "{line}")?,
            }
        }
        anyhow::Ok(script.wait().await?)
    };
    let status = timeout(DEADLINE, run)
        .await
        .with_context(|| format!("the fill did not end within {DEADLINE:?}"))??;
    if !status.success() {
        bail!(
            "the fill failed ({status}):\n{}",
            process::last_lines(&log_path)
        );
    }
    Ok(())
}
