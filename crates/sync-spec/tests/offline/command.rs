//! The program: its exit codes, its files and its output.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use zenml_sync_spec::api::Api;

use crate::checkout::{Checkout, document};

pub fn program(checkout: &Checkout, arguments: &[&str]) -> Output {
    command(checkout, arguments).output().unwrap()
}

fn command(checkout: &Checkout, arguments: &[&str]) -> Command {
    let files = checkout.documents();
    for version in ["1", "2"] {
        std::fs::write(
            files.join(format!("{version}.json")),
            document_text(version),
        )
        .unwrap();
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

fn document_text(version: &str) -> String {
    document(Api::Workspace, version).to_string()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_exit_code_of_check_tells_up_to_date_out_of_date_and_failed_apart() {
    let checkout = Checkout::new();
    let check = |file| program(&checkout, &["sync-spec", "--check", "--from", file]);
    let fresh = check("1.json");
    assert_eq!(fresh.status.code(), Some(0), "{fresh:?}");
    let expected = "specs/workspace.json matches the file 1.json.\n\nEverything is up to date.\n";
    assert_eq!(stdout(&fresh), expected);
    let out_of_date = check("2.json");
    assert_eq!(out_of_date.status.code(), Some(2), "{out_of_date:?}");
    let failed = check("3.json");
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
}

#[test]
fn check_prints_the_command_that_brings_everything_up_to_date() {
    let checkout = Checkout::new();
    let root = checkout.path().display();
    let output = program(&checkout, &["sync-spec", "--check", "--from", "2.json"]);
    let command = format!(
        "To bring them up to date: cargo xtask sync-spec workspace --from 2.json --root {root}, \
         then `cargo insta review`\n"
    );
    assert!(stdout(&output).contains(&command), "{}", stdout(&output));
}

#[test]
fn the_printed_command_has_all_required_options_and_is_quoted_for_a_shell() {
    let checkout = Checkout::new();
    let root = checkout.path().display();
    let without_secret = document(Api::Workspace, "1").to_string();
    let without_secret = without_secret.replace("\"secret\"", "\"password\"");
    let later = program(
        &checkout,
        &["sync-spec", "--no-compile", "--from", "2.json"],
    );
    assert_eq!(later.status.code(), Some(0), "{later:?}");
    let file = checkout.documents().join("someone's own.json");
    std::fs::write(file, without_secret).unwrap();
    let options = ["sync-spec", "--check", "--from", "someone's own.json"];
    let output = program(
        &checkout,
        &[&options[..], &["--token-env", "PATH"]].concat(),
    );
    let command = format!(
        r"workspace --from 'someone'\''s own.json' --token-env PATH --root {root} --allow-shrink --drop-stale"
    );
    assert!(stdout(&output).contains(&command), "{}", stdout(&output));
}

#[test]
fn a_run_works_on_the_checkout_that_it_is_run_in() {
    let [first, second] = [Checkout::new(), Checkout::new()];
    for checkout in [&first, &second] {
        checkout.write("Cargo.toml", "[workspace]\n");
    }
    // By the current folder, or by the package that cargo runs.
    let package = second.path().join("crates/sync-spec");
    for (root, other, manifest_dir) in [(&first, &second, None), (&second, &first, Some(package))] {
        let untouched = other.tree();
        let document = first.documents().join("2.json");
        std::fs::write(&document, document_text("2")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_zenml-sync-spec"));
        command
            .args(["sync-spec", "--no-compile", "--from"])
            .arg(document)
            .current_dir(first.path())
            .env_remove("CARGO_MANIFEST_DIR")
            .envs(manifest_dir.map(|folder| ("CARGO_MANIFEST_DIR", folder)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(root.read("specs/workspace.json").contains("/api/v1/tags"));
        assert!(other.tree() == untouched, "the other checkout has changed");
    }
}

#[test]
fn wrong_arguments_have_the_exit_code_of_a_failure() {
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
    assert!(stdout(&help).contains("Exit codes:"));
}

#[test]
fn the_package_from_pypi_gets_no_token() {
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
fn a_report_that_cannot_be_written_is_an_error_before_any_file_changes() {
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
fn a_missing_cargo_is_reported_after_the_files_are_written() {
    let checkout = Checkout::new();
    let options = ["sync-spec", "--from", "2.json", "--report", "pr.md"];
    let output = command(&checkout, &options)
        .env("CARGO", "/no/such/program")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let specs = checkout.read("specs/workspace.json");
    assert!(specs.contains("/api/v1/tags"));
    assert!(
        stdout(&output).contains("Could not check whether the crate compiles: cannot start cargo")
    );
    let report = std::fs::read_to_string(checkout.documents().join("pr.md")).unwrap();
    let heading = "## Could not check whether the crate compiles\n";
    assert!(report.contains(heading), "{report}");
}

#[test]
fn a_closed_standard_output_does_not_change_the_exit_code() {
    let checkout = Checkout::new();
    let (reader, output) = std::io::pipe().unwrap();
    drop(reader);
    let status = command(&checkout, &["sync-spec", "--check", "--from", "2.json"])
        .stdout(output)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_version_without_changes_is_reported_by_its_number() {
    let checkout = Checkout::new();
    let mut patch = document(Api::Workspace, "1");
    patch["info"]["version"] = "1.0.1".into();
    std::fs::write(checkout.documents().join("patch.json"), patch.to_string()).unwrap();
    let options = ["sync-spec", "--no-compile", "--from", "patch.json"];
    let output = program(&checkout, &[&options[..], &["--json", "out.json"]].concat());
    let expected = "The Workspace API 1 → 1.0.1\nOnly the version changed.\n";
    assert!(stdout(&output).starts_with(expected), "{}", stdout(&output));
    assert!(stdout(&output).contains("Written:\n  specs/workspace.json\n"));
    let report = json(&checkout.documents().join("out.json"));
    assert_eq!(report["title"], "The Workspace API 1 → 1.0.1");
    assert_eq!(report["changed"], true);
}

#[test]
fn a_crate_that_does_not_compile_has_an_exit_code_of_its_own() {
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
        report.contains("## The crate does not compile with this document\n\n- `error: "),
        "{report}"
    );
    assert!(
        !report.contains(checkout.path().to_str().unwrap()),
        "{report}"
    );
}

#[test]
fn without_a_terminal_only_the_report_is_printed() {
    let checkout = Checkout::new();
    let output = program(
        &checkout,
        &["sync-spec", "--no-compile", "--from", "2.json"],
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(stdout(&output).starts_with("The Workspace API 1 → 2\nNothing breaks.\n"));
    assert!(stdout(&output).contains("2 snapshots await review"));
}

#[test]
fn reports_are_written_to_the_given_files() {
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
    assert!(stdout(&output).starts_with("The Workspace API 1 → 2\n"));
    let report = json(&checkout.documents().join("diff.json"));
    assert_eq!(report["breaking"], false);
    let other = program(&checkout, &["diff", "1.json", "2.json", "--api", "pro"]);
    assert_eq!(other.status.code(), Some(1), "{other:?}");
}

#[test]
fn diff_sends_a_token_to_one_server_only() {
    let checkout = Checkout::new();
    // The error comes before any request.
    let [old, new] = ["https://127.0.0.1:1", "https://127.0.0.1:2/openapi.json"];
    let output = program(&checkout, &["diff", old, new, "--token-env", "PATH"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("to two servers, https://127.0.0.1:1 and https://127.0.0.1:2;"),
        "{error}"
    );
}
