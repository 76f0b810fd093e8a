//! Which Python runs the server?

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Result, bail};
use tokio::process::Command;

use crate::Access;

/// The variable that names an interpreter, in place of the candidates.
const CHOICE: &str = "ZENML_TEST_PYTHON";
const CANDIDATES: [&str; 7] = [
    "python3",
    "python",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
];
/// The oldest version that the server package of ZenML 0.98.0 supports.
const OLDEST: (u32, u32) = (3, 10);
const HOW_TO_INSTALL: &str = "\
Install Python 3.10 or newer with its venv module, for example
  Debian, Ubuntu:  apt-get install python3 python3-venv
  Fedora:          dnf install python3
  macOS:           brew install python3
or set ZENML_TEST_PYTHON to an interpreter.";

/// Creates a command without the user's own ZenML and Python settings.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    for (name, _) in env::vars_os() {
        let own = |prefix: &str| name.to_string_lossy().starts_with(prefix);
        if own("ZENML_") || own("PYTHON") || name == "VIRTUAL_ENV" {
            command.env_remove(name);
        }
    }
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .stdin(Stdio::null());
    command
}

/// Creates a command whose client is logged in to a server. Its settings and files are in `folder`.
pub(crate) fn with_client(interpreter: &Path, access: &Access, folder: &Path) -> Command {
    let mut command = command(interpreter);
    command
        .envs(access.variables())
        .env("ZENML_CONFIG_PATH", folder.join("client"))
        .env("ZENML_LOCAL_STORES_PATH", folder.join("stores"))
        .env("ZENML_ANALYTICS_OPT_IN", "false")
        .env("ZENML_LOGGING_COLORS_DISABLED", "true")
        .env("ZENML_ENABLE_RICH_TRACEBACK", "false")
        // Requests to loopback must not go through a proxy.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    command
}

/// Returns the first interpreter in `PATH` that is new enough.
///
/// # Errors
/// Returns an error that says what was found and what to install if there is none.
pub(crate) async fn find() -> Result<PathBuf> {
    find_among(candidates(env::var_os(CHOICE).map(PathBuf::from))).await
}

fn candidates(choice: Option<PathBuf>) -> Vec<PathBuf> {
    choice.map_or_else(
        || CANDIDATES.iter().map(PathBuf::from).collect(),
        |choice| vec![choice],
    )
}

async fn find_among(candidates: Vec<PathBuf>) -> Result<PathBuf> {
    let mut too_old = Vec::new();
    for candidate in candidates {
        match version(&candidate).await {
            Some(version) if version >= OLDEST => return Ok(candidate),
            Some((major, minor)) => {
                too_old.push(format!("{} is {major}.{minor}", candidate.display()));
            }
            None => {}
        }
    }
    if too_old.is_empty() {
        bail!("the ZenML server needs Python, which was not found.\n{HOW_TO_INSTALL}");
    }
    bail!(
        "the ZenML server needs Python {}.{} or newer: {}.\n{HOW_TO_INSTALL}",
        OLDEST.0,
        OLDEST.1,
        too_old.join(", ")
    );
}

async fn version(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys; print(*sys.version_info[:2])";
    let output = command(python).args(["-c", script]).output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Creates a virtual environment. Replaces the folder if it exists.
///
/// # Errors
/// Returns an error that says what to install if Python has no `venv` module or no pip for it.
pub(crate) async fn create_environment(python: &Path, folder: &Path) -> Result<()> {
    let output = command(python)
        .args(["-m", "venv", "--clear"])
        .arg(folder)
        .kill_on_drop(true)
        .output()
        .await?;
    if output.status.success() {
        return Ok(());
    }
    bail!(
        "{} cannot create a virtual environment:\n{}{}\n{HOW_TO_INSTALL}",
        python.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use tempfile::TempDir;

    use super::*;

    fn interpreter(folder: &TempDir, name: &str, script: &str) -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn without_python_the_error_says_what_to_install() {
        let error = find_among(vec!["no-such-python".into()]).await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("apt-get install python3 python3-venv"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn the_error_names_a_python_that_is_too_old_with_its_version() {
        let folder = TempDir::new().unwrap();
        let old = interpreter(&folder, "python-old", "echo 3 9");
        let error = find_among(vec![old]).await.unwrap_err().to_string();
        assert!(
            error.contains("3.10 or newer") && error.contains("python-old is 3.9"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_later_candidate_that_is_new_enough_is_used() {
        let folder = TempDir::new().unwrap();
        let old = interpreter(&folder, "old", "echo 3 9");
        let new = interpreter(&folder, "new", "echo 3 13");
        assert_eq!(find_among(vec![old, new.clone()]).await.unwrap(), new);
    }

    #[tokio::test]
    async fn a_missing_venv_module_is_an_error_that_says_what_to_install() {
        let folder = TempDir::new().unwrap();
        let bare = interpreter(&folder, "bare", "echo 'No module named venv' >&2; exit 1");
        let error = create_environment(&bare, folder.path())
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("No module named venv") && error.contains("python3-venv"),
            "{error}"
        );
    }

    #[test]
    fn a_chosen_interpreter_is_the_only_candidate() {
        assert_eq!(candidates(Some("mine".into())), [PathBuf::from("mine")]);
    }
}
