//! A document with another name for each schema and each operation.

use serde_json::{Map, Value};

const SCHEMAS: &str = "#/components/schemas/";

/// Returns the document with other names.
pub fn renamed(document: &Value) -> Value {
    let mut document = with_other_names(document);
    let schemas = document["components"]["schemas"].take();
    let schemas = schemas.as_object().unwrap().iter();
    let schemas: Map<String, Value> = schemas
        .map(|(name, schema)| (other(name), schema.clone()))
        .collect();
    document["components"]["schemas"] = schemas.into();
    document
}

fn other(name: &str) -> String {
    format!("Other{name}")
}

fn with_other_names(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let members = object.iter().map(|(key, value)| {
                let value = match (key.as_str(), value.as_str()) {
                    ("operationId", Some(id)) => Value::from(format!("other_{id}")),
                    _ => with_other_names(value),
                };
                (key.clone(), value)
            });
            members.collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(with_other_names).collect(),
        Value::String(text) => match text.strip_prefix(SCHEMAS) {
            Some(name) => Value::from(format!("{SCHEMAS}{}", other(name))),
            None => value.clone(),
        },
        other => other.clone(),
    }
}

#[test]
fn references_follow_the_names() {
    let document = serde_json::json!({
        "paths": {"/a": {"get": {"operationId": "get_a", "schema": {"$ref": "#/components/schemas/A"}}}},
        "components": {"schemas": {"A": {"type": "string"}}},
    });
    assert_eq!(
        renamed(&document),
        serde_json::json!({
            "paths": {"/a": {"get": {
                "operationId": "other_get_a", "schema": {"$ref": "#/components/schemas/OtherA"},
            }}},
            "components": {"schemas": {"OtherA": {"type": "string"}}},
        })
    );
}
