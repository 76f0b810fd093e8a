//! The program: its exit codes, its files, its words.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use zenml_sync_spec::api::Api;

use crate::checkout::{Checkout, document};

fn program(checkout: &Checkout, arguments: &[&str]) -> Output {
    command(checkout, arguments).output().unwrap()
}

fn command(checkout: &Checkout, arguments: &[&str]) -> Command {
    let files = checkout.documents();
    for version in ["1", "2"] {
        let text = document(Api::Workspace, version).to_string();
        std::fs::write(files.join(format!("{version}.json")), text).unwrap();
    }
    let (name, options) = arguments.split_first().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_zenml-sync-spec"));
    command
        .arg(name)
        .arg("--root")
        .arg(checkout.path())
        .args(options)
        .current_dir(files);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn check_says_fresh_out_of_date_or_failed_by_its_exit_code() {
    let checkout = Checkout::new();
    let check = |file| program(&checkout, &["sync-spec", "--check", "--from", file]);
    let fresh = check("1.json");
    assert_eq!(fresh.status.code(), Some(0), "{fresh:?}");
    let expected =
        "specs/workspace.json says what the file 1.json says.\n\nEverything is up to date.\n";
    assert_eq!(said(&fresh), expected);
    let out_of_date = check("2.json");
    assert_eq!(out_of_date.status.code(), Some(2), "{out_of_date:?}");
    let failed = check("3.json");
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
}

#[test]
fn check_names_the_command_that_brings_everything_up_to_date() {
    let checkout = Checkout::new();
    let root = checkout.path().display();
    let output = program(&checkout, &["sync-spec", "--check", "--from", "2.json"]);
    let command = format!(
        "To bring them up to date: cargo xtask sync-spec workspace --from 2.json --root {root}, \
         then `cargo insta review`\n"
    );
    assert!(said(&output).contains(&command), "{}", said(&output));
}

#[test]
fn that_command_has_every_option_that_it_needs_as_a_shell_takes_it() {
    let checkout = Checkout::new();
    let root = checkout.path().display();
    let without_secret = document(Api::Workspace, "1").to_string();
    let without_secret = without_secret.replace("\"secret\"", "\"password\"");
    let later = program(
        &checkout,
        &["sync-spec", "--no-compile", "--from", "2.json"],
    );
    assert_eq!(later.status.code(), Some(0), "{later:?}");
    let file = checkout.documents().join("somebody's own.json");
    std::fs::write(file, without_secret).unwrap();
    let options = ["sync-spec", "--check", "--from", "somebody's own.json"];
    let output = program(
        &checkout,
        &[&options[..], &["--token-env", "PATH"]].concat(),
    );
    let command = format!(
        r"workspace --from 'somebody'\''s own.json' --token-env PATH --root {root} --allow-shrink --drop-stale"
    );
    assert!(said(&output).contains(&command), "{}", said(&output));
}

#[test]
fn wrong_arguments_are_a_failure_and_not_out_of_date() {
    let checkout = Checkout::new();
    for options in [&["--no-such-option"][..], &["--from", "pypi:"]] {
        let output = program(
            &checkout,
            &[&["sync-spec", "--check"][..], options].concat(),
        );
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(options[0]));
    }
    let help = program(&checkout, &["sync-spec", "--help"]);
    assert_eq!(help.status.code(), Some(0), "{help:?}");
    assert!(said(&help).contains("Exit codes:"));
}

#[test]
fn the_package_from_pypi_does_not_get_a_token() {
    let checkout = Checkout::new();
    for source in [&[][..], &["--from", "pypi:0.98.0"]] {
        let options = ["sync-spec", "--check", "--token-env", "PATH"];
        let output = program(&checkout, &[&options[..], source].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains("--token-env is for servers"), "{error}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_changes() {
    let checkout = Checkout::new();
    let before = checkout.tree();
    for (option, path) in [("--report", "1.json/pr.md"), ("--json", ".")] {
        let options = [
            "sync-spec",
            "--no-compile",
            "--from",
            "2.json",
            option,
            path,
        ];
        let output = program(&checkout, &options);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(&format!("cannot write {path}")), "{error}");
        assert!(checkout.tree() == before, "a file has changed");
    }
}

#[test]
fn where_cargo_cannot_be_run_the_files_are_written_and_that_is_reported() {
    let checkout = Checkout::new();
    let options = ["sync-spec", "--from", "2.json", "--report", "pr.md"];
    let output = command(&checkout, &options)
        .env("CARGO", "/no/such/program")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let specs = checkout.read("specs/workspace.json");
    assert!(specs.contains("/api/v1/tags"));
    assert!(said(&output).contains("could not be checked: cannot start cargo"));
    let report = std::fs::read_to_string(checkout.documents().join("pr.md")).unwrap();
    let heading = "## Whether the crate compiles with it could not be checked\n";
    assert!(report.contains(heading), "{report}");
}

#[test]
fn that_nobody_listens_changes_no_exit_code() {
    let checkout = Checkout::new();
    let (listener, output) = std::io::pipe().unwrap();
    drop(listener);
    let status = command(&checkout, &["sync-spec", "--check", "--from", "2.json"])
        .stdout(output)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_version_without_changes_is_named_by_its_version() {
    let checkout = Checkout::new();
    let mut patch = document(Api::Workspace, "1");
    patch["info"]["version"] = "1.0.1".into();
    std::fs::write(checkout.documents().join("patch.json"), patch.to_string()).unwrap();
    let options = ["sync-spec", "--no-compile", "--from", "patch.json"];
    let output = program(&checkout, &[&options[..], &["--json", "out.json"]].concat());
    let expected = "The Workspace API 1 → 1.0.1\nOnly the version changed.\n";
    assert!(said(&output).starts_with(expected), "{}", said(&output));
    assert!(said(&output).contains("Written:\n  specs/workspace.json\n"));
    let report = json(&checkout.documents().join("out.json"));
    assert_eq!(report["title"], "The Workspace API 1 → 1.0.1");
    assert_eq!(report["changed"], true);
}

#[test]
fn what_does_not_compile_is_written_and_has_an_exit_code_of_its_own() {
    let checkout = Checkout::new();
    // There is no crate in this checkout.
    let output = program(
        &checkout,
        &["sync-spec", "--from", "2.json", "--report", "pr.md"],
    );
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(
        checkout
            .read("specs/workspace.json")
            .contains("/api/v1/tags")
    );
    let report = std::fs::read_to_string(checkout.documents().join("pr.md")).unwrap();
    assert!(
        report.contains("## The crate does not compile with it\n\n- `error: "),
        "{report}"
    );
    assert!(
        !report.contains(checkout.path().to_str().unwrap()),
        "{report}"
    );
}

#[test]
fn without_a_terminal_only_the_report_is_said() {
    let checkout = Checkout::new();
    let output = program(
        &checkout,
        &["sync-spec", "--no-compile", "--from", "2.json"],
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(said(&output).starts_with("The Workspace API 1 → 2\nNothing breaks.\n"));
    assert!(said(&output).contains("2 listings wait for a review"));
}

#[test]
fn reports_are_written_where_one_wants_them() {
    let checkout = Checkout::new();
    let options = [
        "sync-spec",
        "--dry-run",
        "--from",
        "2.json",
        "--report",
        "new/pr.md",
    ];
    let options = [&options[..], &["--json", "report.json"]].concat();
    assert_eq!(program(&checkout, &options).status.code(), Some(0));
    let markdown = std::fs::read_to_string(checkout.documents().join("new/pr.md")).unwrap();
    assert!(
        markdown.starts_with("# The Workspace API 1 → 2\n"),
        "{markdown}"
    );
    let report = json(&checkout.documents().join("report.json"));
    assert_eq!(report["title"], "The Workspace API 1 → 2");
    assert_eq!(report["changed"], true);
    assert_eq!(report["breaking"], false);
    assert_eq!(report["reports"]["workspace"]["counts"]["breaking"], 0);
}

#[test]
fn diff_compares_two_files() {
    let checkout = Checkout::new();
    let output = program(
        &checkout,
        &["diff", "1.json", "2.json", "--json", "diff.json"],
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said(&output).starts_with("The Workspace API 1 → 2\n"));
    let report = json(&checkout.documents().join("diff.json"));
    assert_eq!(report["breaking"], false);
    let other = program(&checkout, &["diff", "1.json", "2.json", "--api", "pro"]);
    assert_eq!(other.status.code(), Some(1), "{other:?}");
}

#[test]
fn diff_sends_a_token_to_one_server_only() {
    let checkout = Checkout::new();
    // Nobody listens there, and nobody is asked.
    let [old, new] = ["https://127.0.0.1:1", "https://127.0.0.1:2/openapi.json"];
    let output = program(&checkout, &["diff", old, new, "--token-env", "PATH"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("to two servers, https://127.0.0.1:1 and https://127.0.0.1:2:"),
        "{error}"
    );
}
