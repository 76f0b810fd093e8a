//! Generating from another document: what is used of it, and the errors for a bad one.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use zenml_codegen::files::{self, SpecFiles};
use zenml_codegen::render::{Options, render};

const OPTIONS: Options = Options {
    client: "WorkspaceClient",
    variable: "client",
    deduplicates_post: true,
    inferred_feature: "pro-inferred",
};

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs")
}

fn with_document(text: &str) -> (tempfile::TempDir, SpecFiles) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    fs::write(&path, text).unwrap();
    let source = files::load(&specs(), "workspace", Some(&path)).unwrap();
    (folder, source)
}

#[test]
fn an_unset_or_empty_variable_names_no_document() {
    assert_eq!(files::path_in_variable("SPEC", None).unwrap(), None);
    assert_eq!(
        files::path_in_variable("SPEC", Some("".into())).unwrap(),
        None
    );
}

#[test]
fn a_relative_path_in_a_variable_is_rejected() {
    let error = files::path_in_variable("SPEC", Some("openapi.json".into())).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("SPEC is `openapi.json`"), "{error}");
    assert!(error.contains("set an absolute path"), "{error}");
}

#[test]
fn the_error_for_a_missing_document_names_its_path() {
    let error = files::load(
        &specs(),
        "workspace",
        Some(Path::new("nowhere/openapi.json")),
    );
    let error = error.unwrap_err().to_string();
    assert!(error.contains("nowhere/openapi.json"), "{error}");
}

#[test]
fn the_error_for_a_broken_document_names_its_path_and_the_line() {
    let (folder, source) = with_document("{\"openapi\": \"3.1.0\",\n");
    let error = source.generate().err().unwrap().to_string();
    let path = folder.path().join("openapi.json");
    assert!(error.contains(&path.display().to_string()), "{error}");
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn corrections_that_match_nothing_are_skipped() {
    let document = r#"{"openapi":"3.1.0","info":{"title":"ZenML","version":"0.1"},"paths":{
        "/api/v1/things":{"get":{"operationId":"list_things_api_v1_things_get",
        "responses":{"200":{"description":"All of them."}}}}}}"#;
    let (_folder, source) = with_document(document);
    let api = source.generate().unwrap();
    let names: Vec<_> = api
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(names, ["list_things"]);
}

#[test]
fn descriptions_of_this_project_apply_to_the_operations_of_another_document() {
    let document = r#"{"openapi":"3.1.0","info":{"title":"ZenML","version":"0.1"},"paths":{
        "/api/v1/runs/{id}/stop":{"post":{"operationId":"stop_run_api_v1_runs__id__stop_post",
        "tags":["runs"],"parameters":[{"name":"id","in":"path","schema":{"type":"string"}}],
        "responses":{"200":{"description":""}}}}}}"#;
    let (_folder, source) = with_document(document);
    let rust = render(&source.generate().unwrap(), OPTIONS);
    assert!(rust.contains("/// # Pipeline runs"), "{rust}");
    assert!(
        rust.contains("/// Asks the orchestrator to stop a run."),
        "{rust}"
    );
}

#[test]
fn descriptions_of_a_raw_document_become_rustdoc() {
    let document = r#"{"openapi":"3.1.0","info":{"title":"ZenML","version":"0.1"},"paths":{
        "/api/v1/things":{"get":{"operationId":"list_things_api_v1_things_get",
        "description":"Everything there is.","responses":{"200":{"description":""}}}}}}"#;
    let (_folder, source) = with_document(document);
    let rust = render(&source.generate().unwrap(), OPTIONS);
    assert!(rust.contains("/// Everything there is."), "{rust}");
}
