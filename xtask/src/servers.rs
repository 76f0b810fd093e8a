//! `cargo xtask test --only servers`: does the client work with servers of all supported versions?

use std::{fmt::Write as _, time::Instant};

use anyhow::{Result, bail};
use zenml_test_server::{
    ConsoleProgress, Fill, Options, Progress as _, Server, default_version, is_at_least,
    oldest_version, seconds,
};

use crate::cargo::Cargo;

/// Versions between the oldest supported one and the newest.
const BETWEEN: [&str; 3] = ["0.92.0", "0.94.6", "0.96.4"];

/// Returns the checks of each server, by name.
pub fn checks() -> [(&'static str, Cargo); 2] {
    [
        (
            "conformance",
            Cargo::new("run --quiet --package zenml-conformance -- --at-least 60"),
        ),
        (
            "tests",
            Cargo::new("test --quiet --package zenml --test servers -- --ignored"),
        ),
    ]
}

/// Starts and fills one server after the other, and runs the checks for each. Prints a table with a
/// row for each version and step. Without versions, checks those that represent the supported ones.
///
/// # Errors
/// Returns an error if a check fails, or if a server cannot be started or filled.
pub async fn check(versions: &[String]) -> Result<()> {
    let versions = match versions {
        [] => representative(oldest_version()?, default_version()?),
        versions => versions.to_vec(),
    };
    // Built first, so that no server waits, and the times are those of the checks.
    for build in [
        "build --package zenml-conformance",
        "test --package zenml --test servers --no-run",
    ] {
        Cargo::new(build).run().await?;
    }
    let mut table = Table::new();
    for version in &versions {
        if let Err(error) = check_one(version, &mut table).await {
            eprintln!("error: {error:#}");
            table.row(version, "server", false, "failed");
        }
    }
    print!("\n{}", table.text);
    if !table.failed.is_empty() {
        bail!("failed: {}", table.failed.join(", "));
    }
    Ok(())
}

fn representative(oldest: String, newest: String) -> Vec<String> {
    let is_between =
        |version: &&str| !is_at_least(&oldest, version) && !is_at_least(version, &newest);
    let between = BETWEEN.into_iter().filter(is_between);
    let mut versions: Vec<String> = between.map(str::to_owned).collect();
    versions.insert(0, oldest);
    versions.push(newest);
    versions
}

async fn check_one(version: &str, table: &mut Table) -> Result<()> {
    eprintln!("\n-- ZenML {version}");
    let progress = ConsoleProgress::new();
    let options = Options::default().version(version);
    table.since = Instant::now();
    let server = Server::start(options.progress(progress.clone())).await?;
    table.row(version, "start", true, "");
    let skipped = server.fill(Fill::All).await?.len();
    table.row(version, "fill", true, &format!("{skipped} skipped"));
    for (name, command) in checks() {
        progress.stage(&format!("Checking ZenML {version}: {name}"));
        let (status, output) = command.server(server.access()).output().await?;
        progress.done();
        print!("{output}");
        let summary = output.lines().rfind(|line| !line.is_empty());
        table.row(version, name, status.success(), summary.unwrap_or_default());
    }
    server.stop().await
}

/// What the checks found.
struct Table {
    text: String,
    failed: Vec<String>,
    /// The end of the previous step.
    since: Instant,
}

impl Table {
    fn new() -> Self {
        Self {
            text: String::new(),
            failed: Vec::new(),
            since: Instant::now(),
        }
    }

    /// Adds a step that has ended.
    fn row(&mut self, version: &str, step: &str, is_ok: bool, summary: &str) {
        let took = seconds(self.since.elapsed());
        self.since = Instant::now();
        let row = format!("{version:<8} {step:<12} {took:>8}  {summary}");
        let _ = writeln!(self.text, "{}", row.trim_end());
        if !is_ok {
            self.failed.push(format!("{step} of ZenML {version}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_supported_versions_decide_which_servers_are_checked() {
        let versions = |oldest: &str, newest: &str| representative(oldest.into(), newest.into());
        assert_eq!(
            versions("0.90.0", "0.98.0"),
            ["0.90.0", "0.92.0", "0.94.6", "0.96.4", "0.98.0"]
        );
        assert_eq!(
            versions("0.94.6", "0.100.0"),
            ["0.94.6", "0.96.4", "0.100.0"]
        );
    }

    #[test]
    fn a_row_has_version_step_time_and_summary() {
        let mut table = Table::new();
        table.row("0.90.0", "fill", true, "2 skipped");
        table.row("0.90.0", "tests", false, "1 failed");
        assert_eq!(
            table.text,
            "0.90.0   fill            0.0 s  2 skipped\n\
             0.90.0   tests           0.0 s  1 failed\n"
        );
        assert_eq!(table.failed, ["tests of ZenML 0.90.0"]);
    }
}
