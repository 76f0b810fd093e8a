//! `cargo xtask bench build`.

use std::{
    fs,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use tokio::process::Command;
use zenml_test_server::{ConsoleProgress, Progress as _, paths};

use super::crates::{CHECK, Contender, DEBUG, Mode, RELEASE};
use super::rustc::Measured;

/// Compare the build time of this crate with that of plain progenitor output
///
/// Both crates are generated from the same lowered Workspace document, progenitor's in builder
/// style. Only the crate itself is measured, without incremental compilation; its dependencies are
/// built before. The crates take turns, and CPU time counts, which other load of the machine hardly
/// changes.
///
/// Takes about five minutes. Leaves the builds in target/bench/.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Compile each crate this many times and take the least CPU time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// Row of the table.
struct Row {
    measure: String,
    ours: f64,
    plain: f64,
    unit: &'static str,
    /// The highest acceptable ratio.
    target: Option<f64>,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a crate does not compile.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let target = paths::scratch().with_file_name("bench");
    fs::create_dir_all(&target)?;
    let progress = ConsoleProgress::new();
    progress.stage("Generating the plain client");
    let plain = Contender::plain(&target).await?;
    let ours = Contender::ours(&target);

    let mut rows = Vec::new();
    for (mode, target) in [(CHECK, Some(0.75)), (DEBUG, None), (RELEASE, Some(0.6))] {
        progress.stage(&format!("Compiling both crates: {}", mode.name));
        let [ours, plain] = cheapest([&ours, &plain], mode, arguments.rounds).await?;
        rows.push(Row {
            measure: format!("{}: CPU time", mode.name),
            ours: ours.time.cpu.as_secs_f64(),
            plain: plain.time.cpu.as_secs_f64(),
            unit: "s",
            target,
        });
        rows.push(Row {
            measure: format!("{}: wall time", mode.name),
            ours: ours.time.wall.as_secs_f64(),
            plain: plain.time.wall.as_secs_f64(),
            unit: "s",
            target: None,
        });
        rows.push(Row {
            measure: format!("{}: peak memory", mode.name),
            ours: mebibytes(ours.peak_memory),
            plain: mebibytes(plain.peak_memory),
            unit: "MiB",
            target: None,
        });
    }
    for mode in [DEBUG, RELEASE] {
        rows.push(Row {
            measure: format!("{}: library size", mode.name),
            ours: mebibytes(ours.library_size(mode)?),
            plain: mebibytes(plain.library_size(mode)?),
            unit: "MiB",
            target: Some(0.6),
        });
    }
    progress.stage("Generating both clients");
    let (script, out_dir) = ours.build_script().await?;
    let generation = generation(&script, &target.join("generated")).await?;
    progress.done();
    rows.push(Row {
        measure: "generated lines".to_owned(),
        ours: lines(&out_dir.join("workspace.rs"))?,
        plain: lines(&target.join("plain/src/lib.rs"))?,
        unit: "",
        target: Some(0.4),
    });

    println!("{}", table(&rows));
    println!(
        "Generating both clients in a development build: {:.2} s (target: under 2 s).\n",
        generation.as_secs_f64()
    );
    println!("Commands, each after `touch src/lib.rs`:");
    for contender in [&ours, &plain] {
        for mode in [CHECK, DEBUG, RELEASE] {
            println!("  {}: {}", contender.name, contender.command_line(mode));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Compiles both crates in turns, and returns the cheapest compilation of each.
async fn cheapest(contenders: [&Contender; 2], mode: Mode, rounds: u32) -> Result<[Measured; 2]> {
    let [ours, plain] = contenders;
    let mut cheapest = [ours.compile(mode).await?, plain.compile(mode).await?];
    for _ in 1..rounds {
        for (contender, cheapest) in contenders.into_iter().zip(&mut cheapest) {
            let next = contender.compile(mode).await?;
            if next.time.cpu < cheapest.time.cpu {
                *cheapest = next;
            }
        }
    }
    Ok(cheapest)
}

/// Runs the build script alone, and returns its time.
async fn generation(script: &Path, out_dir: &Path) -> Result<Duration> {
    fs::create_dir_all(out_dir)?;
    let started = Instant::now();
    let output = Command::new(script)
        .current_dir(paths::workspace())
        .env("OUT_DIR", out_dir)
        .env("CARGO_FEATURE_PRO", "1")
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| script.display().to_string())?;
    if !output.status.success() {
        bail!(
            "the build script failed:\n{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(started.elapsed())
}

fn lines(path: &Path) -> Result<f64> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(f64::from(u32::try_from(text.lines().count())?))
}

#[allow(clippy::cast_precision_loss, reason = "a size in a table")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Formats the rows as a Markdown table.
fn table(rows: &[Row]) -> String {
    let mut table = String::from(
        "| measure | this crate | plain progenitor | ratio | target |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    for row in rows {
        let digits = usize::from(!row.unit.is_empty());
        let value = |value: f64| {
            format!("{value:.digits$} {}", row.unit)
                .trim_end()
                .to_owned()
        };
        let target = row.target.map_or_else(String::new, |t| format!("≤ {t}"));
        let ratio = row.ours / row.plain;
        table += &format!(
            "| {} | {} | {} | {ratio:.2} | {target} |\n",
            row.measure,
            value(row.ours),
            value(row.plain),
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_shows_both_values_their_ratio_and_the_target() {
        let row = |unit, target| Row {
            measure: "x".to_owned(),
            ours: 1.0,
            plain: 4.0,
            unit,
            target,
        };
        let table = table(&[row("s", Some(0.75)), row("", None)]);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| x | 1.0 s | 4.0 s | 0.25 | ≤ 0.75 |",
                "| x | 1 | 4 | 0.25 |  |"
            ]
        );
    }
}
