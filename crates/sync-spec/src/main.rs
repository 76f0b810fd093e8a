//! `cargo xtask sync-spec` and `cargo xtask diff`.

use std::process::ExitCode;

use clap::{Error, Parser};
use zenml_sync_spec::cli::Cli;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return print_usage(&error),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(cli.run()),
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Prints the help, or what is wrong with the arguments. Clap's own exit code for wrong arguments,
/// 2, means "out of date" here.
fn print_usage(error: &Error) -> ExitCode {
    match error.print() {
        Ok(()) if !error.use_stderr() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
