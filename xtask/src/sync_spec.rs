//! `cargo xtask sync-spec`, and what it shares with `cargo xtask diff`.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;

use crate::{cargo::Cargo, interrupt::or_interrupted};

/// Follows a new version of an API: refreshes specs/, regenerates, and reports what changed.
///
/// The options are those of the program that does it, in sync-spec/: --help says more.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// When the program cannot be built.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    program("sync-spec", &arguments.options).await
}

/// Runs a command of the program.
///
/// # Errors
/// When the program cannot be built.
pub async fn program(command: &str, options: &[String]) -> Result<ExitCode> {
    let program =
        Cargo::new("run --quiet --profile tool --package zenml-sync-spec --").in_current_folder();
    let options = options.iter();
    let program = options.fold(program.arg(command), |program, option| program.arg(option));
    let status = or_interrupted(async {
        // First and not quietly, where somebody would wait without a word.
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

/// The program's own codes, which `--help` explains. Whatever else comes out is a failure: cargo's
/// 101 if it cannot build the program, or none after a signal.
fn exit_code(code: Option<i32>) -> u8 {
    let code = code.and_then(|code| u8::try_from(code).ok());
    code.filter(|code| *code <= 3).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_s_own_exit_codes_are_passed_on() {
        assert_eq!([0, 1, 2, 3].map(|code| exit_code(Some(code))), [0, 1, 2, 3]);
    }

    #[test]
    fn whatever_else_comes_out_is_a_failure() {
        assert_eq!(exit_code(Some(101)), 1, "cargo could not build the program");
        assert_eq!(exit_code(Some(256)), 1);
        assert_eq!(exit_code(None), 1, "ended by a signal");
    }
}
