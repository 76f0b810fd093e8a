//! How is a server filled? By the Python client of its own package.

use std::{fs::File, io::Write, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    time::timeout,
};

use crate::{Access, ProcessGroup, Progress, paths, process, python};

/// Extent of a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Executed pipelines: two training runs with a model, metadata and tags, and a failed run.
    Demo,
    /// The demo and one of everything that a server can hold; see `crates/test-server/fill`.
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

/// Much longer than a fill takes, which is well under a minute.
const DEADLINE: Duration = Duration::from_mins(10);

/// Runs the scripts, and returns what they skipped, with the reasons. The client's settings and
/// `fill.log` are written to `folder`.
///
/// # Errors
/// Returns an error with the end of the client's output if a stage fails.
pub(crate) async fn fill(
    interpreter: &Path,
    access: &Access,
    folder: &Path,
    part: Fill,
    progress: &dyn Progress,
) -> Result<Vec<String>> {
    progress.stage("Filling the server with executed pipelines");
    let log_path = folder.join("fill.log");
    let mut log = File::create(&log_path)?;
    let mut command = python::with_client(interpreter, access, folder);
    command
        .arg(paths::fill_scripts())
        .args(["--part", part.part()])
        .stdout(Stdio::piped())
        .stderr(log.try_clone()?);
    let mut script = ProcessGroup::spawn(&mut command).context("cannot start the fill")?;
    let stdout = script
        .take_stdout()
        .context("the fill has no standard output")?;
    let mut skipped = Vec::new();
    let run = async {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            match line.strip_prefix("fill: ") {
                Some(stage) => match stage.strip_prefix("skipped ") {
                    Some(reason) => {
                        progress.note(&line);
                        skipped.push(reason.to_owned());
                    }
                    None => progress.detail(stage),
                },
                None => writeln!(log, "{line}")?,
            }
        }
        anyhow::Ok(script.wait().await?)
    };
    let status = timeout(DEADLINE, run).await.with_context(|| {
        format!(
            "the fill did not end within {DEADLINE:?}; see {}",
            log_path.display()
        )
    })??;
    if !status.success() {
        bail!(
            "the fill failed ({status}):\n{}",
            process::last_lines(&log_path)
        );
    }
    Ok(skipped)
}
