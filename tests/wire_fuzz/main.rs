//! Does the client withstand bytes that no server and no command line should produce?
//!
//! Each case makes one call to a server on the loopback whose responses are mutations of recorded
//! ones, or reads mutated files of the command line. Seed and number determine a case. Environment
//! variables repeat a seed (`ZENML_TEST_SEED`) or one case of it (`ZENML_TEST_CASE`), and set the
//! duration (`ZENML_TEST_FUZZ_SECONDS`). A failure prints the command that repeats its case.
//!
//! `cargo fuzz` is not used: it needs a nightly compiler, and the time of a case goes into connections
//! and limits, so that guidance by coverage would gain little.

#![cfg(all(feature = "cli-login", feature = "pro"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

mod calls;
mod checks;
mod corpus;
mod mutation;
mod reply;
mod runner;
mod server;
mod stored_logins;

use std::process::Command;

use crate::runner::Plan;

/// Duration in seconds, if the environment sets none.
const DURATION: u64 = 50;

/// Cases at a time. Most of them wait: for a stall to end, or between attempts.
const WORKERS: u64 = 8;

#[test]
fn no_response_makes_the_client_panic_hang_flood_or_leak() {
    let plan = Plan::from_env(DURATION);
    let counts = runner::run(&plan, WORKERS, calls::run_case);
    plan.report("responses", &counts);
    if plan.is_complete() {
        for outcome in ["success", "Decode", "Timeout", "Interrupted", "Credentials"] {
            assert!(counts.contains_key(outcome), "no case ended with {outcome}");
        }
    }
}

#[test]
fn no_file_of_the_command_line_makes_from_env_panic_hang_flood_or_leak() {
    let folder = tempfile::tempdir().unwrap();
    // The folder is a variable of the process, and this process has other tests.
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("mutated_files_of_the_command_line")
        .env("ZENML_CONFIG_PATH", folder.path())
        .env(stored_logins::IS_CHILD, "yes")
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn mutated_files_of_the_command_line() {
    if std::env::var_os(stored_logins::IS_CHILD).is_none() {
        return;
    }
    let plan = Plan::from_env(DURATION);
    let counts = runner::run(&plan, 1, stored_logins::run_case);
    plan.report("files", &counts);
    if plan.is_complete() {
        for outcome in ["success", "Configuration", "Credentials"] {
            assert!(counts.contains_key(outcome), "no case ended with {outcome}");
        }
    }
}
