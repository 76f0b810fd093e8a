//! `cargo xtask test`.

mod step;

use std::{
    fmt::Write as _,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::{Args, ValueEnum};
use zenml_test_server::{Server, seconds};

use crate::{filled_server, interrupt::or_interrupted, servers};
use step::Step;

/// Run the main checks of CI, including the tests against a real ZenML server
///
/// Runs one step after the other and stops at the first failure. Steps that need a server share
/// one, which is started and filled for them and stopped at the end. The last lines are a table of
/// the steps, with the command that runs a failed one again.
///
/// Takes 25 to 30 minutes on two cores the first time, most of them for compiling. Leaves build
/// results and the installed server below target/.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask test                             all steps except on-demand and servers
  cargo xtask test --list                      the steps and their commands
  cargo xtask test --only fmt --only clippy    the steps for each commit, a minute
  cargo xtask test --only server               one step, with a server for it
  cargo xtask test --only servers --version 0.92.0
                                               the checks of one older server

Tests that need a server are marked #[ignore = \"needs a server: cargo xtask test\"] and find it with
zenml_test_server::Access::from_env() (ZENML_TEST_URL, ZENML_TEST_USERNAME, ZENML_TEST_PASSWORD,
ZENML_TEST_PROJECT). Tests that need a workspace of ZenML Pro have the same mark and start one with
zenml_pro_fake::ProWorkspace::start().")]
pub struct Arguments {
    /// Print the steps and their commands, and run nothing
    #[arg(long, conflicts_with = "only")]
    list: bool,

    /// Run this step only; may be given more than once
    #[arg(long, value_name = "STEP", value_enum)]
    only: Vec<Step>,

    /// Version to check in the step `servers`; may be given more than once [default: the oldest
    /// supported version, the newest, and some in between]
    #[arg(long, value_name = "VERSION", requires = "only")]
    version: Vec<String>,
}

/// Result of a step.
struct Outcome {
    step: Step,
    took: Duration,
    result: Result<()>,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if interrupted, or if the server cannot be stopped. A failed step is an exit
/// code, not an error, so that the summary is the last output.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        print!("{}", list()?);
        return Ok(ExitCode::SUCCESS);
    }
    let steps = selected(&arguments.only);
    or_interrupted(async {
        // Compiling takes minutes, and installing is mostly waiting for the network.
        let mut installing = steps.contains(&Step::Start).then(filled_server::install);
        let mut server = None;
        let mut outcomes: Vec<Outcome> = Vec::new();
        for (number, &step) in (1..).zip(&steps) {
            let (name, about) = (step.name(), step.about());
            eprintln!("\n== {number}/{} {name}: {about}", steps.len());
            let started = Instant::now();
            let result = match step {
                Step::Servers => servers::check(&arguments.version).await,
                Step::Start => filled_server::start_after(installing.take())
                    .await
                    .map(|started| {
                        server = Some(started);
                    }),
                _ => run_step(step, server.as_ref()).await,
            };
            let failed = result.is_err();
            outcomes.push(Outcome {
                step,
                took: started.elapsed(),
                result,
            });
            if failed {
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

/// Returns the steps to run, in their order, with the start of a server if one needs it.
fn selected(only: &[Step]) -> Vec<Step> {
    let wanted = |step: &Step| {
        only.is_empty() && !step.is_on_demand()
            || only.contains(step)
            || *step == Step::Start && only.iter().any(|step| step.needs_server())
    };
    Step::value_variants()
        .iter()
        .copied()
        .filter(wanted)
        .collect()
}

async fn run_step(step: Step, server: Option<&Server>) -> Result<()> {
    let access = server.map(Server::access);
    for command in step.commands() {
        eprintln!("$ {}", command.command_line());
        match access.clone().filter(|_| step.needs_server()) {
            Some(access) => command.server(access).run().await?,
            None => command.run().await?,
        }
    }
    Ok(())
}

fn list() -> Result<String> {
    let mut text = String::new();
    for &step in Step::value_variants() {
        writeln!(text, "{:<12} {}", step.name(), step.about())?;
        for command in step.commands() {
            writeln!(text, "{:<12}   {}", "", command.command_line())?;
        }
    }
    Ok(text)
}

/// Returns a table of the steps; the last line is the summary.
fn report(steps: &[Step], outcomes: &[Outcome]) -> String {
    let mut text = String::from("\n");
    for step in steps {
        let name = step.name();
        let line = match outcomes.iter().find(|outcome| outcome.step == *step) {
            None => format!("{name:<12} not run\n"),
            Some(outcome) => {
                let passed = outcome.result.is_ok();
                let result = if passed { "passed" } else { "FAILED" };
                format!("{name:<12} {result} {:>10}\n", seconds(outcome.took))
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
                "\n{name}: {error:#}\nRun it again with: cargo xtask test --only {name}\n"
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
    fn all_steps_except_those_on_demand_run_by_default() {
        let (everything, on_demand) = Step::value_variants().split_at(12);
        assert_eq!(on_demand, [Step::OnDemand, Step::Servers]);
        assert_eq!(selected(&[]), everything);
        assert_eq!(selected(on_demand), on_demand);
        assert_eq!(selected(&[Step::Doc, Step::Fmt]), [Step::Fmt, Step::Doc]);
    }

    #[test]
    fn the_start_of_a_server_is_added_to_a_step_that_needs_it() {
        assert_eq!(selected(&[Step::Server]), [Step::Start, Step::Server]);
    }

    #[test]
    fn the_report_ends_with_a_plain_summary() {
        let outcomes = [outcome(Step::Fmt, Ok(())), outcome(Step::Clippy, Ok(()))];
        let text = report(&[Step::Fmt, Step::Clippy], &outcomes);
        assert!(text.contains("fmt          passed      1.5 s\n"), "{text}");
        assert_eq!(text.lines().last(), Some("2 passed, 0 failed"));
    }

    #[test]
    fn a_failure_is_reported_with_the_command_that_runs_it_again() {
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
