//! Cuts small documents out of the real ones: one operation with the schemas it uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use zenml_api_diff::Direction;
use zenml_codegen::pointer::escape;
use zenml_codegen::reference::{closure, references};

/// Documents with more schemas take too long.
const SCHEMAS: usize = 10;

/// One operation of a real document.
pub struct Sample {
    pub name: String,
    pub document: Value,
    /// For each schema, the directions that it is used in.
    pub directions: BTreeMap<String, BTreeSet<Direction>>,
}

pub fn real(api: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join(format!("specs/{api}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Returns the request and the responses of each operation, where they use few schemas.
pub fn samples() -> Vec<Sample> {
    let document = real("workspace");
    let mut samples = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for part in ["requestBody", "responses", "both"] {
                let mut operation = operation.clone();
                if part == "requestBody" {
                    operation["responses"] = json!({"204": {"description": ""}});
                } else if part == "responses" {
                    operation.as_object_mut().unwrap().remove("requestBody");
                }
                samples.extend(sample(&document, (path, method), operation, part));
            }
        }
    }
    samples
}

fn sample(
    document: &Value,
    (path, method): (&str, &str),
    operation: Value,
    part: &str,
) -> Option<Sample> {
    let schemas = &document["components"]["schemas"];
    let reached = |value: Option<&Value>| {
        let mut start = Vec::new();
        value
            .into_iter()
            .for_each(|value| references(value, &mut start));
        closure(start, |name| schemas.get(name))
    };
    let mut directions: BTreeMap<String, BTreeSet<Direction>> = BTreeMap::new();
    for (key, direction) in [
        ("parameters", Direction::Sent),
        ("requestBody", Direction::Sent),
        ("responses", Direction::Received),
    ] {
        for name in reached(operation.get(key)) {
            directions.entry(name).or_default().insert(direction);
        }
    }
    if directions.is_empty() || directions.len() > SCHEMAS {
        return None;
    }
    let used: Map<String, Value> = directions
        .keys()
        .map(|name| (name.clone(), schemas[name].clone()))
        .collect();
    Some(Sample {
        name: format!("{part} of {method} {path}"),
        document: json!({
            "openapi": "3.1.0",
            "info": {"title": "Sample", "version": "1"},
            "paths": {path: {method: operation}},
            "components": {"schemas": used},
        }),
        directions,
    })
}

/// Returns the pointers to all values of a document but the document itself.
pub fn pointers(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), document)];
    while let Some((pointer, value)) = open.pop() {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(members) => {
                let members = members.iter();
                members.map(|(key, child)| (escape(key), child)).collect()
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, child)| (index.to_string(), child))
                    .collect()
            }
            _ => Vec::new(),
        };
        for (key, child) in children {
            let pointer = format!("{pointer}/{key}");
            found.push(pointer.clone());
            open.push((pointer, child));
        }
    }
    found
}
