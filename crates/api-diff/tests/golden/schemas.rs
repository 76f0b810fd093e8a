//! Checks the class of changes of schemas in every place where a schema can stand.
//!
//! Each entry of `tests/schemas/` has two schemas, and the class of the change from `old` to `new`
//! and back, where the client sends the schema and where it receives it. `same_schema` stands for
//! both, `parts` are named schemas of both sides, `old_parts` and `new_parts` of one. The class
//! `same` is metadata or nothing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use zenml_api_diff::{Class, compare};

fn check(topic: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/schemas/{topic}.json"));
    let entries: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for entry in entries {
        let schema = |key: &str| entry.get(key).or(entry.get("same_schema")).unwrap();
        let parts = |key: &str| {
            let mut parts = Map::new();
            for key in ["parts", key] {
                parts.extend(
                    entry
                        .get(key)
                        .and_then(Value::as_object)
                        .cloned()
                        .unwrap_or_default(),
                );
            }
            parts
        };
        let old = (schema("old"), parts("old_parts"));
        let new = (schema("new"), parts("new_parts"));
        for place in ["body", "property", "list", "map", "reference", "deep"] {
            for sent in [true, false] {
                let documents = (
                    document(place, sent, old.0, &old.1),
                    document(place, sent, new.0, &new.1),
                );
                let expected = &entry[if sent { "sent" } else { "received" }];
                for (index, (old, new)) in
                    [(&documents.0, &documents.1), (&documents.1, &documents.0)]
                        .into_iter()
                        .enumerate()
                {
                    let report = compare(old, new);
                    let class = report.changes.iter().map(|change| change.class).min();
                    let class = match class {
                        None | Some(Class::MetadataOnly) => "same",
                        Some(class) => class.name(),
                    };
                    if expected[index] != class {
                        let lines: Vec<String> =
                            report.changes.iter().map(|change| change.line()).collect();
                        wrong.push(format!(
                            "{}, {place}, sent: {sent}, back: {}: {class} instead of {}\n{lines:#?}",
                            entry["name"],
                            index == 1,
                            expected[index]
                        ));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Returns a document with one operation that sends or receives the schema in a certain place.
fn document(place: &str, sent: bool, schema: &Value, parts: &Map<String, Value>) -> Value {
    let mut parts = parts.clone();
    let property = |schema: Value| json!({"type": "object", "properties": {"other": {"type": "boolean"}, "p": schema}});
    let schema = match place {
        "property" => property(schema.clone()),
        "list" => json!({"type": "array", "items": schema}),
        "map" => json!({"type": "object", "additionalProperties": schema}),
        "reference" => {
            parts.insert("Named".to_owned(), schema.clone());
            json!({"$ref": "#/components/schemas/Named"})
        }
        "deep" => {
            parts.insert("Named".to_owned(), schema.clone());
            let reference = json!({"$ref": "#/components/schemas/Named"});
            parts.insert("Outer".to_owned(), property(reference));
            json!({"type": "array", "items": {"$ref": "#/components/schemas/Outer"}})
        }
        _ => schema.clone(),
    };
    let content = json!({"content": {"application/json": {"schema": schema}}});
    let mut operation = json!({"operationId": "do_it", "responses": {"204": {"description": ""}}});
    if sent {
        operation["requestBody"] = content;
    } else {
        operation["responses"] = json!({"200": content});
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Schemas", "version": "1"},
        "paths": {"/it": {"post": operation}},
        "components": {"schemas": parts},
    })
}

#[test]
fn compositions_are_compared_by_what_they_allow() {
    check("composition");
}

#[test]
fn listed_values_and_tuples_are_compared_by_what_they_allow() {
    check("values");
}

#[test]
fn limits_are_compared_by_what_they_allow() {
    check("limits");
}

#[test]
fn properties_of_one_direction_break_only_that() {
    check("access");
}

#[test]
fn unions_and_base_classes_are_compared_with_their_discriminators() {
    check("unions");
}

#[test]
fn references_are_followed_however_they_are_written() {
    check("references");
}
