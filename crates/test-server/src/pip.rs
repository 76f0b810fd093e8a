//! Which versions does the package index have?

use std::fs;

use anyhow::{Context, Result, anyhow, bail};

use crate::{Progress, paths, python};

/// Returns the newest version of the package `zenml` in pip's index, without pre-releases.
///
/// # Errors
/// Returns an error with pip's output if pip fails, or if Python is missing.
pub async fn newest_version(progress: &dyn Progress) -> Result<String> {
    let stdout = index_versions(progress).await?;
    newest(&stdout).map(str::to_owned).ok_or_else(|| {
        anyhow!("cannot parse pip's output; give a version instead of `latest`:\n{stdout}")
    })
}

/// Returns all versions of the package `zenml` in pip's index, newest first, without pre-releases.
///
/// # Errors
/// Returns an error with pip's output if pip fails, or if Python is missing.
pub async fn released_versions(progress: &dyn Progress) -> Result<Vec<String>> {
    let stdout = index_versions(progress).await?;
    let versions =
        released(&stdout).ok_or_else(|| anyhow!("cannot parse pip's output:\n{stdout}"))?;
    Ok(versions.map(str::to_owned).collect())
}

/// Returns what `pip index versions` prints.
async fn index_versions(progress: &dyn Progress) -> Result<String> {
    progress.stage("Finding the versions of ZenML");
    let folder = paths::scratch().join("pip");
    let interpreter = folder.join("bin/python");
    // The last file that creating an environment writes.
    if !folder.join("bin/pip").exists() {
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        python::create_environment(&python::find().await?, &folder).await?;
    }
    let output = python::command(&interpreter)
        .args(["-m", "pip", "index", "versions", "zenml"])
        .args(["--no-input", "--no-color", "--disable-pip-version-check"])
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start pip")?;
    if !output.status.success() {
        bail!(
            "pip could not find the newest version of zenml:\n{}\nCheck that the package index is \
             reachable; pip reads its usual settings: pip.conf, PIP_INDEX_URL, HTTPS_PROXY.",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the versions in pip's second line, `Available versions: 0.98.0, 0.97.0`.
fn released(output: &str) -> Option<impl Iterator<Item = &str>> {
    let mut lines = output.lines();
    let line = lines.find_map(|line| line.strip_prefix("Available versions: "))?;
    Some(line.split(',').map(str::trim))
}

/// Returns the version in pip's first line, `zenml (0.98.0)`.
fn newest(output: &str) -> Option<&str> {
    let line = output.lines().next()?;
    let version = line.strip_prefix("zenml (")?.strip_suffix(')')?;
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_in_the_first_line_of_pip() {
        let output = "zenml (0.98.0)\nAvailable versions: 0.98.0, 0.97.0\n  INSTALLED: 0.97.0\n";
        assert_eq!(newest(output), Some("0.98.0"));
    }

    #[test]
    fn all_versions_are_in_the_second_line_of_pip() {
        let output = "zenml (0.98.0)\nAvailable versions: 0.98.0, 0.97.0\n  INSTALLED: 0.97.0\n";
        let versions: Vec<&str> = released(output).unwrap().collect();
        assert_eq!(versions, ["0.98.0", "0.97.0"]);
        assert!(released("zenml (0.98.0)").is_none());
    }

    #[test]
    fn other_output_has_no_version() {
        for output in ["", "zenml", "zenml ()", "Available versions: 0.98.0"] {
            assert_eq!(newest(output), None, "{output}");
        }
    }
}
