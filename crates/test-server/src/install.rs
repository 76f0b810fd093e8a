//! How is a package installed, once per version?

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

use crate::{Progress, installer, paths, python};

/// The program that installs all other packages.
const UV: &str = "uv==0.13.9";

/// Returns the Python interpreter of a version's virtual environment. Installs the version first if
/// it is not installed completely.
///
/// # Errors
/// Returns an error that says what to do if Python is missing, too old or incomplete, or if the
/// version cannot be installed.
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
        let uv = uv(progress).await;
        progress.stage(&format!("Installing {} (once)", marker.requirement));
        let interpreter = environment.join("bin/python");
        install(uv, &interpreter, &marker.requirement, progress).await?;
        marker.set()?;
    }
    Ok(())
}

/// Returns the Python interpreter of a virtual environment in a folder, after installing the
/// requirement (such as `zenml[server]==0.98.0`) in it if it is not installed completely.
///
/// uv installs it in a fifth of the time that pip takes. Only pip reads the user's settings for pip,
/// such as another package index, so pip installs what uv cannot.
///
/// # Errors
/// Returns an error that says what to do if Python is missing, too old or incomplete, or if the
/// requirement cannot be installed.
pub async fn environment(
    folder: &Path,
    requirement: &str,
    progress: &dyn Progress,
) -> Result<PathBuf> {
    let environment = Environment::lock(folder, requirement, progress).await?;
    if !environment.is_complete() {
        let uv = uv(progress).await;
        environment.create(progress).await?;
        install(uv, &environment.interpreter, requirement, progress).await?;
        environment.marker.set()?;
    }
    Ok(environment.interpreter)
}

/// Installs a requirement with uv or else, if that fails or is missing, with pip.
async fn install(
    uv: Result<PathBuf>,
    interpreter: &Path,
    requirement: &str,
    progress: &dyn Progress,
) -> Result<()> {
    let installed = match uv {
        Ok(uv) => {
            let command = installer::uv(&uv, interpreter, requirement);
            installer::run(command, requirement, progress).await
        }
        Err(error) => Err(error),
    };
    let Err(error) = installed else {
        return Ok(());
    };
    progress.note(&format!("uv failed, so pip installs: {error:#}"));
    let command = installer::pip(interpreter, requirement);
    installer::run(command, requirement, progress).await
}

/// Returns uv, after installing it if necessary.
async fn uv(progress: &dyn Progress) -> Result<PathBuf> {
    let environment = Environment::lock(&paths::scratch().join("uv"), UV, progress).await?;
    if !environment.is_complete() {
        environment.create(progress).await?;
        let command = installer::pip(&environment.interpreter, UV);
        installer::run(command, UV, progress).await?;
        environment.marker.set()?;
    }
    Ok(environment.interpreter.with_file_name("uv"))
}

/// A virtual environment for one requirement, locked against other processes.
struct Environment {
    folder: PathBuf,
    interpreter: PathBuf,
    marker: Marker,
    _lock: File,
}

impl Environment {
    async fn lock(folder: &Path, requirement: &str, progress: &dyn Progress) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let environment = folder.join("venv");
        Ok(Self {
            interpreter: environment.join("bin/python"),
            folder: environment,
            marker: Marker::new(folder, requirement),
            _lock: lock(&folder.join("lock"), progress).await?,
        })
    }

    fn is_complete(&self) -> bool {
        self.marker.is_set() && self.interpreter.exists()
    }

    /// Creates the environment anew, without the requirement.
    async fn create(&self, progress: &dyn Progress) -> Result<()> {
        self.marker.remove()?;
        progress.stage(&format!(
            "Installing {} (once, up to a minute)",
            self.marker.requirement
        ));
        progress.detail("creating a virtual environment");
        python::create_environment(&python::find().await?, &self.folder).await
    }
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

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::sync::mpsc;

    use super::*;
    use crate::Silent;

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
    async fn only_versions_are_installed() {
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
