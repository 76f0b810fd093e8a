//! Corrections on another server's document: they apply where they match, and only there.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use serde_json::{Value, json};
use zenml_codegen::{Origin, corrected};

#[test]
fn a_replacement_that_the_server_has_is_noted() {
    let corrected = corrected_with(&["list_old", "list_new"]);
    let note = corrected
        .pointer("/paths/~1list_old/get/x-replaced-by")
        .unwrap();
    assert_eq!(note, "list_new");
}

#[test]
fn a_replacement_that_an_older_server_lacks_is_forgotten() {
    let corrected = corrected_with(&["list_old"]);
    assert_eq!(
        corrected.pointer("/paths/~1list_old/get/x-replaced-by"),
        None
    );
}

/// A document with these operations, after the correction that `list_new` replaces `list_old`.
fn corrected_with(operations: &[&str]) -> Value {
    let paths: Value = operations
        .iter()
        .map(|id| {
            (
                format!("/{id}"),
                json!({"get": {"operationId": id, "responses": {}}}),
            )
        })
        .collect();
    let document = json!({"openapi": "3.1.0", "info": {}, "paths": paths});
    let overlay = json!({
        "overlay": "1.0.0",
        "info": {"title": "Example", "version": "1"},
        "actions": [{"target": "$.paths['/list_old'].get", "update": {"x-replaced-by": "list_new"}}],
    });
    corrected(&document.to_string(), &[overlay], Origin::Elsewhere).unwrap()
}
