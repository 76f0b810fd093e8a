//! Running cargo.

use std::{
    env,
    ffi::OsString,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::process::Command;
use zenml_test_server::{Access, ProcessGroup, paths};

use crate::interrupt;

/// Longer than a program gives the server that it stops.
const GRACE: Duration = Duration::from_secs(12);

/// A call of cargo in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cargo {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    server: Option<Access>,
    in_current_folder: bool,
}

impl Cargo {
    /// `cargo` with these arguments, separated by spaces.
    #[must_use]
    pub fn new(arguments: &str) -> Self {
        Self {
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            environment: Vec::new(),
            server: None,
            in_current_folder: false,
        }
    }

    /// Adds an argument, which may hold spaces.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets a variable of the call's.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Tells the call about a server.
    #[must_use]
    pub fn server(mut self, access: Access) -> Self {
        self.server = Some(access);
        self
    }

    /// Runs it where this process runs, not in the root of the workspace: for what has paths among
    /// its arguments.
    #[must_use]
    pub fn in_current_folder(mut self) -> Self {
        self.in_current_folder = true;
        self
    }

    /// The command as one would type it, for a server that one has oneself.
    #[must_use]
    pub fn shown(&self) -> String {
        self.environment
            .iter()
            .map(|(name, value)| format!("{name}='{value}'"))
            .chain(["cargo".to_owned()])
            .chain(self.arguments.iter().cloned())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs it with this process's output.
    ///
    /// # Errors
    /// When cargo is missing or fails.
    pub async fn run(&self) -> Result<()> {
        let status = self.status().await?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.shown());
        }
        Ok(())
    }

    /// Runs it with this process's output, and says how it ended.
    ///
    /// # Errors
    /// When cargo is missing.
    pub async fn status(&self) -> Result<ExitStatus> {
        let mut cargo = ProcessGroup::spawn(&mut self.command()).context("cannot start cargo")?;
        Ok(cargo.wait().await?)
    }

    /// Runs it with this process's output, and says how it ended. On Ctrl-C and its relatives it is
    /// asked to end, and has time to stop what it has started itself. Its standard input ends with
    /// this process, however that ends.
    ///
    /// # Errors
    /// When cargo is missing, or when interrupted.
    pub async fn status_or_stop(&self) -> Result<ExitStatus> {
        let mut cargo = ProcessGroup::spawn(self.command().stdin(Stdio::piped()))
            .context("cannot start cargo")?;
        let _lifeline = cargo.take_stdin();
        let interrupted = tokio::select! {
            status = cargo.wait() => return Ok(status?),
            stopped = interrupt::stopped() => stopped,
        };
        cargo.stop(GRACE).await?;
        Err(interrupted.err().unwrap_or_else(interrupt::interrupted))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program());
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(self.server.iter().flat_map(Access::variables));
        if !self.in_current_folder {
            command.current_dir(paths::workspace());
        }
        command
    }
}

/// The features of a package of the workspace, `default` left out, sorted.
///
/// # Errors
/// When cargo does not know the package.
pub async fn features(package: &str) -> Result<Vec<String>> {
    let output = Command::new(program())
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
    let metadata = serde_json::from_slice(&output.stdout).context("cargo's metadata")?;
    features_of(&metadata, package)
}

fn features_of(metadata: &Value, package: &str) -> Result<Vec<String>> {
    let features = metadata
        .pointer("/packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|candidate| candidate.get("name").is_some_and(|name| name == package))
        .and_then(|found| found.get("features")?.as_object())
        .with_context(|| format!("cargo knows no package `{package}`"))?;
    let mut names: Vec<_> = features
        .keys()
        .filter(|name| *name != "default")
        .cloned()
        .collect();
    names.sort();
    Ok(names)
}

fn program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_shown_as_one_would_type_it() {
        let call = Cargo::new("doc --no-deps").env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            call.shown(),
            "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps"
        );
    }

    #[test]
    fn a_packages_features_are_listed_without_default() {
        let metadata = serde_json::json!({"packages": [
            {"name": "other", "features": {"x": []}},
            {"name": "zenml", "features": {"tls": [], "default": ["tls"], "pro": []}},
        ]});
        assert_eq!(features_of(&metadata, "zenml").unwrap(), ["pro", "tls"]);
        assert!(features_of(&metadata, "missing").is_err());
    }
}
