//! References to schemas: which schema a `$ref` names, and which schemas a value leads to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::pointer::unescape;

const SCHEMAS: &str = "#/components/schemas/";

/// Returns the name of the schema that a `$ref` names, if it names one.
pub fn target(reference: &str) -> Option<String> {
    reference.strip_prefix(SCHEMAS).map(unescape)
}

/// Returns the name of the schema that `value` refers to, if it is a reference to one.
pub fn target_of(value: &Value) -> Option<String> {
    value.get("$ref")?.as_str().and_then(target)
}

/// Appends the names of all schemas that `value` refers to.
pub fn references(value: &Value, found: &mut Vec<String>) {
    found.extend(target_of(value));
    match value {
        Value::Object(object) => object.values().for_each(|child| references(child, found)),
        Value::Array(items) => items.iter().for_each(|child| references(child, found)),
        _ => {}
    }
}

/// Returns the schemas in `open` and all that they lead to. `schema` looks a schema up by name.
pub fn closure<'a>(
    mut open: Vec<String>,
    schema: impl Fn(&str) -> Option<&'a Value>,
) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if seen.insert(name.clone())
            && let Some(schema) = schema(&name)
        {
            references(schema, &mut open);
        }
    }
    seen
}
