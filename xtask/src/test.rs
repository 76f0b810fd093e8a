//! `cargo xtask test`.

use std::{
    fmt::Write as _,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::{Args, ValueEnum};
use zenml_test_server::{ConsoleProgress, Fill, Options, Server, seconds};

use crate::{
    cargo::{self, Cargo},
    interrupt::or_interrupted,
};

/// Checks everything that CI checks, tests against a real ZenML server included.
///
/// Runs one step after the other and stops at the first that fails. Steps that need a server share
/// one, which is started and filled for them and stopped at the end.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask test                  everything but on-demand
  cargo xtask test --list           the steps and the commands behind them
  cargo xtask test --only clippy    one step; a step that needs a server gets one

Tests that need a server are marked #[ignore = \"needs a server: cargo xtask test\"] and find it
through zenml_test_server::Access::from_env() (ZENML_TEST_URL, ZENML_TEST_USERNAME,
ZENML_TEST_PASSWORD, ZENML_TEST_PROJECT). Those that need a workspace of ZenML Pro are marked the
same and start one: zenml_pro_fake::ProWorkspace::start().")]
pub struct Arguments {
    /// Print the steps and their commands, and run nothing
    #[arg(long, conflicts_with = "only")]
    list: bool,

    /// Run this step alone; may be given more than once
    #[arg(long, value_name = "STEP", value_enum)]
    only: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting
    Fmt,
    /// Lints, where every warning is an error
    Clippy,
    /// Tests that need no server, and the examples in the documentation
    Offline,
    /// Documentation, where every warning is an error
    Doc,
    /// The library without features, and with each one alone; its tests with the default ones; TLS
    /// by the operating system's library
    Features,
    /// Starting and filling the server of the following steps
    Start,
    /// Tests against that server
    Server,
    /// Reading everything that server can say, without loss
    Conformance,
    /// The README's demo, with a server of its own
    Demo,
    /// The demo of ZenML Pro, with a server and a Pro API of its own
    DemoPro,
    /// What takes minutes, and is run only by name: documents of older servers, another Pro document
    OnDemand,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    fn about(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }

    fn needs_server(self) -> bool {
        matches!(self, Self::Server | Self::Conformance)
    }

    /// The calls of cargo that the step consists of, without the server they are told about.
    async fn calls(self) -> Result<Vec<Cargo>> {
        Ok(match self {
            Self::Fmt => vec![Cargo::new("fmt --all --check")],
            Self::Clippy => vec![Cargo::new(
                "clippy --workspace --all-targets --all-features -- -D warnings",
            )],
            Self::Offline => vec![Cargo::new("test --workspace --all-features")],
            Self::Doc => vec![
                Cargo::new("doc --workspace --no-deps --all-features")
                    .env("RUSTDOCFLAGS", "-D warnings"),
            ],
            Self::Features => {
                let mut calls = feature_checks(&cargo::features("zenml").await?);
                // What somebody gets who types `cargo test`; the other steps have all features.
                calls.push(Cargo::new("check --package zenml --tests"));
                // With all features TLS is rustls: whom the other library trusts is tested here.
                calls.push(Cargo::new(
                    "test --package zenml --lib --no-default-features --features native-tls -- \
                     builder:: environment::",
                ));
                calls
            }
            Self::Start => vec![],
            Self::Server => {
                vec![
                    // Tests run them.
                    Cargo::new("build --package zenml-examples --all-features --examples"),
                    // The chaos test says by which seed it happens again.
                    Cargo::new(
                        "test --workspace --all-features --tests -- --ignored --show-output",
                    ),
                ]
            }
            Self::Conformance => vec![conformance()],
            Self::Demo => vec![Cargo::new("xtask demo")],
            Self::DemoPro => vec![Cargo::new("xtask demo --pro")],
            Self::OnDemand => vec![Cargo::new(
                "test --package zenml-sync-spec --test on_demand -- --test-threads=1",
            )],
        })
    }
}

fn feature_checks(features: &[String]) -> Vec<Cargo> {
    let bare = "check --package zenml --no-default-features";
    let with = |feature| Cargo::new(&format!("{bare} --features {feature}"));
    [Cargo::new(bare)]
        .into_iter()
        .chain(features.iter().map(with))
        .collect()
}

/// Compares every answer of the server with what the library makes of it.
fn conformance() -> Cargo {
    Cargo::new("run --quiet --package zenml-conformance -- --at-least 100")
}

/// What became of a step.
struct Outcome {
    step: Step,
    took: Duration,
    result: Result<()>,
}

/// Runs the command.
///
/// # Errors
/// When interrupted, or when the server cannot be stopped. A step that fails is no error here but
/// the exit code, so that the last line is the summary.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        print!("{}", list().await?);
        return Ok(ExitCode::SUCCESS);
    }
    let steps = selected(&arguments.only);
    or_interrupted(async {
        let mut server = None;
        let mut outcomes: Vec<Outcome> = Vec::new();
        for &step in &steps {
            let started = Instant::now();
            let result = run_step(step, &mut server).await;
            outcomes.push(Outcome {
                step,
                took: started.elapsed(),
                result,
            });
            if outcomes
                .last()
                .is_some_and(|outcome| outcome.result.is_err())
            {
                break;
            }
        }
        if let Some(server) = server {
            server.stop().await?;
        }
        print!("{}", report(&steps, &outcomes));
        let green = outcomes.iter().all(|outcome| outcome.result.is_ok());
        Ok(if green {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    })
    .await
}

/// The steps to run, in their order, with the start of a server where one needs it.
fn selected(only: &[Step]) -> Vec<Step> {
    let wanted = |step: &Step| {
        only.is_empty() && *step != Step::OnDemand
            || only.contains(step)
            || *step == Step::Start && only.iter().any(|step| step.needs_server())
    };
    Step::value_variants()
        .iter()
        .copied()
        .filter(wanted)
        .collect()
}

async fn run_step(step: Step, server: &mut Option<Server>) -> Result<()> {
    eprintln!("\n== {}: {}", step.name(), step.about());
    if step == Step::Start {
        *server = Some(start().await?);
    }
    let access = server.as_ref().map(Server::access);
    for call in step.calls().await? {
        eprintln!("$ {}", call.shown());
        match access.clone().filter(|_| step.needs_server()) {
            Some(access) => call.server(access).run().await?,
            None => call.run().await?,
        }
    }
    Ok(())
}

/// Starts a server and fills it with one of everything.
///
/// # Errors
/// When the server does not start or cannot be filled.
pub async fn start() -> Result<Server> {
    let progress = ConsoleProgress::new();
    let server = Server::start(Options::default().progress(progress.clone())).await?;
    server.fill(Fill::All).await?;
    progress.done();
    Ok(server)
}

async fn list() -> Result<String> {
    let mut text = String::new();
    for &step in Step::value_variants() {
        writeln!(text, "{:<12} {}", step.name(), step.about())?;
        for call in step.calls().await? {
            writeln!(text, "{:<12}   {}", "", call.shown())?;
        }
    }
    Ok(text)
}

/// A table of the steps; the last line is the summary.
fn report(steps: &[Step], outcomes: &[Outcome]) -> String {
    let mut text = String::from("\n");
    for step in steps {
        let name = step.name();
        let line = match outcomes.iter().find(|outcome| outcome.step == *step) {
            None => format!("{name:<12} not run\n"),
            Some(Outcome {
                took,
                result: Ok(()),
                ..
            }) => {
                format!("{name:<12} passed {:>10}\n", seconds(*took))
            }
            Some(Outcome {
                took,
                result: Err(_),
                ..
            }) => {
                format!("{name:<12} FAILED {:>10}\n", seconds(*took))
            }
        };
        text.push_str(&line);
    }
    let mut failed = 0;
    for outcome in outcomes {
        if let Err(error) = &outcome.result {
            failed += 1;
            let name = outcome.step.name();
            text.push_str(&format!(
                "\n{name}: {error:#}\nTo run it again: cargo xtask test --only {name}\n"
            ));
        }
    }
    text.push_str(&format!(
        "\n{} passed, {failed} failed\n",
        outcomes.len() - failed
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(step: Step, result: Result<()>) -> Outcome {
        Outcome {
            step,
            took: Duration::from_millis(1500),
            result,
        }
    }

    #[test]
    fn everything_but_what_takes_minutes_is_run_unless_something_is_chosen() {
        let (on_demand, everything) = Step::value_variants().split_last().unwrap();
        assert_eq!(selected(&[]), everything);
        assert_eq!(selected(&[*on_demand]), [Step::OnDemand]);
        assert_eq!(selected(&[Step::Doc, Step::Fmt]), [Step::Fmt, Step::Doc]);
    }

    #[test]
    fn a_step_that_needs_a_server_gets_one() {
        assert_eq!(
            selected(&[Step::Conformance]),
            [Step::Start, Step::Conformance]
        );
    }

    #[test]
    fn the_features_are_checked_one_by_one_and_without_any() {
        let shown: Vec<_> = feature_checks(&["a".into(), "b".into()])
            .iter()
            .map(Cargo::shown)
            .collect();
        assert_eq!(
            shown,
            [
                "cargo check --package zenml --no-default-features",
                "cargo check --package zenml --no-default-features --features a",
                "cargo check --package zenml --no-default-features --features b",
            ]
        );
    }

    #[test]
    fn the_report_ends_with_a_plain_summary() {
        let outcomes = [outcome(Step::Fmt, Ok(())), outcome(Step::Clippy, Ok(()))];
        let text = report(&[Step::Fmt, Step::Clippy], &outcomes);
        assert!(text.contains("fmt          passed      1.5 s\n"), "{text}");
        assert_eq!(text.lines().last(), Some("2 passed, 0 failed"));
    }

    #[test]
    fn a_failure_is_reported_with_the_command_that_repeats_it() {
        let outcomes = [
            outcome(Step::Fmt, Ok(())),
            outcome(Step::Clippy, Err(anyhow::anyhow!("3 warnings"))),
        ];
        let text = report(&[Step::Fmt, Step::Clippy, Step::Doc], &outcomes);
        assert!(text.contains("clippy: 3 warnings\n"), "{text}");
        assert!(text.contains("cargo xtask test --only clippy\n"), "{text}");
        assert!(text.contains("doc          not run\n"), "{text}");
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed"));
    }
}
