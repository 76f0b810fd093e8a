//! `cargo xtask sync-spec`, `diff` and `availability`, which are commands of one program.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use anyhow::Result;

use crate::{cargo::Cargo, interrupt::or_interrupted};

/// Runs a command of the program in `crates/sync-spec`.
///
/// # Errors
/// Returns an error if the program cannot be built.
pub async fn run(command: &str, options: &[String]) -> Result<ExitCode> {
    let program = Cargo::new("run --quiet --profile tool --package zenml-sync-spec --")
        .in_current_folder()
        .arg(command)
        .args(options);
    let status = or_interrupted(async {
        // Built first, with cargo's progress, so that a terminal is not silent for minutes.
        if io::stderr().is_terminal() {
            Cargo::new("build --profile tool --package zenml-sync-spec")
                .run()
                .await?;
        }
        program.status().await
    })
    .await?;
    Ok(exit_code(status.code()).into())
}

/// Keeps the program's own exit codes, which `--help` explains. All others become 1: cargo's 101 if
/// it cannot build the program, and none after a signal.
fn exit_code(code: Option<i32>) -> u8 {
    let code = code.and_then(|code| u8::try_from(code).ok());
    code.filter(|code| *code <= 4).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_of_the_program_are_kept() {
        let kept = [0, 1, 2, 3, 4].map(|code| exit_code(Some(code)));
        assert_eq!(kept, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn other_exit_codes_become_a_failure() {
        assert_eq!(exit_code(Some(101)), 1, "cargo could not build the program");
        assert_eq!(exit_code(Some(256)), 1);
        assert_eq!(exit_code(None), 1, "ended by a signal");
    }
}
