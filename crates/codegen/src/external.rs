//! How is another server's document brought to the forms that the later stages know? OpenAPI can declare
//! in several places what FastAPI declares with each operation.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::openapi::METHODS;
use crate::pointer::escape;

/// Moves what paths and components declare to the operations, and gives each operation an id of its own
/// and a successful response. Drops tags of unions that no stage can use.
pub(crate) fn adapt(document: &mut Value) {
    let components = document.get("components").cloned().unwrap_or_default();
    adapt_tags(document, &components);
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    paths.retain(|path, _| !path.starts_with("x-"));
    for item in paths.values_mut() {
        resolve(item, &components);
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        let mut shared = item.remove("parameters").unwrap_or_default();
        resolve_all(&mut shared, &components);
        item.retain(|key, value| !is_annotation(key, value));
        for (method, operation) in item {
            if METHODS.contains(&method.as_str())
                && let Some(operation) = operation.as_object_mut()
            {
                resolve_parts(operation, &components);
                share_parameters(operation, &shared);
                declare_success(operation);
            }
        }
    }
    name_operations(paths);
}

/// Returns whether a member of a path item says nothing about its operations.
fn is_annotation(key: &str, value: &Value) -> bool {
    let is_default = key == "servers" && *value == json!([]);
    is_default || key.starts_with("x-") || matches!(key, "summary" | "description")
}

/// Replaces a reference by the component that it names. A component that refers to itself stays.
fn resolve(value: &mut Value, components: &Value) {
    const LONGEST_CHAIN: usize = 8;
    for _ in 0..LONGEST_CHAIN {
        let reference = value.get("$ref").and_then(Value::as_str);
        let pointer = reference.and_then(|reference| reference.strip_prefix("#/components"));
        let Some(target) = pointer.and_then(|pointer| components.pointer(pointer)) else {
            return;
        };
        *value = target.clone();
    }
}

/// Adds the parameters of the path that the operation does not declare itself.
fn share_parameters(operation: &mut Map<String, Value>, shared: &Value) {
    let Some(shared) = shared.as_array().filter(|shared| !shared.is_empty()) else {
        return;
    };
    let own = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(own) = own.as_array_mut() {
        let key = |parameter: &Value| ["name", "in"].map(|key| parameter.get(key).cloned());
        let is_new = |shared: &&Value| own.iter().all(|own| key(own) != key(shared));
        let added: Vec<Value> = shared.iter().filter(is_new).cloned().collect();
        own.extend(added);
    }
}

fn resolve_parts(operation: &mut Map<String, Value>, components: &Value) {
    for key in ["parameters", "responses"] {
        if let Some(parts) = operation.get_mut(key) {
            resolve_all(parts, components);
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        resolve(body, components);
    }
}

/// Resolves each value of a list or an object.
fn resolve_all(values: &mut Value, components: &Value) {
    match values {
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, components)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| resolve(member, components)),
        _ => {}
    }
}

/// Declares a success where none is declared: it is the default response, or has any content.
fn declare_success(operation: &mut Map<String, Value>) {
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    let Some(responses) = responses.as_object_mut() else {
        return;
    };
    if !responses.keys().any(|status| status.starts_with('2')) {
        let default = responses.remove("default");
        let any = || json!({ "content": { "*/*": {} } });
        responses.insert("2XX".to_owned(), default.unwrap_or_else(any));
    }
}

/// Gives an id to each operation that has none, or the id of another one. As FastAPI does, path and
/// method distinguish operations with the same id.
fn name_operations(paths: &mut Map<String, Value>) {
    let mut seen = BTreeSet::new();
    for (path, item) in paths {
        let place: String = path
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let operation = operation.as_object_mut();
            let Some(operation) = operation.filter(|_| METHODS.contains(&method.as_str())) else {
                continue;
            };
            let own = operation.get("operationId").and_then(Value::as_str);
            let own = own.filter(|id| !id.is_empty());
            let mut id = match own {
                Some(own) if seen.contains(own) => format!("{own}{place}_{method}"),
                Some(own) => own.to_owned(),
                None => format!("{method}{place}"),
            };
            while !seen.insert(id.clone()) {
                id.push('_');
            }
            operation.insert("operationId".to_owned(), id.into());
        }
    }
}

/// Rewrites the tags of unions: a mapping may name a schema without its place. A tag that does not lead
/// to each alternative is marked as optional, and one without alternatives, which a base class has, is
/// dropped.
fn adapt_tags(value: &mut Value, components: &Value) {
    match value {
        Value::Object(object) => {
            let has_alternatives = object.contains_key("oneOf") || object.contains_key("anyOf");
            if let Some(Value::Object(tag)) = object.get_mut("discriminator")
                && tag.contains_key("propertyName")
            {
                if has_alternatives {
                    adapt_tag(tag, components);
                } else {
                    object.remove("discriminator");
                }
            }
            let children = object.values_mut();
            children.for_each(|child| adapt_tags(child, components));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|child| adapt_tags(child, components)),
        _ => {}
    }
}

fn adapt_tag(tag: &mut Map<String, Value>, components: &Value) {
    tag.insert("x-optional".to_owned(), json!(true));
    let mapping = tag.get_mut("mapping").and_then(Value::as_object_mut);
    for target in mapping.into_iter().flat_map(Map::values_mut) {
        let name = target.as_str().map(str::to_owned);
        let is_schema = |name: &String| {
            let schemas = components.get("schemas").and_then(Value::as_object);
            schemas.is_some_and(|schemas| schemas.contains_key(name))
        };
        if let Some(name) = name.filter(is_schema) {
            *target = format!("#/components/schemas/{}", escape(&name)).into();
        }
    }
}
