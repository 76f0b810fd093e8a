//! `cargo xtask bench depend`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use clap::Args;
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike as _,
};
use zenml_test_server::{ConsoleProgress, Progress as _, paths};

use crate::{
    cargo::Cargo,
    interrupt::or_interrupted,
    package::{self, Consumer},
};

/// Number of rebuilds after a change of a line. The median counts.
const REBUILDS: usize = 5;

/// Compare what it costs a program to depend on this crate, and on reqwest
///
/// Both programs list the names of runs. One uses the packaged crate, as `cargo add zenml` does; the
/// other uses reqwest with its default TLS library, serde and tokio.
///
/// Builds each program cold twice, which takes about ten minutes on two cores. Leaves the builds in
/// target/bench/.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Leave out the release build
    #[arg(long)]
    no_release: bool,
}

/// A program to build.
struct Program {
    name: &'static str,
    /// Folder to build in.
    folder: PathBuf,
    /// Folder of `src/main.rs`.
    sources: PathBuf,
    target: PathBuf,
}

/// What a program costs.
struct Cost {
    cpu: Duration,
    units: u64,
    rebuild: Duration,
    /// Size of the stripped release binary in bytes.
    binary: Option<u64>,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the crate cannot be packaged, or a program does not compile.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    or_interrupted(async {
        let target = paths::scratch().with_file_name("bench").join("depend");
        let progress = ConsoleProgress::new();
        progress.stage("Packaging this crate");
        let consumer = Consumer::create(&package::package().await?).await?;
        let ours = Program {
            name: "this crate",
            sources: consumer.folder.join("program"),
            folder: consumer.folder,
            target: target.join("zenml"),
        };
        let bare = Program::bare(&target)?;
        let mut costs = Vec::new();
        for program in [&ours, &bare] {
            progress.stage(&format!("Building the program on {}", program.name));
            costs.push(program.cost(!arguments.no_release).await?);
        }
        progress.done();
        if let [ours, bare] = &*costs {
            println!("{}", table(ours, bare));
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

impl Program {
    fn bare(target: &Path) -> Result<Self> {
        let folder = target.join("bare-program");
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), include_str!("bare.toml"))?;
        fs::write(folder.join("src/main.rs"), include_str!("bare.rs"))?;
        // Both programs get the same versions of their dependencies.
        fs::copy(
            paths::workspace().join("Cargo.lock"),
            folder.join("Cargo.lock"),
        )?;
        Ok(Self {
            name: "reqwest",
            sources: folder.clone(),
            folder,
            target: target.join("bare"),
        })
    }

    fn cargo(&self, arguments: &str) -> Cargo {
        Cargo::new("build --quiet --offline --package program")
            .args(&arguments.split_whitespace().collect::<Vec<_>>())
            .folder(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target.to_string_lossy())
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "full")
    }

    async fn cost(&self, release: bool) -> Result<Cost> {
        if self.target.exists() {
            fs::remove_dir_all(&self.target)?;
        }
        let before = cpu_of_children()?;
        self.cargo("").run().await?;
        let cpu = cpu_of_children()?.saturating_sub(before);
        let units = package::units(self.cargo("")).await?;
        let mut rebuilds = Vec::new();
        for number in 0..REBUILDS {
            self.change_a_line(number)?;
            let started = Instant::now();
            self.cargo("").run().await?;
            rebuilds.push(started.elapsed());
        }
        rebuilds.sort();
        let rebuild = rebuilds.get(REBUILDS / 2).copied().unwrap_or_default();
        let binary = if release {
            let command = self.cargo("--release");
            command
                .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
                .run()
                .await?;
            Some(fs::metadata(self.target.join("release/program"))?.len())
        } else {
            None
        };
        Ok(Cost {
            cpu,
            units,
            rebuild,
            binary,
        })
    }

    /// Changes the line that prints a run.
    fn change_a_line(&self, number: usize) -> Result<()> {
        let file = self.sources.join("src/main.rs");
        let text = fs::read_to_string(&file)?;
        let lines: Vec<String> = text
            .lines()
            .map(|line| match line.split_once("println!(\"{} {}") {
                Some((before, _)) => {
                    format!("{before}println!(\"{{}} {{}} {number}\", run.id, run.name);")
                }
                None => line.to_owned(),
            })
            .collect();
        let changed = lines.join("\n") + "\n";
        ensure!(changed != text, "{} has no line to change", file.display());
        Ok(fs::write(file, changed)?)
    }
}

/// Returns the CPU time of all ended child processes.
fn cpu_of_children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(micros.cast_unsigned()))
}

/// Formats the costs as a Markdown table.
fn table(ours: &Cost, bare: &Cost) -> String {
    let seconds = |cost: Duration| cost.as_secs_f64();
    let mebibytes = |cost: &Cost| {
        let bytes = cost.binary.and_then(|bytes| u32::try_from(bytes).ok());
        bytes.map(|bytes| f64::from(bytes) / f64::from(1 << 20))
    };
    let units = |cost: &Cost| u32::try_from(cost.units).map(f64::from).ok();
    let rows = [
        (
            "cold debug build, CPU time",
            Some(seconds(ours.cpu)),
            Some(seconds(bare.cpu)),
            " s",
            0.9,
        ),
        (
            "cold debug build, units compiled",
            units(ours),
            units(bare),
            "",
            1.1,
        ),
        (
            "rebuild after a change of one line",
            Some(seconds(ours.rebuild)),
            Some(seconds(bare.rebuild)),
            " s",
            1.3,
        ),
        (
            "release binary, stripped",
            mebibytes(ours),
            mebibytes(bare),
            " MiB",
            1.4,
        ),
    ];
    let mut table = String::from(
        "| measure | this crate | reqwest, serde, tokio | ratio | target |\n\
         | --- | ---: | ---: | ---: | ---: |\n",
    );
    for (measure, ours, bare, unit, target) in rows {
        let (Some(ours), Some(bare)) = (ours, bare) else {
            continue;
        };
        let digits = if unit.is_empty() { 0 } else { 2 };
        let ratio = ours / bare;
        table += &format!(
            "| {measure} | {ours:.digits$}{unit} | {bare:.digits$}{unit} | {ratio:.2} | ≤ {target} |\n"
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_leaves_out_what_was_not_measured() {
        let cost = |seconds, units| Cost {
            cpu: Duration::from_secs(seconds),
            units,
            rebuild: Duration::from_millis(seconds),
            binary: None,
        };
        let table = table(&cost(90, 110), &cost(100, 100));
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| cold debug build, CPU time | 90.00 s | 100.00 s | 0.90 | ≤ 0.9 |",
                "| cold debug build, units compiled | 110 | 100 | 1.10 | ≤ 1.1 |",
                "| rebuild after a change of one line | 0.09 s | 0.10 s | 0.90 | ≤ 1.3 |",
            ]
        );
    }
}
