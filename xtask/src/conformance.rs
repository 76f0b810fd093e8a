//! `cargo xtask conformance`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::{cargo::Cargo, interrupt::or_interrupted, test};

/// Checks that everything a ZenML server says survives the crate's types: --help says more.
///
/// The options are those of the program that does it, in conformance/. It uses the library, this
/// one does not.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Options by which it has answers without a server of ours, or needs none.
const WITHOUT_SERVER: [&str; 5] = ["--server", "--recordings", "--help", "-h", "--api"];

/// Runs the command.
///
/// # Errors
/// When a server is needed and does not start, or cannot be filled.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let program = Cargo::new("run --quiet --package zenml-conformance --").in_current_folder();
    let options = arguments.options.iter();
    let program = options.fold(program, |program, option| program.arg(option));
    let status = or_interrupted(async {
        // First and not quietly, so that neither people nor a server wait without a word.
        Cargo::new("build --package zenml-conformance")
            .run()
            .await?;
        if !needs_server(&arguments.options) {
            return program.status().await;
        }
        let server = test::start().await?;
        let status = program.server(server.access()).status().await?;
        server.stop().await?;
        Ok(status)
    })
    .await?;
    // By a signal: there is no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn needs_server(options: &[String]) -> bool {
    !options.iter().any(|option| {
        let name = option.split('=').next().unwrap_or_default();
        WITHOUT_SERVER.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_started_unless_the_answers_come_from_elsewhere() {
        let needs = |options: &[&str]| {
            let options: Vec<String> = options.iter().map(|o| (*o).to_owned()).collect();
            needs_server(&options)
        };
        assert!(needs(&[]));
        assert!(needs(&["--record", "answers", "--objects=3"]));
        assert!(!needs(&["--server", "https://zenml.example.com"]));
        assert!(!needs(&["--server=https://zenml.example.com"]));
        assert!(!needs(&["--recordings", "answers"]));
        assert!(!needs(&["--help"]));
    }
}
