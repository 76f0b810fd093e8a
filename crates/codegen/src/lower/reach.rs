//! Which schemas are sent, which are received, and which nobody refers to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Who reads a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Direction {
    pub request: bool,
    pub response: bool,
}

impl Direction {
    pub(super) const fn note(self) -> &'static str {
        match (self.request, self.response) {
            (true, true) => "both",
            (true, false) => "request",
            _ => "response",
        }
    }
}

/// For each schema of the document, whether a request body or a response leads to it.
pub(super) fn directions(document: &Value) -> BTreeMap<String, Direction> {
    let schema =
        |name: &str| document.pointer(&format!("/components/schemas/{}", super::escape(name)));
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    let operations = document
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|paths| paths.values())
        .filter_map(Value::as_object)
        .flat_map(|item| item.values());
    for operation in operations {
        if let Some(body) = operation.get("requestBody") {
            references(body, &mut sent);
        }
        if let Some(responses) = operation.get("responses") {
            references(responses, &mut received);
        }
    }
    let mut result: BTreeMap<String, Direction> = BTreeMap::new();
    for name in closure(sent, schema) {
        result.entry(name).or_default().request = true;
    }
    for name in closure(received, schema) {
        result.entry(name).or_default().response = true;
    }
    result
}

/// The lowered schemas that the lowered paths lead to.
pub(super) fn reachable(paths: &Value, lowered: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut start = Vec::new();
    references(paths, &mut start);
    closure(start, |name| lowered.get(name))
}

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

/// The names of all schemas that `value` refers to.
pub fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(target) {
                found.push(name);
            }
            object.values().for_each(|child| references(child, found));
        }
        Value::Array(items) => items.iter().for_each(|child| references(child, found)),
        _ => {}
    }
}

/// The schema that a `$ref` names, if it names one.
pub fn target(reference: &str) -> Option<String> {
    reference
        .strip_prefix("#/components/schemas/")
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
}
