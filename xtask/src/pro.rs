//! How is a server run as a workspace of ZenML Pro?

use std::process::ExitCode;

use anyhow::Result;

use crate::cargo::{Cargo, exit_code};

/// Builds the program that [`workspace`] runs.
pub const BUILD: &str = "build --quiet --package zenml-pro-fake --bin pro-workspace";

/// Runs a server and a fake of the Pro API until Ctrl-C, or until the command has ended.
///
/// Both are a program of their own, in `crates/pro-fake`, so that xtask compiles quickly.
///
/// # Errors
/// Returns an error if cargo is missing, or if interrupted.
pub async fn workspace(version: Option<&str>, port: u16, command: &[&str]) -> Result<ExitCode> {
    let mut program = Cargo::new("run --package zenml-pro-fake --bin pro-workspace -- --lifeline")
        .arg("--port")
        .arg(&port.to_string());
    if let Some(version) = version {
        program = program.arg("--version").arg(version);
    }
    let status = program.args(command).status_or_stop().await?;
    Ok(exit_code(status))
}
