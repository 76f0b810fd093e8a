//! What the package index has.

use std::fs;

use anyhow::{Context, Result, anyhow, bail};

use crate::{Progress, paths, python};

/// The newest version of the package `zenml` for the Python that is found, as pip sees it: from the
/// user's index, without pre-releases.
///
/// # Errors
/// When Python is missing, or when pip does not know: says what it said.
pub async fn newest_version(progress: &dyn Progress) -> Result<String> {
    progress.stage("Asking for the newest version of ZenML");
    let folder = paths::scratch().join("pip");
    let interpreter = folder.join("bin/python");
    // The last file that making an environment writes.
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
            "pip could not ask for the newest version of zenml:\n{}\nIs the package index \
             reachable? pip reads its usual settings: pip.conf, PIP_INDEX_URL, HTTPS_PROXY.",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    let said = String::from_utf8_lossy(&output.stdout);
    newest(&said).map(str::to_owned).ok_or_else(|| {
        anyhow!("pip's answer is not understood, name the version instead of `latest`:\n{said}")
    })
}

/// The version in `zenml (0.98.0)`, which is pip's first line.
fn newest(said: &str) -> Option<&str> {
    let line = said.lines().next()?;
    let version = line.strip_prefix("zenml (")?.strip_suffix(')')?;
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_in_pips_first_line() {
        let said = "zenml (0.98.0)\nAvailable versions: 0.98.0, 0.97.0\n  INSTALLED: 0.97.0\n";
        assert_eq!(newest(said), Some("0.98.0"));
    }

    #[test]
    fn another_answer_gives_no_version() {
        for said in ["", "zenml", "zenml ()", "Available versions: 0.98.0"] {
            assert_eq!(newest(said), None, "{said}");
        }
    }
}
