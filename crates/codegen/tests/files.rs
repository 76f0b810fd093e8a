//! Building against another document: what is taken from it, and how a bad one is refused.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use zenml_codegen::files::{self, Source};
use zenml_codegen::render::{Options, render};

const OPTIONS: Options = Options {
    deduplicates_post: true,
    inferred_feature: "pro-inferred",
};

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs")
}

fn with_document(text: &str) -> (tempfile::TempDir, Source) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    fs::write(&path, text).unwrap();
    let source = files::load(&specs(), "workspace", Some(&path)).unwrap();
    (folder, source)
}

#[test]
fn a_variable_that_is_not_set_or_empty_names_no_document() {
    assert_eq!(files::named_by("SPEC", None).unwrap(), None);
    assert_eq!(files::named_by("SPEC", Some("".into())).unwrap(), None);
}

#[test]
fn a_relative_path_in_a_variable_is_refused_because_nobody_knows_where_it_starts() {
    let error = files::named_by("SPEC", Some("openapi.json".into())).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("SPEC is `openapi.json`"), "{error}");
    assert!(error.contains("give an absolute path"), "{error}");
}

#[test]
fn a_missing_document_is_named() {
    let error = files::load(
        &specs(),
        "workspace",
        Some(Path::new("nowhere/openapi.json")),
    );
    let error = error.unwrap_err().to_string();
    assert!(error.contains("nowhere/openapi.json"), "{error}");
}

#[test]
fn a_broken_document_is_named_with_the_place_in_it() {
    let (folder, source) = with_document("{\"openapi\": \"3.1.0\",\n");
    let error = source.generate().err().unwrap().to_string();
    let path = folder.path().join("openapi.json");
    assert!(error.contains(&path.display().to_string()), "{error}");
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn corrections_that_match_nothing_in_it_are_skipped() {
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
fn a_raw_documents_descriptions_become_rustdoc() {
    let document = r#"{"openapi":"3.1.0","info":{"title":"ZenML","version":"0.1"},"paths":{
        "/api/v1/things":{"get":{"operationId":"list_things_api_v1_things_get",
        "description":"Everything there is.","responses":{"200":{"description":""}}}}}}"#;
    let (_folder, source) = with_document(document);
    let rust = render(&source.generate().unwrap(), OPTIONS);
    assert!(rust.contains("/// Everything there is."), "{rust}");
}
