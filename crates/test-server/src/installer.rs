//! Which program installs a package into a virtual environment, and how?

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use crate::{ProcessGroup, Progress, python};

/// Settings of the user that would make pip install to another folder.
const PIP_FOLDERS: [&str; 4] = ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER"];
const LINES_TO_SHOW: usize = 20;

/// Returns the command that installs a requirement with uv.
pub fn uv(uv: &Path, interpreter: &Path, requirement: &str) -> Command {
    let mut command = python::command(uv);
    // The server runs without writing bytecode, so it would compile its modules at each start.
    command
        .args(["pip", "install", "--no-progress", "--compile-bytecode"])
        .args(["--color=never", requirement, "--python"])
        .arg(interpreter);
    command
}

/// Returns the command that installs a requirement with the pip of the environment.
pub fn pip(interpreter: &Path, requirement: &str) -> Command {
    let mut command = python::command(interpreter);
    for name in PIP_FOLDERS {
        command.env_remove(name);
    }
    command
        .args(["-m", "pip", "install", "--no-input"])
        .args(["--disable-pip-version-check", "--progress-bar=off"])
        .args(["--no-color", requirement]);
    command
}

/// Runs a command of [`uv`] or [`pip`] to its end.
///
/// # Errors
/// Returns an error with the end of the output if the command fails.
pub async fn run(mut command: Command, requirement: &str, progress: &dyn Progress) -> Result<()> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut installer = ProcessGroup::spawn(&mut command).context("cannot start the installer")?;
    let mut output = Vec::new();
    let (Some(stdout), Some(stderr)) = (installer.take_stdout(), installer.take_stderr()) else {
        bail!("the installer has no output");
    };
    let (mut stdout, mut stderr) = (
        BufReader::new(stdout).lines(),
        BufReader::new(stderr).lines(),
    );
    let mut open = (true, true);
    while open.0 || open.1 {
        let line = tokio::select! {
            line = stdout.next_line(), if open.0 => line?.or_else(|| { open.0 = false; None }),
            line = stderr.next_line(), if open.1 => line?.or_else(|| { open.1 = false; None }),
        };
        if let Some(line) = line {
            if let Some(stage) = stage(&line) {
                progress.detail(&stage);
            }
            output.push(line);
        }
    }
    if installer.wait().await?.success() {
        return Ok(());
    }
    let end = output.split_off(output.len().saturating_sub(LINES_TO_SHOW));
    bail!(
        "{requirement} could not be installed:\n{}\nCheck that the package index is reachable; pip \
         reads its usual settings: pip.conf, PIP_INDEX_URL, HTTPS_PROXY.",
        end.join("\n")
    )
}

/// Returns the progress that a line of the output reports.
fn stage(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    match words.next()? {
        "Collecting" => Some(format!("collecting {}", words.next()?)),
        "Downloading" => Some(format!("downloading {}", words.next()?)),
        "Installing" => Some("installing the collected packages".to_owned()),
        "Resolved" => Some("downloading the packages".to_owned()),
        "Prepared" => Some("installing the packages".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_pip_become_short_stages() {
        assert_eq!(
            stage("Collecting zenml[server]==0.98.0").unwrap(),
            "collecting zenml[server]==0.98.0"
        );
        assert_eq!(
            stage("  Downloading a-1.whl (2 kB)").unwrap(),
            "downloading a-1.whl"
        );
        assert_eq!(
            stage("Installing collected packages: a, b").unwrap(),
            "installing the collected packages"
        );
        assert_eq!(stage("Requirement already satisfied: pip"), None);
        assert_eq!(stage(""), None);
    }

    #[test]
    fn lines_of_uv_become_short_stages() {
        assert_eq!(
            stage("Resolved 98 packages in 1.2s").unwrap(),
            "downloading the packages"
        );
        assert_eq!(
            stage("Prepared 98 packages in 3s").unwrap(),
            "installing the packages"
        );
        assert_eq!(stage(" + zenml==0.98.0"), None);
    }
}
