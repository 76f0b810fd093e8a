//! `cargo xtask bench calls`.

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::process::Command;
use zenml_test_server::{default_version, paths};

use crate::{cargo::Cargo, ceilings::Ceilings};

/// Compare the cost of calls with hand-written requests and the official client
///
/// A server on loopback sends recorded responses from memory. Each client gets a single tag and a
/// page of 100 hydrated runs, one call after the other. The Rust clients take short turns, which
/// are compared in pairs. The official client follows in one long turn, if `cargo xtask server` or
/// `test` has installed its package. If valgrind is installed, it counts the instructions of a small
/// call; more than their ceiling are an error.
///
/// Takes about a minute, after compiling an optimised build. Prints the tables, and leaves the counts
/// in target/bench/.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Number of turns of each client, a tenth of a second each; the median counts
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Only count instructions; without valgrind, do nothing
    #[arg(long, conflicts_with = "rounds")]
    only_instructions: bool,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the benchmark cannot be built or fails.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    if !arguments.only_instructions {
        compare(arguments.rounds).await?;
    }
    if Command::new("valgrind")
        .arg("--version")
        .output()
        .await
        .is_err()
    {
        println!("\nInstructions are not counted: valgrind is not installed.");
        return Ok(ExitCode::SUCCESS);
    }
    Cargo::new("build --release --package zenml-bench")
        .run()
        .await?;
    let (ours, by_hand) = (instructions("ours").await?, instructions("by-hand").await?);
    println!("\nInstructions of a small call: {ours}, by hand {by_hand}");
    // Their number depends on the C library and the processor, their ratio hardly.
    let percent = (ours * 100).div_ceil(by_hand);
    Ceilings::read()?.check(
        "instructions of a small call, percent of one by hand",
        percent,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the throughput of all clients.
async fn compare(rounds: u32) -> Result<()> {
    let python = paths::scratch()
        .join(default_version()?)
        .join("venv/bin/python");
    Cargo::new("run --release --package zenml-bench -- compare")
        .arg(&rounds.to_string())
        .arg(&python.to_string_lossy())
        .run()
        .await
}

/// Returns the number of instructions that a small call of a client takes.
async fn instructions(client: &str) -> Result<u64> {
    const CALLS: [u64; 2] = [200, 1_200];
    let folder = paths::scratch().with_file_name("bench").join("calls");
    fs::create_dir_all(&folder)?;
    let program = paths::scratch()
        .with_file_name("release")
        .join("zenml-bench");
    let mut counts = [0; 2];
    for (calls, count) in CALLS.into_iter().zip(&mut counts) {
        let file = folder.join(format!("{client}-{calls}"));
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--separate-threads=yes"])
            .arg(format!("--callgrind-out-file={}", file.display()))
            .arg(&program)
            .args(["repeat", client, &calls.to_string()])
            .kill_on_drop(true)
            .output()
            .await?;
        ensure!(
            output.status.success(),
            "valgrind failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // The first thread is the client, the others are the server.
        *count = total(&folder.join(format!("{client}-{calls}-01")))?;
    }
    // What the start of the program costs is in both counts.
    let [few, many] = counts;
    Ok(many.saturating_sub(few) / (CALLS[1] - CALLS[0]))
}

/// Reads the number of instructions from a file of callgrind.
fn total(file: &Path) -> Result<u64> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total = total.context("callgrind counted nothing")?;
    Ok(total.trim().parse()?)
}
