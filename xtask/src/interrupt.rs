//! What happens on Ctrl-C?

use std::{fmt, process::ExitCode};

use anyhow::{Error, Result};
use tokio::signal::unix::{SignalKind, signal};

/// Error of a command that was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted; everything that was started has been stopped")
    }
}

impl std::error::Error for Interrupted {}

/// Runs a future to its end, or drops it on Ctrl-C, SIGTERM or SIGHUP, together with all processes
/// that it has started.
///
/// # Errors
/// Returns the error of the future, or that it was interrupted.
pub async fn or_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        result = work => result,
        result = wait_for_signal() => {
            result?;
            Err(Interrupted.into())
        }
    }
}

/// Returns the error of a command that was interrupted and has stopped everything.
#[must_use]
pub fn interrupted() -> Error {
    Interrupted.into()
}

/// Waits for Ctrl-C, SIGTERM or SIGHUP.
///
/// # Errors
/// Returns an error if no signal handler can be installed.
pub async fn wait_for_signal() -> Result<()> {
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

/// Returns 130 for an interrupted command, as shells do, and 1 for any other failure.
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
    fn an_interrupted_command_has_the_exit_code_130() {
        assert_eq!(exit_code(&Interrupted.into()), ExitCode::from(130));
        assert_eq!(exit_code(&anyhow::anyhow!("other")), ExitCode::FAILURE);
    }
}
