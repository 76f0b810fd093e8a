//! Which commands and options are there?

mod availability;
mod diff;
mod sync_spec;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use zenml_test_server::{ConsoleProgress, Progress, Silent, paths};

use crate::files;
use crate::source::Token;
use availability::AvailabilityCommand;
use diff::Diff;
use sync_spec::SyncSpec;

/// Follow new versions of ZenML's APIs
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    SyncSpec(SyncSpec),
    Diff(Diff),
    Availability(AvailabilityCommand),
}

#[derive(Debug, Args)]
struct Common {
    /// Send the bearer token in this environment variable to the server
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,

    /// Write the report as Markdown, for a pull request
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Write the report as JSON, for programs
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Work in this checkout instead of the current one
    #[arg(long, value_name = "DIR", default_value_os_t = paths::workspace().to_path_buf(), hide_default_value = true)]
    root: PathBuf,
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// Returns an error if the command fails.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::SyncSpec(command) => command.run().await,
            Command::Diff(command) => command.run().await,
            Command::Availability(command) => command.run().await,
        }
    }
}

impl Common {
    fn token(&self) -> Result<Option<Token>> {
        self.token_env.as_deref().map(Token::from_env).transpose()
    }

    /// Checks that the requested reports can be written.
    fn check_writable(&self) -> Result<()> {
        let mut reports = [&self.report, &self.json].into_iter().flatten();
        reports.try_for_each(|path| files::check_writable(path))
    }

    /// Writes the requested reports.
    fn write(
        &self,
        markdown: impl FnOnce() -> String,
        json: impl FnOnce() -> String,
    ) -> Result<()> {
        if let Some(path) = &self.report {
            files::write(path, &markdown())?;
        }
        if let Some(path) = &self.json {
            files::write(path, &json())?;
        }
        Ok(())
    }
}

/// Returns progress for a terminal, and silence elsewhere.
fn progress() -> Arc<dyn Progress> {
    if io::stderr().is_terminal() {
        ConsoleProgress::new()
    } else {
        Arc::new(Silent)
    }
}
