//! The command against a real server.

#![allow(clippy::unwrap_used, reason = "tests and their helpers may panic")]

use std::process::Command;

use tempfile::TempDir;
use zenml_test_server::Access;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zenml-conformance"));
    command.args(arguments);
    command
}

/// Runs the command so that it takes no server for a test server.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    outcome(command(arguments).env_remove("ZENML_TEST_URL"))
}

fn outcome(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        !text.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.code(), text)
}

#[test]
#[ignore = "needs a server: cargo xtask test"]
fn all_responses_of_a_filled_test_server_are_read_and_written_without_loss() {
    let (code, report) = outcome(&mut command(&["--at-least", "100"]));
    assert_eq!(code, Some(0), "{report}");
}

#[test]
#[ignore = "needs a server: cargo xtask test"]
fn recorded_responses_can_be_checked_again_without_the_server() {
    let access = Access::from_env().unwrap();
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("responses");
    let (code, live) = run(&[
        "--server",
        &access.url,
        "--username",
        &access.username,
        "--password",
        &access.password,
        "--objects",
        "1",
        "--record",
        folder.to_str().unwrap(),
    ]);
    assert_eq!(code, Some(0), "{live}");
    assert!(live.contains(": it makes the server request credentials from a cloud\n"));

    let (code, offline) = run(&["--recordings", folder.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{offline}");
    let summary = offline.lines().last().unwrap();
    assert!(
        summary.ends_with(" ok, 0 lossy, 0 rejected, 0 not exercised"),
        "{summary}"
    );
    // No temporary folder remains beside the recording.
    assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
}
