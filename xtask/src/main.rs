//! Developer commands: `cargo xtask --help`.

mod bench;
mod cargo;
mod conformance;
mod demo;
mod diff;
mod interrupt;
mod pro;
mod server;
mod sync_spec;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer commands of the `zenml` crate.
///
/// New here? `cargo xtask demo` shows the crate at work against a real ZenML server, and
/// `cargo xtask test` checks everything that CI checks. Both need Python 3.10 or newer with its
/// venv module, and a C compiler; nothing else has to be installed or running.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bench(bench::Arguments),
    Server(server::Arguments),
    Demo(demo::Arguments),
    Test(test::Arguments),
    Conformance(conformance::Arguments),
    SyncSpec(sync_spec::Arguments),
    Diff(diff::Arguments),
}

fn main() -> ExitCode {
    if let Some(notes) = std::env::var_os(bench::MEASUREMENTS) {
        return bench::measured(notes.as_ref()).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        });
    }
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the async runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Bench(arguments) => bench::run(&arguments).await,
            Command::Server(arguments) => server::run(arguments).await,
            Command::Demo(arguments) => demo::run(&arguments).await,
            Command::Test(arguments) => test::run(&arguments).await,
            Command::Conformance(arguments) => conformance::run(&arguments).await,
            Command::SyncSpec(arguments) => sync_spec::run(&arguments).await,
            Command::Diff(arguments) => diff::run(&arguments).await,
        }
    });
    // A thread that waits for a lock must not hold up the end.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            interrupt::exit_code(&error)
        }
    }
}
