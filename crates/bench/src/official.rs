//! How fast are the calls of the official Python client?

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde::Deserialize;
use zenml_bench::{Result, clients::TAG, workspace};

use crate::compare::Turn;

/// Measures the official client in one long turn for each call: small and large. Returns `None` if it
/// is not installed.
pub fn turns(url: &str, period: Duration, python: &Path) -> Result<Option<[Turn; 2]>> {
    #[derive(Deserialize)]
    struct Line {
        call: String,
        calls: f64,
        wall: f64,
        cpu: f64,
    }
    if !python.exists() {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let output = Command::new(python)
        .arg(workspace().join("crates/bench/official.py"))
        .args([url, &TAG.to_string(), &period.as_secs_f64().to_string()])
        .env("ZENML_CONFIG_PATH", folder.path())
        .env("ZENML_ANALYTICS_OPT_IN", "false")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the official client failed".into());
    }
    // The Python library may print other lines.
    let lines = String::from_utf8(output.stdout)?;
    let mut lines = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut next = |call: &str| {
        let line: Line = lines.find(|line: &Line| line.call == call)?;
        Some(Turn::new(line.calls, line.wall, Some(line.cpu)))
    };
    let turns = next("tag").zip(next("runs"));
    let (tag, page) = turns.ok_or("the official client printed no measurements")?;
    Ok(Some([tag, page]))
}
