//! The program: its exit codes, its files, its words.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use zenml_sync_spec::api::Api;

use crate::checkout::{Checkout, document};

fn program(checkout: &Checkout, arguments: &[&str]) -> Output {
    let files = checkout.documents();
    for version in ["1", "2"] {
        let text = document(Api::Workspace, version).to_string();
        std::fs::write(files.join(format!("{version}.json")), text).unwrap();
    }
    let (command, options) = arguments.split_first().unwrap();
    Command::new(env!("CARGO_BIN_EXE_zenml-sync-spec"))
        .arg(command)
        .arg("--root")
        .arg(checkout.path())
        .args(options)
        .current_dir(files)
        .output()
        .unwrap()
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
    assert!(said(&fresh).contains("Everything is up to date."));
    let out_of_date = check("2.json");
    assert_eq!(out_of_date.status.code(), Some(2), "{out_of_date:?}");
    assert!(
        said(&out_of_date)
            .contains("To bring them up to date: cargo xtask sync-spec workspace --from 2.json\n"),
        "{}",
        said(&out_of_date)
    );
    let failed = check("3.json");
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
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
