//! How is a package installed, once per version?

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::{ProcessGroup, Progress, paths, python};

/// Settings of the user that would make pip install to another folder.
const PIP_FOLDERS: [&str; 4] = ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER"];
const PIP_LINES_TO_SHOW: usize = 20;

/// Returns the Python interpreter of a version's virtual environment. Installs the version first if
/// it is not installed completely.
///
/// # Errors
/// Returns an error that says what to do if Python is missing, too old or incomplete, or if pip
/// fails.
pub async fn interpreter(version: &str, progress: &dyn Progress) -> Result<PathBuf> {
    if !version.starts_with(|c: char| c.is_ascii_digit())
        || !version
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".+!".contains(c))
    {
        bail!("{version:?} is not a version of the PyPI package; give one such as 0.98.0");
    }
    let requirement = format!("zenml[server]=={version}");
    environment(&paths::version(version), &requirement, progress).await
}

/// Adds an extra of the package to an installed version, if it is not there.
pub(crate) async fn extra(version: &str, extra: &str, progress: &dyn Progress) -> Result<()> {
    let folder = paths::version(version);
    let _lock = lock(&folder.join("lock"), progress).await?;
    let environment = folder.join("venv");
    // In the environment, so that a new environment has no marker.
    let marker = Marker::new(&environment, &format!("zenml[{extra}]=={version}"));
    if !marker.is_set() {
        progress.stage(&format!("Installing {} (once)", marker.requirement));
        let interpreter = environment.join("bin/python");
        install(&interpreter, &marker.requirement, progress).await?;
        marker.set()?;
    }
    Ok(())
}

/// Returns the Python interpreter of a virtual environment in a folder, after installing the
/// requirement (such as `zenml[server]==0.98.0`) in it if it is not installed completely.
///
/// # Errors
/// Returns an error that says what to do if Python is missing, too old or incomplete, or if pip
/// fails.
pub async fn environment(
    folder: &Path,
    requirement: &str,
    progress: &dyn Progress,
) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let _lock = lock(&folder.join("lock"), progress).await?;
    let environment = folder.join("venv");
    let interpreter = environment.join("bin/python");
    let marker = Marker::new(folder, requirement);
    if !marker.is_set() || !interpreter.exists() {
        marker.remove()?;
        progress.stage(&format!(
            "Installing {requirement} (once, a minute or more)"
        ));
        progress.detail("creating a virtual environment");
        python::create_environment(&python::find().await?, &environment).await?;
        install(&interpreter, &marker.requirement, progress).await?;
        marker.set()?;
    }
    Ok(interpreter)
}

/// A file that marks an installation as complete, because it is written last.
struct Marker {
    path: PathBuf,
    requirement: String,
}

impl Marker {
    fn new(folder: &Path, requirement: &str) -> Self {
        Self {
            path: folder.join("installed"),
            requirement: requirement.to_owned(),
        }
    }

    fn is_set(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|installed| installed == self.requirement)
    }

    fn set(&self) -> Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(self.requirement.as_bytes())?;
        file.persist(&self.path)?;
        Ok(())
    }

    fn remove(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Locks an environment against a second process, until the file is closed.
async fn lock(path: &Path, progress: &dyn Progress) -> Result<File> {
    let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    progress.stage("Waiting for another process that is installing the same version");
    tokio::task::spawn_blocking(move || file.lock().map(|()| file))
        .await?
        .map_err(Into::into)
}

async fn install(interpreter: &Path, requirement: &str, progress: &dyn Progress) -> Result<()> {
    let mut command = python::command(interpreter);
    for name in PIP_FOLDERS {
        command.env_remove(name);
    }
    command
        .args([
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
        ])
        .args(["--progress-bar=off", "--no-color", requirement])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut pip = ProcessGroup::spawn(&mut command).context("cannot start pip")?;
    let mut output = Vec::new();
    let (Some(stdout), Some(stderr)) = (pip.take_stdout(), pip.take_stderr()) else {
        bail!("pip has no output");
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
            if let Some(stage) = pip_stage(&line) {
                progress.detail(&stage);
            }
            output.push(line);
        }
    }
    if pip.wait().await?.success() {
        return Ok(());
    }
    let end = output.split_off(output.len().saturating_sub(PIP_LINES_TO_SHOW));
    bail!(
        "pip could not install {requirement}:\n{}\nCheck that the package index is reachable; pip \
         reads its usual settings: pip.conf, PIP_INDEX_URL, HTTPS_PROXY.",
        end.join("\n")
    )
}

/// Returns the progress that a line of pip's output reports.
fn pip_stage(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    match words.next()? {
        "Collecting" => Some(format!("collecting {}", words.next()?)),
        "Downloading" => Some(format!("downloading {}", words.next()?)),
        "Installing" => Some("installing the collected packages".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::sync::mpsc;

    use super::*;
    use crate::Silent;

    #[test]
    fn lines_of_pip_become_short_stages() {
        let stage = |line| pip_stage(line);
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
    fn an_installation_is_complete_only_if_its_marker_names_the_requirement() {
        let folder = TempDir::new().unwrap();
        let marker = Marker::new(folder.path(), "zenml==1.2.3");
        assert!(!marker.is_set());
        marker.set().unwrap();
        assert!(marker.is_set());
        assert!(!Marker::new(folder.path(), "zenml==1.2.4").is_set());
        marker.remove().unwrap();
        marker.remove().unwrap();
        assert!(!marker.is_set());
    }

    #[tokio::test]
    async fn only_versions_reach_pip() {
        for version in ["", "0.98.0 --index-url=x", "../elsewhere", "-r file"] {
            let error = interpreter(version, &Silent).await.unwrap_err();
            assert!(error.to_string().contains("is not a version"), "{error}");
        }
    }

    struct Recorder(mpsc::UnboundedSender<String>);

    impl Progress for Recorder {
        fn stage(&self, text: &str) {
            self.0.send(text.to_owned()).unwrap();
        }

        fn detail(&self, _: &str) {}
    }

    #[tokio::test]
    async fn a_second_process_reports_that_it_waits_for_the_first() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("lock");
        let first = lock(&path, &Silent).await.unwrap();
        let (sender, mut stages) = mpsc::unbounded_channel();
        let second = tokio::spawn(async move { lock(&path, &Recorder(sender)).await });
        assert!(
            stages
                .recv()
                .await
                .unwrap()
                .starts_with("Waiting for another process")
        );
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap().unwrap();
    }
}
