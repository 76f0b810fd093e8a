//! `cargo xtask bench depend`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, ensure};
use clap::Args;
use zenml_test_server::{ConsoleProgress, Progress as _, paths};

use super::stopwatch::{Spent, Stopwatch};
use crate::{
    cargo::{Cargo, features},
    interrupt::or_interrupted,
    package::{self, Consumer},
};

/// Number of rebuilds after a change of a line.
const REBUILDS: usize = 7;

/// The TLS feature that is enabled by default, and the others.
const DEFAULT_TLS: &str = "rustls";
const OTHER_TLS: [&str; 2] = ["aws-lc-rs", "native-tls"];

/// Compare what it costs a program to depend on this crate, and on reqwest
///
/// Both programs list the names of runs. One uses the packaged crate, as `cargo add zenml` does; the
/// other uses reqwest with its default TLS library, serde and tokio. The programs are built in turns.
/// CPU time counts, which other load of the machine hardly changes: each figure is the median of all
/// builds, and each ratio the median of all pairs.
///
/// Takes about ten minutes on two cores, and twice as long with --tls. Leaves the builds in
/// target/bench/.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Build each program cold this many times
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Build this crate with its other TLS features, too
    #[arg(long)]
    tls: bool,

    /// Leave out the release build
    #[arg(long)]
    no_release: bool,
}

/// A program to build.
struct Program {
    /// The name in the tables.
    title: String,
    package: String,
    /// Folder to build in.
    folder: PathBuf,
    /// The file to change.
    main: PathBuf,
    target: PathBuf,
}

/// What a program costs.
#[derive(Default)]
struct Cost {
    cold: Vec<Spent>,
    rebuilds: Vec<Spent>,
    units: u64,
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
        let mut ours = vec![Program::ours("zenml", "program", &consumer, &target)];
        if arguments.tls {
            let mut features = features("zenml").await?;
            let defaults = features.remove("default").unwrap_or_default();
            let others = defaults.iter().map(String::as_str);
            let others: Vec<&str> = others.filter(|name| *name != DEFAULT_TLS).collect();
            for tls in OTHER_TLS {
                let package = format!("program-{tls}");
                consumer.add_program(&package, &[&others, &[tls][..]].concat())?;
                let title = format!("zenml with {tls}");
                ours.push(Program::ours(&title, &package, &consumer, &target));
            }
        }
        let bare = Program::bare(&target)?;
        let programs: Vec<&Program> = ours.iter().chain([&bare]).collect();
        let mut costs: Vec<Cost> = programs.iter().map(|_| Cost::default()).collect();
        for round in 1..=arguments.rounds {
            for (program, cost) in programs.iter().zip(&mut costs) {
                let (title, rounds) = (&program.title, arguments.rounds);
                progress.stage(&format!("Building {title}, {round} of {rounds}"));
                cost.cold.push(program.build_cold().await?);
            }
        }
        progress.stage("Building again after a change");
        for number in 0..REBUILDS {
            for (program, cost) in programs.iter().zip(&mut costs) {
                cost.rebuilds.push(program.rebuild(number).await?);
            }
        }
        for (program, cost) in programs.iter().zip(&mut costs) {
            cost.units = package::units(program.debug_build()).await?;
            if !arguments.no_release {
                progress.stage(&format!("Building {}, optimised", program.title));
                cost.binary = Some(program.release_binary().await?);
            }
        }
        progress.done();
        if let Some((bare, costs)) = costs.split_last() {
            for (program, cost) in ours.iter().zip(costs) {
                println!("{}", table(&program.title, cost, bare));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

impl Program {
    /// Returns a program on this crate.
    fn ours(title: &str, package: &str, consumer: &Consumer, target: &Path) -> Self {
        Self {
            title: title.to_owned(),
            package: package.to_owned(),
            folder: consumer.folder.clone(),
            main: consumer.folder.join(package).join("src/main.rs"),
            target: target.join(package),
        }
    }

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
            title: "reqwest, serde, tokio".to_owned(),
            package: "program".to_owned(),
            main: folder.join("src/main.rs"),
            folder,
            target: target.join("bare"),
        })
    }

    fn cargo(&self, target: &Path) -> Cargo {
        Cargo::new("build --quiet --offline --package")
            .arg(&self.package)
            .folder(&self.folder)
            .env("CARGO_TARGET_DIR", &target.to_string_lossy())
    }

    fn debug_build(&self) -> Cargo {
        self.cargo(&self.target)
            // `CARGO_INCREMENTAL` would override the manifest, which compiles the library without it.
            .env_remove("CARGO_INCREMENTAL")
            .env("CARGO_PROFILE_DEV_INCREMENTAL", "true")
            .env("CARGO_PROFILE_DEV_DEBUG", "full")
    }

    async fn build_cold(&self) -> Result<Spent> {
        if self.target.exists() {
            fs::remove_dir_all(&self.target)?;
        }
        self.build().await
    }

    async fn rebuild(&self, number: usize) -> Result<Spent> {
        self.change_a_line(number)?;
        self.build().await
    }

    async fn build(&self) -> Result<Spent> {
        let stopwatch = Stopwatch::start()?;
        self.debug_build().run().await?;
        stopwatch.stop()
    }

    /// Returns the size of the stripped release binary in bytes.
    async fn release_binary(&self) -> Result<u64> {
        // Only the size counts, so the programs share what they have in common.
        let target = self.target.with_file_name("release");
        self.cargo(&target)
            .arg("--release")
            .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
            .run()
            .await?;
        Ok(fs::metadata(target.join("release").join(&self.package))?.len())
    }

    /// Changes the line that prints a run.
    fn change_a_line(&self, number: usize) -> Result<()> {
        let text = fs::read_to_string(&self.main)?;
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
        ensure!(
            changed != text,
            "{} has no line to change",
            self.main.display()
        );
        Ok(fs::write(&self.main, changed)?)
    }
}

/// Row of the table: one value for each build, of both programs.
struct Row {
    measure: &'static str,
    ours: Vec<f64>,
    bare: Vec<f64>,
    unit: &'static str,
    /// The highest acceptable ratio.
    target: Option<f64>,
}

/// Formats the costs as a Markdown table.
fn table(title: &str, ours: &Cost, bare: &Cost) -> String {
    let row = |measure, values: &dyn Fn(&Cost) -> Vec<f64>, unit, target| Row {
        measure,
        ours: values(ours),
        bare: values(bare),
        unit,
        target,
    };
    let cpu = |spent: &[Spent]| spent.iter().map(|s| s.cpu.as_secs_f64()).collect();
    let wall = |spent: &[Spent]| spent.iter().map(|s| s.wall.as_secs_f64()).collect();
    let mebibytes = |bytes: u32| f64::from(bytes) / f64::from(1 << 20);
    let number = |number| u32::try_from(number).ok();
    let rows = [
        row(
            "cold debug build, CPU time",
            &|cost| cpu(&cost.cold),
            " s",
            Some(0.9),
        ),
        row(
            "cold debug build, wall time",
            &|cost| wall(&cost.cold),
            " s",
            None,
        ),
        row(
            "cold debug build, units compiled",
            &|cost| number(cost.units).map(f64::from).into_iter().collect(),
            "",
            Some(1.1),
        ),
        row(
            "rebuild after a change of one line, CPU time",
            &|cost| cpu(&cost.rebuilds),
            " s",
            Some(1.3),
        ),
        row(
            "rebuild after a change of one line, wall time",
            &|cost| wall(&cost.rebuilds),
            " s",
            None,
        ),
        row(
            "release binary, stripped",
            &|cost| {
                cost.binary
                    .and_then(number)
                    .map(mebibytes)
                    .into_iter()
                    .collect()
            },
            " MiB",
            Some(1.4),
        ),
    ];
    let mut table = format!(
        "| measure | {title} | reqwest, serde, tokio | ratio | target |\n\
         | --- | ---: | ---: | ---: | ---: |\n",
    );
    for row in rows {
        let Row { measure, unit, .. } = row;
        let ratios = row
            .ours
            .iter()
            .zip(&row.bare)
            .map(|(ours, bare)| ours / bare);
        let ratios = sorted(ratios.collect());
        let [Some(ours), Some(bare), Some(ratio)] =
            [sorted(row.ours), sorted(row.bare), ratios.clone()].map(|values| median(&values))
        else {
            continue;
        };
        let range = match ratios.as_slice() {
            [least, .., most] => format!(" ({least:.2} to {most:.2})"),
            _ => String::new(),
        };
        let target = row.target.map_or_else(String::new, |t| format!("≤ {t}"));
        let digits = if unit.is_empty() { 0 } else { 2 };
        table += &format!(
            "| {measure} | {ours:.digits$}{unit} | {bare:.digits$}{unit} | {ratio:.2}{range} | {target} |\n"
        );
    }
    table
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// Returns the median of sorted values: the lower one of two.
fn median(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn spent(seconds: &[u64]) -> Vec<Spent> {
        let spent = |seconds: &u64| Spent {
            cpu: Duration::from_secs(*seconds),
            wall: Duration::from_secs(seconds / 2),
        };
        seconds.iter().map(spent).collect()
    }

    #[test]
    fn the_table_shows_medians_and_leaves_out_what_was_not_measured() {
        let cost = |cold: &[u64], rebuilds: &[u64], units| Cost {
            cold: spent(cold),
            rebuilds: spent(rebuilds),
            units,
            binary: None,
        };
        let ours = cost(&[90, 200, 80], &[2], 110);
        let table = table("zenml", &ours, &cost(&[100, 200, 100], &[2], 100));
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| cold debug build, CPU time | 90.00 s | 100.00 s | 0.90 (0.80 to 1.00) | ≤ 0.9 |",
                "| cold debug build, wall time | 45.00 s | 50.00 s | 0.90 (0.80 to 1.00) |  |",
                "| cold debug build, units compiled | 110 | 100 | 1.10 | ≤ 1.1 |",
                "| rebuild after a change of one line, CPU time | 2.00 s | 2.00 s | 1.00 | ≤ 1.3 |",
                "| rebuild after a change of one line, wall time | 1.00 s | 1.00 s | 1.00 |  |",
            ]
        );
    }
}
