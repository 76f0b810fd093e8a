//! Checks what a report says, in each of its forms.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use serde_json::json;
use zenml_api_diff::{Report, SemverBump, compare, json, markdown, terminal};
use zenml_codegen::canonical::to_text;
use zenml_codegen::{SpecSource, generate};

use crate::case::{Case, cases};
use crate::compare::documents;

cases! { "report", check:
    nothing
    additions_only
    names_only
    breaking_for_rust_only
    breaking_over_http_only
    everything
    one_change_in_many_operations
    union_renamed_by_a_new_alternative
}

fn check(case: &Case) {
    let (old, new) = documents(case);
    let [before, after] = [&old, &new].map(|document| {
        let api = generate(&document.to_string(), None, &[], SpecSource::Committed);
        api.unwrap_or_else(|error| panic!("{error}"))
    });
    let report = compare(&old, &new).with_rust(&before, &after, "0.1.0");
    case.check_file("expected.txt", &terminal(&report, false));
    case.check_file("expected.md", &markdown(&report));
    case.check_file("expected.json", &to_text(&json(&report)));
    if case.has("expected-color.txt") {
        case.check_file("expected-color.txt", &terminal(&report, true));
    }
}

/// Returns a report on a removed operation and a response that gained many fields.
fn long_report() -> Report {
    let document = |paths: &[&str], fields: usize| {
        let operation = |path: &&str| {
            let schema = json!({"$ref": "#/components/schemas/Thing"});
            let content = json!({"application/json": {"schema": schema}});
            let operation = json!({
                "operationId": path,
                "responses": {"200": {"description": "", "content": content}},
            });
            (format!("/{path}"), json!({ "get": operation }))
        };
        let field = |n: usize| (format!("field_number_{n}"), json!({"type": "string"}));
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Example", "version": "1"},
            "paths": paths.iter().map(operation).collect::<serde_json::Value>(),
            "components": {"schemas": {"Thing": {
                "type": "object",
                "properties": (0..fields).map(field).collect::<serde_json::Value>(),
            }}},
        })
    };
    compare(&document(&["gone", "kept"], 0), &document(&["kept"], 4000))
}

#[test]
fn a_report_too_long_for_a_pull_request_keeps_breaking_changes() {
    let text = markdown(&long_report());
    assert!(text.len() < 65_536, "GitHub rejects longer bodies");
    assert!(text.contains("`gone` · `GET /gone`: the operation was removed"));
    assert!(text.contains("see the JSON report"));
}

#[test]
fn a_long_report_is_complete_as_json() {
    let report = json(&long_report());
    assert_eq!(
        report
            .pointer("/changes")
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        4001
    );
}

#[test]
fn before_1_0_a_breaking_change_raises_the_minor_number() {
    assert_eq!(SemverBump::Major.next("0.3.2").as_deref(), Some("0.4.0"));
    assert_eq!(SemverBump::Minor.next("0.3.2").as_deref(), Some("0.3.3"));
    assert_eq!(SemverBump::Patch.next("0.3.2").as_deref(), Some("0.3.3"));
}

#[test]
fn from_1_0_on_each_step_raises_its_own_number() {
    assert_eq!(SemverBump::Major.next("1.3.2").as_deref(), Some("2.0.0"));
    assert_eq!(SemverBump::Minor.next("1.3.2").as_deref(), Some("1.4.0"));
    assert_eq!(SemverBump::Patch.next("1.3.2").as_deref(), Some("1.3.3"));
}

#[test]
fn a_version_of_another_form_has_no_successor() {
    assert_eq!(SemverBump::Major.next("1.0.0-beta"), None);
    assert_eq!(SemverBump::Major.next("1.0"), None);
}
