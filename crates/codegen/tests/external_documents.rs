//! Corrections of another server's document: they apply where they match, and are skipped elsewhere.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use zenml_codegen::model::Type;
use zenml_codegen::public_api::listings;
use zenml_codegen::{SpecSource, corrected, generate};

/// The case of a note that only overlays write.
const ONLY_BY_OVERLAY: &str = "refuses_a_replacement_that_does_not_exist";

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
    let api = generate(&document, None, &[correction], SpecSource::External).unwrap();
    let Some(Type::Union(union)) = api.types.get("Shape") else {
        panic!("no union");
    };
    let variants: Vec<&str> = union.variants.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(variants, ["Circle", "Square"]);
}

#[test]
fn the_tag_must_name_every_alternative_of_the_committed_document() {
    let (document, correction) = shapes(&["Circle", "Square", "Torus"]);
    let error = generate(&document, None, &[correction], SpecSource::Committed).err();
    let error = error.unwrap().to_string();
    assert!(error.contains("TorusShape"), "{error}");
}

#[test]
fn an_operation_that_cannot_be_expressed_is_left_out_with_its_reason() {
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Example", "version": "1"},
        "paths": {
            "/good": {"get": {"operationId": "good", "responses": {"200": {}}}},
            "/bad/{id}": {"get": {"operationId": "bad", "responses": {"200": {}}}},
            "/part": {"get": {"operationId": "part", "responses": {"200": {"content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Outer"}},
            }}}}},
        },
        "components": {"schemas": {
            "Outer": {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
            "Inner": {"type": "object", "properties": {"a": {"type": "wrong"}}},
            "Unused": {"type": "object", "properties": {"a": {"type": "wrong"}}},
        }},
    })
    .to_string();
    let api = generate(&document, None, &[], SpecSource::External).unwrap();
    let names: Vec<&str> = api.operations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["good"]);
    let left_out = api.left_out.iter();
    let reasons: Vec<_> = left_out.map(|o| (&*o.part, &*o.reason.pointer)).collect();
    assert_eq!(
        reasons,
        [
            ("GET /part", "/components/schemas/Inner/properties/a/type"),
            ("GET /bad/{id}", "/paths/~1bad~1{id}/get"),
        ]
    );
    let listing = listings(&api).remove("left_out").unwrap();
    assert!(listing.contains("left out: GET /part: "), "{listing}");
    generate(&document, None, &[], SpecSource::Committed)
        .err()
        .unwrap();
}

#[test]
fn an_operation_is_not_left_out_with_another_one_of_its_path() {
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Example", "version": "1"},
        "paths": {"/a": {
            "get": {"operationId": "get_a", "responses": {"200": {}}, "servers": [{"url": "/b"}]},
            "post": null,
            "put": {"operationId": "put_a", "responses": {"200": {}}},
        }},
    });
    let api = generate(&document.to_string(), None, &[], SpecSource::External).unwrap();
    let names: Vec<&str> = api.operations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["put_a"]);
}

#[test]
fn a_type_whose_values_are_too_large_has_no_sample() {
    let list = |items: Value| json!({"type": "array", "minItems": 100, "items": items});
    let object =
        |member: Value| json!({"type": "object", "properties": {"a": member}, "required": ["a"]});
    let text = json!({"type": "string"});
    let schemas = json!({
        "Small": object(list(text.clone())),
        "Long": object(json!({"type": "string", "minLength": 100_000})),
        "Many": object(json!({"type": "array", "minItems": 1_000_000_000_000_u64, "items": text})),
        "Nested": object(list(list(list(list(text))))),
    });
    let body = |name: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        let content = json!({"200": {"content": {"application/json": {"schema": schema}}}});
        (
            format!("/{name}"),
            json!({"get": {"operationId": name, "responses": content}}),
        )
    };
    let paths: Value = ["Small", "Long", "Many", "Nested"]
        .map(body)
        .into_iter()
        .collect();
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Example", "version": "1"},
        "paths": paths, "components": {"schemas": schemas},
    });
    let api = generate(&document.to_string(), None, &[], SpecSource::External).unwrap();
    let sample = |name: &str| api.sample(&syn::parse_str(name).unwrap());
    assert_eq!(sample("Small").unwrap()["a"].as_array().unwrap().len(), 100);
    for name in ["Long", "Many", "Nested"] {
        assert_eq!(sample(name), None, "{name}");
    }
}

#[test]
fn each_refusal_advises_what_the_reader_can_do() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower");
    let mut advised = 0;
    for case in fs::read_dir(cases).unwrap() {
        let path = case.unwrap().path();
        // Only overlays write this note; it is ignored in another server's document.
        if !path.join("expected-error.txt").exists() || path.ends_with(ONLY_BY_OVERLAY) {
            continue;
        }
        let document = fs::read_to_string(path.join("input.json")).unwrap();
        let ours = generate(&document, None, &[], SpecSource::Committed);
        let hint = ours.err().unwrap().hint;
        assert!(
            hint.ends_with(", with an overlay in specs/overlays/"),
            "{hint}"
        );
        let theirs = match generate(&document, None, &[], SpecSource::External) {
            Ok(api) => api.left_out.into_iter().map(|left| left.reason).collect(),
            Err(error) => vec![error],
        };
        for error in theirs {
            advised += 1;
            assert!(error.hint.ends_with(", in your document"), "{error}");
            assert!(!error.to_string().contains("overlay"), "{error}");
            assert!(error.pointer.starts_with('/'), "{error}");
        }
    }
    assert!(advised > 20, "{advised} refusals");
}

#[test]
fn a_correction_that_does_not_fit_another_servers_document_is_skipped() {
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Example", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "a", "deprecated": true, "responses": {"200": {}}}}},
    });
    let overlay = json!({
        "overlay": "1.0.0",
        "info": {"title": "Example", "version": "1"},
        "actions": [{"target": "$.paths['/a'].get.deprecated", "update": {"x-replaced-by": "b"}}],
    });
    let overlays = [overlay];
    let text = document.to_string();
    generate(&text, None, &overlays, SpecSource::External).unwrap();
    let error = generate(&text, None, &overlays, SpecSource::Committed).err();
    assert!(error.unwrap().problem.contains("cannot be merged"));
}

#[test]
fn a_document_without_a_supported_operation_is_an_error() {
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Example", "version": "1"},
        "paths": {"/bad/{id}": {"get": {"operationId": "bad", "responses": {"200": {}}}}},
    });
    let error = generate(&document.to_string(), None, &[], SpecSource::External).err();
    assert_eq!(error.unwrap().pointer, "/paths/~1bad~1{id}/get");
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
    corrected(
        &document.to_string(),
        None,
        &[overlay],
        SpecSource::External,
    )
    .unwrap()
}
