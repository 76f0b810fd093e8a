//! Running the real server as a workspace of ZenML Pro.

use std::process::ExitCode;

use anyhow::Result;

use crate::cargo::Cargo;

/// Runs the server and a double of the Pro API until Ctrl-C, or for as long as the command takes.
///
/// The double is too heavy to be a part of this program, so that it is one of its own.
///
/// # Errors
/// When cargo is missing, or when interrupted.
pub async fn workspace(version: Option<&str>, port: u16, command: &[&str]) -> Result<ExitCode> {
    let mut program = Cargo::new("run --package zenml-pro-fake --bin pro-workspace --")
        .arg("--lifeline")
        .arg("--port")
        .arg(&port.to_string());
    if let Some(version) = version {
        program = program.arg("--version").arg(version);
    }
    for word in command {
        program = program.arg(word);
    }
    let status = program.status_or_stop().await?;
    // By a signal: there is no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
