//! The samples of all response types are valid, are the same each time, and survive reading and writing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use zenml_conformance::operation::Api;

/// A type with a sample.
struct Entry {
    name: &'static str,
    /// The name of its schema in the document.
    schema: Option<&'static str>,
    written: Value,
    /// Whether a second sample equals the first, and the value that is read from what was written.
    survives: bool,
}

impl Entry {
    fn of<T: Serialize + DeserializeOwned + PartialEq>(
        name: &'static str,
        schema: Option<&'static str>,
        sample: fn() -> T,
    ) -> Self {
        let written = serde_json::to_value(sample()).unwrap();
        let read: T = serde_json::from_value(written.clone()).unwrap();
        let again = serde_json::to_value(&read).unwrap();
        let survives = sample() == sample() && read == sample() && again == written;
        Self {
            name,
            schema,
            written,
            survives,
        }
    }
}

fn entries(api: Api) -> Vec<Entry> {
    match api {
        Api::Workspace => include!(concat!(env!("OUT_DIR"), "/workspace_samples.rs")),
        Api::Pro => include!(concat!(env!("OUT_DIR"), "/pro_samples.rs")),
    }
}

fn document(api: Api) -> Value {
    serde_json::from_str(match api {
        Api::Workspace => include_str!(concat!(env!("OUT_DIR"), "/workspace.json")),
        Api::Pro => include_str!(concat!(env!("OUT_DIR"), "/pro.json")),
    })
    .unwrap()
}

#[test]
fn each_sample_survives_reading_and_writing_and_is_the_same_each_time() {
    for entry in [Api::Workspace, Api::Pro].into_iter().flat_map(entries) {
        assert!(entry.survives, "{}: {}", entry.name, entry.written);
    }
}

#[test]
fn each_sample_is_what_the_document_allows() {
    for api in [Api::Workspace, Api::Pro] {
        let (mut schemas, mut samples) = (Map::new(), Map::new());
        for entry in entries(api) {
            if let Some(schema) = entry.schema {
                let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
                schemas.insert(entry.name.to_owned(), schema);
                samples.insert(entry.name.to_owned(), entry.written);
            }
        }
        assert!(samples.len() > 25, "{}", samples.len());
        // One schema of an object with all samples: the document is compiled once.
        let schema = json!({
            "properties": schemas,
            "components": document(api)["components"],
        });
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let samples = Value::Object(samples);
        let errors = validator.iter_errors(&samples);
        let problems: Vec<String> = errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(problems, [""; 0]);
    }
}

#[test]
fn a_sample_has_the_parts_of_a_response() {
    let samples = entries(Api::Workspace);
    let sample = |name: &str| {
        let found = samples.iter().find(|entry| entry.name == name);
        &found.unwrap().written
    };
    let run = sample("PipelineRunResponse");
    for part in ["body", "metadata", "resources"] {
        assert!(run[part].is_object(), "{part}: {run}");
    }
    assert_eq!(run["body"]["status"], "cached");
}
