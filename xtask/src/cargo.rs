//! How does xtask run cargo?

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{ExitCode, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
    try_join,
};
use zenml_test_server::{Access, ProcessGroup, cargo_command, paths};

use crate::interrupt;

/// Longer than a program takes to stop its server.
const GRACE: Duration = Duration::from_secs(12);

/// A command of cargo in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cargo {
    arguments: Vec<String>,
    /// Variables to set, or to remove.
    environment: Vec<(String, Option<String>)>,
    server: Option<Access>,
    /// `None` for the current folder.
    folder: Option<PathBuf>,
}

impl Cargo {
    /// Creates a command with these arguments, separated by spaces.
    #[must_use]
    pub fn new(arguments: &str) -> Self {
        Self {
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            environment: Vec::new(),
            server: None,
            folder: Some(paths::workspace().to_path_buf()),
        }
    }

    /// Adds an argument, which may contain spaces.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Adds arguments, which may contain spaces.
    #[must_use]
    pub fn args(self, arguments: &[impl AsRef<str>]) -> Self {
        let arguments = arguments.iter();
        arguments.fold(self, |command, argument| command.arg(argument.as_ref()))
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment
            .push((name.to_owned(), Some(value.to_owned())));
        self
    }

    /// Removes an environment variable.
    #[must_use]
    pub fn env_remove(mut self, name: &str) -> Self {
        self.environment.push((name.to_owned(), None));
        self
    }

    /// Passes address and login of a server to the command.
    #[must_use]
    pub fn server(mut self, access: Access) -> Self {
        self.server = Some(access);
        self
    }

    /// Runs the command in the current folder instead of the root of the workspace, so that paths
    /// among the arguments are right.
    #[must_use]
    pub fn in_current_folder(mut self) -> Self {
        self.folder = None;
        self
    }

    /// Runs the command in this folder instead of the root of the workspace.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_path_buf());
        self
    }

    /// Returns the command as typed in a shell, without the server.
    #[must_use]
    pub fn command_line(&self) -> String {
        self.environment
            .iter()
            .filter_map(|(name, value)| Some(format!("{name}='{}'", value.as_ref()?)))
            .chain(["cargo".to_owned()])
            .chain(self.arguments.iter().cloned())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs the command with the output of this process.
    ///
    /// # Errors
    /// Returns an error if cargo is missing or fails.
    pub async fn run(&self) -> Result<()> {
        let status = self.status().await?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.command_line());
        }
        Ok(())
    }

    /// Runs the command with the output of this process, and returns its exit status.
    ///
    /// # Errors
    /// Returns an error if cargo is missing.
    pub async fn status(&self) -> Result<ExitStatus> {
        let mut cargo = ProcessGroup::spawn(&mut self.command()).context("cannot start cargo")?;
        Ok(cargo.wait().await?)
    }

    /// Runs the command, and returns its exit status and its standard output.
    ///
    /// # Errors
    /// Returns an error if cargo is missing, or if the output is not UTF-8.
    pub async fn output(&self) -> Result<(ExitStatus, String)> {
        let mut cargo = ProcessGroup::spawn(self.command().stdout(Stdio::piped()))
            .context("cannot start cargo")?;
        let mut stdout = cargo
            .take_stdout()
            .context("cargo has no standard output")?;
        let mut text = String::new();
        stdout.read_to_string(&mut text).await?;
        Ok((cargo.wait().await?, text))
    }

    /// Runs a command that compiles, and passes each message of cargo on.
    ///
    /// # Errors
    /// Returns an error with cargo's other output if cargo is missing or fails, or if its output is not
    /// UTF-8.
    pub async fn messages(self, mut receive: impl FnMut(&Value)) -> Result<()> {
        let command = self.arg("--message-format=json-render-diagnostics");
        let mut spawned = command.command();
        let mut cargo = ProcessGroup::spawn(spawned.stdout(Stdio::piped()).stderr(Stdio::piped()))
            .context("cannot start cargo")?;
        let (stdout, stderr) = (cargo.take_stdout(), cargo.take_stderr());
        let messages = async {
            let stdout = stdout.context("cargo has no standard output")?;
            let mut lines = BufReader::new(stdout).lines();
            while let Some(line) = lines.next_line().await? {
                // Build scripts may print lines, too.
                if let Ok(message) = serde_json::from_str(&line) {
                    receive(&message);
                }
            }
            anyhow::Ok(())
        };
        let diagnostics = async {
            let mut text = String::new();
            let mut stderr = stderr.context("cargo has no standard error")?;
            stderr.read_to_string(&mut text).await?;
            anyhow::Ok(text)
        };
        let ((), diagnostics) = try_join!(messages, diagnostics)?;
        let status = cargo.wait().await?;
        ensure!(
            status.success(),
            "`{}` failed ({status}):\n{}",
            command.command_line(),
            diagnostics.trim_end()
        );
        Ok(())
    }

    /// Runs the command like [`Cargo::status`]. On Ctrl-C it gets SIGTERM, and time to stop its own
    /// processes. Its standard input ends with this process, even if that is killed.
    ///
    /// # Errors
    /// Returns an error if cargo is missing, or if interrupted.
    pub async fn status_or_stop(&self) -> Result<ExitStatus> {
        let mut cargo = ProcessGroup::spawn(self.command().stdin(Stdio::piped()))
            .context("cannot start cargo")?;
        let _lifeline = cargo.take_stdin();
        let interrupted = tokio::select! {
            status = cargo.wait() => return Ok(status?),
            stopped = interrupt::wait_for_signal() => stopped,
        };
        cargo.stop(GRACE).await?;
        Err(interrupted.err().unwrap_or_else(interrupt::interrupted))
    }

    fn command(&self) -> Command {
        let mut command = cargo_command();
        command
            .args(&self.arguments)
            .envs(self.server.iter().flat_map(Access::variables));
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// Features of a package by name, with what they enable.
pub type Features = BTreeMap<String, Vec<String>>;

/// Returns the features of a package of the workspace, `default` included, without those that begin with
/// underscores.
///
/// # Errors
/// Returns an error if the workspace has no such package.
pub async fn features(package: &str) -> Result<Features> {
    let output = cargo_command()
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(paths::workspace())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!(
            "`cargo metadata` failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata = serde_json::from_slice(&output.stdout)
        .context("cannot parse the output of `cargo metadata`")?;
    features_of(&metadata, package)
}

fn features_of(metadata: &Value, package: &str) -> Result<Features> {
    let features = metadata
        .pointer("/packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|candidate| candidate.get("name").is_some_and(|name| name == package))
        .and_then(|found| found.get("features"))
        .with_context(|| format!("the workspace has no package `{package}`"))?;
    let mut features: Features = serde_json::from_value(features.clone())?;
    features.retain(|name, _| !name.starts_with("__"));
    Ok(features)
}

/// Returns the exit code of a command; a failure if a signal ended it.
#[must_use]
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_as_typed_in_a_shell() {
        let command = Cargo::new("doc --no-deps").env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            command.command_line(),
            "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps"
        );
    }

    #[test]
    fn the_features_of_a_package_do_not_include_internal_ones() {
        let metadata = serde_json::json!({"packages": [
            {"name": "other", "features": {"x": []}},
            {"name": "zenml", "features": {"tls": [], "default": ["tls"], "pro": [], "__x": []}},
        ]});
        let features = features_of(&metadata, "zenml").unwrap();
        assert!(features.keys().eq(["default", "pro", "tls"]));
        assert_eq!(features["default"], ["tls"]);
        assert!(features_of(&metadata, "missing").is_err());
    }
}
