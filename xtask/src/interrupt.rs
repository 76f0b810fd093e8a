//! Ctrl-C and its relatives.

use std::{fmt, process::ExitCode};

use anyhow::{Error, Result};
use tokio::signal::unix::{SignalKind, signal};

/// What a command ends with when somebody stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted; everything that was started has been stopped")
    }
}

impl std::error::Error for Interrupted {}

/// Does the work until it ends, or until Ctrl-C, SIGTERM or the end of the terminal: then it is
/// dropped, and with it whatever it has started.
///
/// # Errors
/// Those of the work, or that it has been interrupted.
pub async fn or_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        result = work => result,
        result = stopped() => {
            result?;
            Err(Interrupted.into())
        }
    }
}

/// What a command ends with that has been interrupted and has stopped everything.
#[must_use]
pub fn interrupted() -> Error {
    Interrupted.into()
}

/// Returns when somebody wants this process to end.
///
/// # Errors
/// When the operating system does not tell about signals.
pub async fn stopped() -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}

/// 130 for what has been interrupted, as shells have it, and 1 for every other failure.
#[must_use]
pub fn exit_code(error: &Error) -> ExitCode {
    if error.is::<Interrupted>() {
        ExitCode::from(130)
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_command_has_the_exit_code_of_shells() {
        assert_eq!(exit_code(&Interrupted.into()), ExitCode::from(130));
        assert_eq!(exit_code(&anyhow::anyhow!("other")), ExitCode::FAILURE);
    }
}
