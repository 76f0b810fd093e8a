//! Corrections of another server's document: they apply where they match, and are skipped elsewhere.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use serde_json::{Value, json};
use zenml_codegen::model::Type;
use zenml_codegen::{SpecSource, corrected, generate};

#[test]
fn a_replacement_that_the_server_offers_is_noted() {
    let corrected = corrected_with(&["list_old", "list_new"]);
    let note = corrected
        .pointer("/paths/~1list_old/get/x-replaced-by")
        .unwrap();
    assert_eq!(note, "list_new");
}

#[test]
fn a_replacement_that_an_older_server_lacks_is_dropped() {
    let corrected = corrected_with(&["list_old"]);
    assert_eq!(
        corrected.pointer("/paths/~1list_old/get/x-replaced-by"),
        None
    );
}

#[test]
fn an_alternative_of_a_newer_server_is_neither_a_variant_nor_an_error() {
    let (document, correction) = shapes(&["Circle", "Square", "Torus"]);
    let api = generate(&document, &[correction], SpecSource::External).unwrap();
    let Some(Type::Union(union)) = api.types.get("Shape") else {
        panic!("no union");
    };
    let variants: Vec<&str> = union.variants.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(variants, ["Circle", "Square"]);
}

#[test]
fn the_tag_must_name_every_alternative_of_the_committed_document() {
    let (document, correction) = shapes(&["Circle", "Square", "Torus"]);
    let error = generate(&document, &[correction], SpecSource::Committed).err();
    let error = error.unwrap().to_string();
    assert!(error.contains("TorusShape"), "{error}");
}

/// Returns a document with a union of these shapes, and a correction with a tag for two of them.
fn shapes(kinds: &[&str]) -> (String, Value) {
    let reference = |kind: &str| format!("#/components/schemas/{kind}Shape");
    let schemas: Value = kinds
        .iter()
        .map(|kind| {
            let schema = json!({"type": "object", "properties": {"kind": {"type": "string"}}});
            (format!("{kind}Shape"), schema)
        })
        .collect();
    let alternatives: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({"$ref": reference(kind)}))
        .collect();
    let content = json!({"application/json": {"schema": {"anyOf": alternatives}}});
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Shapes", "version": "1"}, "components": {"schemas": schemas},
        "paths": {"/shape": {"get": {
            "operationId": "get_shape", "responses": {"200": {"content": content}},
        }}},
    });
    let mapping = json!({"circle": reference("Circle"), "square": reference("Square")});
    let correction = json!({
        "overlay": "1.0.0", "info": {"title": "Example", "version": "1"},
        "actions": [{
            "target": "$.paths['/shape'].get.responses['200'].content['application/json'].schema",
            "update": {"x-discriminator": {"pointer": "/kind", "mapping": mapping}},
        }],
    });
    (document.to_string(), correction)
}

/// Returns a document with these operations, corrected so that `list_new` replaces `list_old`.
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
    corrected(&document.to_string(), &[overlay], SpecSource::External).unwrap()
}
