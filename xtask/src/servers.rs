//! `cargo xtask test --only servers`: does the client work with servers of all supported versions?

use std::{fmt::Write as _, time::Instant};

use anyhow::{Result, bail};
use tempfile::TempDir;
use zenml_test_server::{
    ConsoleProgress, Fill, Options, Progress as _, Server, default_version, is_at_least,
    oldest_version, seconds,
};

use crate::cargo::Cargo;

/// Versions between the oldest supported one and the newest.
const BETWEEN: [&str; 3] = ["0.92.0", "0.94.6", "0.96.4"];

/// Returns the checks of a server, by name. The first one records the responses in a folder, and the
/// second one checks the recording.
fn checks(recording: &str) -> [(&'static str, Cargo); 3] {
    let conformance = || Cargo::new("run --quiet --package zenml-conformance -- --at-least 95");
    [
        ("conformance", conformance().args(&["--record", recording])),
        (
            "recording",
            conformance().args(&["--recordings", recording]),
        ),
        (
            "tests",
            Cargo::new("test --quiet --package zenml --test servers -- --ignored"),
        ),
    ]
}

/// The oldest version of the check `runs`. Older servers keep the lines of a step in the log of its run, too.
const RUNS: &str = "0.94.0";

/// Returns the check of waits and logs, which starts servers of a version itself.
fn runs(version: &str) -> Cargo {
    Cargo::new("test --quiet --package zenml --test runs -- --ignored")
        .env("ZENML_TEST_VERSION", version)
}

/// Returns the check that starts the oldest and the newest server itself.
fn upgrade() -> Cargo {
    Cargo::new("test --quiet --package zenml --test upgrade")
}

/// Returns the commands of all checks.
pub fn commands() -> Vec<Cargo> {
    let each = checks("DIR").into_iter().map(|(_, command)| command);
    each.chain([runs("VERSION"), upgrade()]).collect()
}

/// Starts and fills one server after the other, and runs the checks for each. Prints a table with a
/// row for each version and step. Without versions, checks those that represent the supported ones.
///
/// # Errors
/// Returns an error if a check fails, or if a server cannot be started or filled.
pub async fn check(versions: &[String]) -> Result<()> {
    // Built first, so that no server waits, and the times are those of the checks.
    for build in [
        "build --package zenml-conformance",
        "test --package zenml --test servers --test runs --test upgrade --no-run",
    ] {
        Cargo::new(build).run().await?;
    }
    let mut table = Table::new();
    if versions.is_empty() {
        let (oldest, newest) = (oldest_version()?, default_version()?);
        check_each(&representative(&oldest, &newest), &mut table).await;
        table.run("all", "upgrade", &upgrade()).await?;
    } else {
        check_each(versions, &mut table).await;
    }
    print!("\n{}", table.text);
    if !table.failed.is_empty() {
        bail!("failed: {}", table.failed.join(", "));
    }
    Ok(())
}

fn representative(oldest: &str, newest: &str) -> Vec<String> {
    let is_between =
        |version: &&str| !is_at_least(oldest, version) && !is_at_least(version, newest);
    let between = BETWEEN.into_iter().filter(is_between);
    let versions = [oldest].into_iter().chain(between).chain([newest]);
    versions.map(str::to_owned).collect()
}

async fn check_each(versions: &[String], table: &mut Table) {
    for version in versions {
        if let Err(error) = check_one(version, table).await {
            eprintln!("error: {error:#}");
            table.row(version, "server", false, "failed");
        }
    }
}

async fn check_one(version: &str, table: &mut Table) -> Result<()> {
    eprintln!("\n-- ZenML {version}");
    let progress = ConsoleProgress::new();
    let options = Options::default().version(version);
    table.since = Instant::now();
    let server = Server::start(options.progress(progress.clone())).await?;
    table.row(version, "start", true, "");
    let skipped = server.fill(Fill::All).await?.len();
    progress.done();
    table.row(version, "fill", true, &format!("{skipped} skipped"));
    let folder = TempDir::new()?;
    let recording = folder.path().join("responses");
    for (name, command) in checks(&recording.display().to_string()) {
        table
            .run(version, name, &command.server(server.access()))
            .await?;
    }
    server.stop().await?;
    if is_at_least(version, RUNS) {
        table.run(version, "runs", &runs(version)).await?;
    }
    Ok(())
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

    /// Runs a check, prints its output, and adds it.
    async fn run(&mut self, version: &str, name: &str, check: &Cargo) -> Result<()> {
        let progress = ConsoleProgress::new();
        progress.stage(&format!("Checking ZenML {version}: {name}"));
        let (status, output) = check.output().await?;
        progress.done();
        print!("{output}");
        let summary = output.lines().rfind(|line| !line.is_empty());
        self.row(version, name, status.success(), summary.unwrap_or_default());
        Ok(())
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
        assert_eq!(
            representative("0.90.0", "0.98.0"),
            ["0.90.0", "0.92.0", "0.94.6", "0.96.4", "0.98.0"]
        );
        assert_eq!(
            representative("0.94.6", "0.100.0"),
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
