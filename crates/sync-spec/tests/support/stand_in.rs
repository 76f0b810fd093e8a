//! A stand-in for the vendor's Pro document, which is not public: the reconstruction without its
//! marks of evidence and with a few renamed items.

use std::fs;

use serde_json::Value;
use zenml_test_server::paths::workspace;

pub fn stand_in() -> Value {
    let text = fs::read_to_string(workspace().join("specs/pro.json")).unwrap();
    let text = text
        .replace("\"RoleRead\"", "\"RoleResponse\"")
        .replace("/schemas/RoleRead\"", "/schemas/RoleResponse\"");
    let mut document: Value = serde_json::from_str(&text).unwrap();
    remove_evidence(&mut document);
    document["info"]["title"] = "ZenML Pro API".into();
    document["info"]["version"] = "1.0.0".into();
    let schemas = &mut document["components"]["schemas"];
    rename(&mut schemas["TeamRead"], "name", "display_name");
    // Declared differently, so that an overlay action no longer applies.
    schemas["APIKeyRead"]["properties"]["key"] = serde_json::json!({"type": "string"});
    document
}

fn remove_evidence(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("x-evidence");
            object.values_mut().for_each(remove_evidence);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_evidence),
        _ => {}
    }
}

fn rename(schema: &mut Value, from: &str, to: &str) {
    let property = schema["properties"].as_object_mut().unwrap().remove(from);
    schema["properties"][to] = property.unwrap();
    for name in schema["required"].as_array_mut().into_iter().flatten() {
        if name == from {
            *name = to.into();
        }
    }
}
