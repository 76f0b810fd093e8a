//! Comparison of any two documents.

use serde_json::json;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::diff::report;
use zenml_sync_spec::document::Document;
use zenml_sync_spec::source::Fetched;

use crate::checkout::document;

fn checked(value: &serde_json::Value) -> Document {
    let fetched = Fetched {
        raw: value.to_string().into_bytes(),
        origin: "a test".to_owned(),
        printed_by: None,
    };
    Document::new(fetched, None).unwrap()
}

#[test]
fn a_raw_document_equals_its_canonical_form() {
    let raw = document(Api::Workspace, "1");
    let canonical = checked(&raw).canonical;
    let report = report(&checked(&raw), &checked(&canonical), None, &[]).unwrap();
    assert!(report.is_empty());
}

#[test]
fn http_and_rust_are_compared() {
    let [old, new] = ["1", "2"].map(|version| checked(&document(Api::Pro, version)));
    let report = report(&old, &new, None, &[]).unwrap();
    assert_eq!(report.title(), "The ZenML Pro API 1 → 2");
    assert!(!report.rust.as_ref().unwrap().items.is_empty());
    assert!(!report.is_breaking());
}

#[test]
fn without_generated_code_only_http_is_compared_and_a_notice_says_so() {
    let old = document(Api::Workspace, "1");
    let mut new = document(Api::Workspace, "2");
    new["components"]["schemas"]["Run"]["properties"]["odd"] = json!({"type": "frob"});
    let report = report(&checked(&old), &checked(&new), None, &[]).unwrap();
    assert!(report.rust.is_none());
    assert!(!report.changes.is_empty());
    assert!(
        report.notices[0]
            .heading
            .contains("no code can be generated")
    );
    assert!(report.notices[0].lines[0].contains("/properties/odd"));
}

#[test]
fn a_path_parameter_that_is_not_declared_costs_its_operation_in_rust_only_and_a_notice_says_so() {
    let old = document(Api::Workspace, "1");
    let mut new = document(Api::Workspace, "2");
    new["paths"]["/api/v1/things/{id}"] = json!({"get": {
        "operationId": "get_thing",
        "responses": {"204": {"description": ""}},
    }});
    let report = report(&checked(&old), &checked(&new), None, &[]).unwrap();
    assert!(report.rust.is_some());
    let lines: Vec<String> = report.changes.iter().map(|change| change.at()).collect();
    assert!(lines.contains(&"get_thing".to_owned()), "{lines:?}");
    let [notice] = report.notices.as_slice() else {
        panic!("{:?}", report.notices);
    };
    let left_out = "GET /api/v1/things/{id}: /paths/~1api~1v1~1things~1{id}/get";
    assert!(notice.lines[0].starts_with(left_out), "{notice:?}");
}

#[test]
fn an_overlay_that_fits_one_document_only_is_applied_to_neither() {
    let [old, new] = ["1", "2"].map(|version| document(Api::Workspace, version));
    let overlay = |path: &str| {
        json!({
            "overlay": "1.0.0",
            "info": {"title": "A test", "version": "1"},
            "actions": [{
                "target": format!("$.paths['{path}'].get.responses['200'].content['application/json'].schema"),
                "update": {"description": "x", "deprecated": true},
            }],
        })
    };
    let without = report(&checked(&old), &checked(&new), None, &[]).unwrap();
    for path in ["/api/v1/info", "/api/v1/tags"] {
        let with = report(&checked(&old), &checked(&new), None, &[overlay(path)]).unwrap();
        assert_eq!(with.changes, without.changes, "{path}");
    }
}
