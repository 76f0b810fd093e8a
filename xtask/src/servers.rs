//! `cargo xtask test --only servers`: are the responses of all supported servers read without loss?

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use zenml_test_server::{ConsoleProgress, Fill, Options, Progress as _, Server, default_version};

use crate::cargo::Cargo;

/// Older versions: the oldest supported one, and some in between.
const OLDER: [&str; 4] = ["0.90.0", "0.92.0", "0.94.6", "0.96.4"];

/// Starts and fills one server after the other, and runs the command for each. Prints a table.
///
/// # Errors
/// Returns an error if the command fails for a server, or if a server cannot be started or filled.
pub async fn check(conformance: &Cargo) -> Result<()> {
    let newest = default_version()?;
    let mut table = String::new();
    let mut failed = Vec::new();
    for version in OLDER.into_iter().chain([newest.as_str()]) {
        let found = check_one(version, conformance).await;
        let is_ok = found.as_ref().is_ok_and(|found| found.is_ok);
        let text = match found {
            Ok(found) => format!("{}, {} skipped by the fill", found.summary, found.skipped),
            Err(error) => {
                eprintln!("error: {error:#}");
                "failed".to_owned()
            }
        };
        writeln!(table, "{version:<8} {text}")?;
        if !is_ok {
            failed.push(version);
        }
    }
    print!("\n{table}");
    if !failed.is_empty() {
        bail!("the check failed for ZenML {}", failed.join(", "));
    }
    Ok(())
}

/// What the check of one server found.
struct Found {
    /// The last line of the report.
    summary: String,
    /// Number of things that the fill skipped.
    skipped: usize,
    is_ok: bool,
}

async fn check_one(version: &str, conformance: &Cargo) -> Result<Found> {
    eprintln!("\n-- ZenML {version}");
    let progress = ConsoleProgress::new();
    let options = Options::default().version(version);
    let server = Server::start(options.progress(progress.clone())).await?;
    let skipped = server.fill(Fill::All).await?.len();
    progress.done();
    let (status, report) = conformance.clone().server(server.access()).output().await?;
    print!("{report}");
    server.stop().await?;
    let summary = report.lines().last().context("there is no report")?;
    Ok(Found {
        summary: summary.to_owned(),
        skipped,
        is_ok: status.success(),
    })
}
