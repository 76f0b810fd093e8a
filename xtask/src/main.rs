//! Developer commands: `cargo xtask --help`.

mod bench;
mod cargo;
mod ceilings;
mod conformance;
mod demo;
mod filled_server;
mod interrupt;
mod package;
mod pro;
mod server;
mod servers;
mod sync_spec;
mod test;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Developer commands of the `zenml` crate.
///
/// They need Python 3.10 or newer with its venv module, and a C compiler. Nothing else has to be
/// installed or running: the commands install and start the ZenML server that they need.
#[derive(Debug, Parser)]
#[command(
    bin_name = "cargo xtask",
    arg_required_else_help = true,
    after_help = "\
New here? See the crate at work, and check that everything works on this machine:
  cargo xtask demo
  cargo xtask test

Each command explains itself, with examples: cargo xtask test --help

Everything that the commands leave behind is below target/ (or CARGO_TARGET_DIR). ZenML servers are
in target/zenml/, about 220 MB for each version; delete the folder at any time."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

// In the order of the help: from the first steps to rare tasks.
#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Test(test::Arguments),
    Server(server::Arguments),
    /// Check that every response of a server survives the library's types
    Conformance(Forwarded),
    /// Update specs/ to a new version of an API, and report what changed
    SyncSpec(Forwarded),
    /// Report what changed between two documents of an API
    Diff(Forwarded),
    /// Write again which server versions have what, or change the oldest supported version
    Availability(Forwarded),
    Bench(bench::Arguments),
    Package(package::Arguments),
}

/// Options that are forwarded to another program, `--help` included.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
struct Forwarded {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

fn main() -> ExitCode {
    if let Some(measurements) = std::env::var_os(bench::MEASUREMENTS) {
        return bench::run_rustc(measurements.as_ref()).unwrap_or_else(|error| {
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
            Command::Demo(arguments) => demo::run(&arguments).await,
            Command::Test(arguments) => test::run(&arguments).await,
            Command::Server(arguments) => server::run(arguments).await,
            Command::Conformance(forwarded) => conformance::run(&forwarded.options).await,
            Command::SyncSpec(forwarded) => sync_spec::run("sync-spec", &forwarded.options).await,
            Command::Diff(forwarded) => sync_spec::run("diff", &forwarded.options).await,
            Command::Availability(forwarded) => {
                sync_spec::run("availability", &forwarded.options).await
            }
            Command::Bench(arguments) => bench::run(&arguments).await,
            Command::Package(arguments) => {
                interrupt::or_interrupted(package::run(&arguments)).await
            }
        }
    });
    // A thread that waits for a lock must not delay the exit.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            interrupt::exit_code(&error)
        }
    }
}
