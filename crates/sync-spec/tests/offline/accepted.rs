//! Accepted changes, and the exit code of `diff --fail-on`. Document 2 has more than document 1.

use std::process::Output;

use serde_json::{Value, json};

use crate::checkout::Checkout;
use crate::command::{json, program, stdout};

const ACCEPTED: &str = r#"
[[accepted]]
rule = "operation-removed"
at = "get_tags"
reason = "it was never used"

[[accepted]]
rule = "response-property-removed"
at = "Run"
reason = "it was always empty"
"#;

/// Compares documents 2 and 1; document 1 lacks an operation and a property.
fn removals(checkout: &Checkout, options: &[&str]) -> Output {
    let arguments = ["diff", "2.json", "1.json", "--json", "diff.json"];
    program(checkout, &[&arguments, options].concat())
}

#[test]
fn the_exit_code_of_diff_tells_classes_apart() {
    let checkout = Checkout::new();
    for (old, new, class, code) in [
        ("1.json", "2.json", "breaking", 0),
        ("1.json", "2.json", "compatible", 4),
        ("2.json", "1.json", "breaking", 4),
        ("1.json", "1.json", "any", 0),
        ("1.json", "2.json", "any", 4),
    ] {
        let output = program(&checkout, &["diff", old, new, "--fail-on", class]);
        assert_eq!(output.status.code(), Some(code), "{old} {new} {class}");
    }
}

#[test]
fn accepted_changes_are_listed_with_their_reasons_and_do_not_count() {
    let checkout = Checkout::new();
    let path = "specs/accepted-changes.toml";
    checkout.write(path, ACCEPTED);
    let output = removals(&checkout, &["--fail-on", "breaking"]);
    // The Rust items are breaking as well, and not accepted.
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let report = json(&checkout.documents().join("diff.json"));
    assert_eq!(report["counts"]["breaking"], 0);
    assert_eq!(report["ignored"][0]["reason"], "it was never used");
    let rust = ["rust-method-removed", "rust-field-removed"].map(|rule| {
        let at = if rule.contains("method") {
            "get_tags"
        } else {
            "Run"
        };
        format!("[[accepted]]\nrule = \"{rule}\"\nat = \"{at}\"\nreason = \"so be it\"\n")
    });
    checkout.write(path, &format!("{ACCEPTED}{}", rust.concat()));
    let output = removals(&checkout, &["--fail-on", "breaking"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn an_accepted_change_without_a_reason_is_refused() {
    let checkout = Checkout::new();
    let text = ACCEPTED.replace("it was never used", " ");
    checkout.write("specs/accepted-changes.toml", &text);
    let output = removals(&checkout, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("has no reason; give one"), "{error}");
}

#[test]
fn an_entry_that_matches_nothing_is_reported() {
    let checkout = Checkout::new();
    let text = ACCEPTED.replace("get_tags", "get_other");
    checkout.write("specs/accepted-changes.toml", &text);
    let output = removals(&checkout, &[]);
    assert!(stdout(&output).contains("operation-removed at get_other"));
}

#[test]
fn sync_spec_honours_accepted_changes() {
    let checkout = Checkout::new();
    checkout.write(
        "specs/accepted-changes.toml",
        &ACCEPTED.replace("operation-removed", "operation-added"),
    );
    let arguments = [
        "sync-spec",
        "--dry-run",
        "--from",
        "2.json",
        "--json",
        "sync.json",
    ];
    let output = program(&checkout, &arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = json(&checkout.documents().join("sync.json"));
    let report = &report["reports"]["workspace"];
    assert_eq!(report["ignored"][0]["at"], "get_tags");
    let changes = report["changes"].as_array().unwrap();
    let added = |change: &&Value| change["kind"] == "operation-added";
    assert_eq!(changes.iter().find(added), None, "{}", json!(changes));
}
