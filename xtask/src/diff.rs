//! `cargo xtask diff`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::sync_spec;

/// Reports what has changed between two documents of an API.
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
    sync_spec::program("diff", &arguments.options).await
}
