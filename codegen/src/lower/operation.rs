//! Operations: their names, parameters, bodies and results.
//!
//! Notes of an operation: `x-id` (the vendor's full id), `x-group` (its first tag), `x-result`
//! (`json`, `text`, `empty`, `bytes` or `events`), `x-errors` (the statuses that it declares),
//! `x-body-optional`, `x-authenticated`, `x-deduplicated`, `x-evidence`, `x-replaced-by`.

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::name::{Named, operation_names, type_name};
use super::reach::Direction;
use super::schema::set;
use super::{Components, Place, escape, union};
use crate::{Error, Result};

const METHODS: [&str; 7] = ["delete", "get", "head", "options", "patch", "post", "put"];

/// Members of an operation that lowering acts on or drops knowingly.
const MEMBERS: [&str; 9] = [
    "deprecated",
    "description",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "summary",
    "tags",
];

/// Lowers all paths.
pub(super) fn lower_paths(document: &Value, components: &mut Components<'_>) -> Result<Value> {
    let empty = Map::new();
    let paths = document
        .get("paths")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let pointer = format!("/paths/{}/{}", escape(path), escape(method));
            if !METHODS.contains(&method.as_str()) {
                return Err(Error::new(
                    pointer,
                    format!("`{method}` of a path is not understood"),
                    "teach codegen/src/lower/operation.rs what it means",
                ));
            }
            let id = operation.get("operationId").and_then(Value::as_str);
            let named = Named {
                id: id.unwrap_or_default().to_owned(),
                method: method.clone(),
                path: path.clone(),
                deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
            };
            operations.push((named, pointer, operation));
        }
    }
    let named: Vec<Named> = operations.iter().map(|(named, ..)| named.clone()).collect();
    let names = operation_names(&named)?;
    let mut result: Map<String, Value> = Map::new();
    for (named, pointer, operation) in operations {
        let name = names.get(&named.id).cloned().unwrap_or_default();
        let place = Place {
            pointer,
            name: type_name(&name),
            direction: Direction::default(),
        };
        let mut lowered = lower_operation(operation, &named, &place, components)?;
        if let Some(replacement) = operation.get("x-replaced-by").and_then(Value::as_str) {
            let replacement = names.get(replacement).ok_or_else(|| {
                Error::new(
                    format!("{}/x-replaced-by", place.pointer),
                    format!("`{replacement}` is no operation of this document"),
                    "correct the overlay that says so",
                )
            })?;
            set(&mut lowered, "x-replaced-by", json!(replacement));
        }
        set(&mut lowered, "operationId", Value::String(name));
        let item = result.entry(named.path).or_insert_with(|| json!({}));
        set(item, &named.method, lowered);
    }
    Ok(Value::Object(result))
}

fn lower_operation(
    operation: &Value,
    named: &Named,
    place: &Place,
    components: &mut Components<'_>,
) -> Result<Value> {
    for member in operation.as_object().into_iter().flat_map(Map::keys) {
        if !member.starts_with("x-") && !MEMBERS.contains(&member.as_str()) {
            return Err(Error::new(
                format!("{}/{}", place.pointer, escape(member)),
                format!("`{member}` of an operation is not understood"),
                "teach codegen/src/lower/operation.rs what it means",
            ));
        }
    }
    let (result, responses) = responses(operation, place, components)?;
    let group = operation.pointer("/tags/0").and_then(Value::as_str);
    let mut lowered = json!({
        "x-id": named.id,
        "x-group": group.unwrap_or("default").to_snake_case(),
        "x-authenticated": operation.get("security").is_some(),
        "x-result": result,
        "x-errors": errors(operation),
        "responses": responses,
    });
    let parameters = parameters(operation, place, components)?;
    if !parameters.is_empty() {
        set(&mut lowered, "parameters", Value::Array(parameters));
    }
    if let Some(body) = operation.get("requestBody") {
        let (body, optional) = request_body(body, place, components)?;
        set(&mut lowered, "requestBody", body);
        if optional {
            set(&mut lowered, "x-body-optional", Value::Bool(true));
        }
    }
    for key in ["deprecated", "description", "x-deduplicated", "x-evidence"] {
        if let Some(value) = operation.get(key) {
            set(&mut lowered, key, value.clone());
        }
    }
    Ok(lowered)
}

fn parameters(
    operation: &Value,
    place: &Place,
    components: &mut Components<'_>,
) -> Result<Vec<Value>> {
    let mut lowered = Vec::new();
    let parameters = operation.get("parameters").and_then(Value::as_array);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        let text = |key: &str| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (name, location) = (text("name"), text("in"));
        let child = place.child(&format!("parameters/{index}"), name);
        if !matches!(location, "path" | "query" | "header") {
            return Err(Error::new(
                format!("{}/in", child.pointer),
                format!("a parameter in `{location}` is not understood"),
                "remove it with an overlay in specs/overlays/",
            ));
        }
        let any = json!({});
        let schema = parameter.get("schema").unwrap_or(&any);
        let child = Place {
            pointer: format!("{}/schema", child.pointer),
            ..child
        };
        let (schema, notes) = union::parameter(components, schema, location == "query", &child)?;
        let mut result = json!({
            "name": name,
            "in": location,
            "required": location == "path" || parameter.get("required") == Some(&Value::Bool(true)),
            "schema": schema,
        });
        for (key, value) in notes {
            set(&mut result, &format!("x-{key}"), value);
        }
        for key in ["description", "x-evidence"] {
            if let Some(value) = parameter.get(key) {
                set(&mut result, key, value.clone());
            }
        }
        lowered.push(result);
    }
    Ok(lowered)
}

/// The lowered body, and whether it may be left out.
fn request_body(
    body: &Value,
    place: &Place,
    components: &mut Components<'_>,
) -> Result<(Value, bool)> {
    let pointer = format!("{}/requestBody", place.pointer);
    let (media, schema) = only_content(body, &pointer)?.ok_or_else(|| {
        Error::new(
            &pointer,
            "a request body without content",
            "correct the document with an overlay in specs/overlays/",
        )
    })?;
    if !matches!(
        media,
        "application/json" | "application/x-www-form-urlencoded"
    ) {
        return Err(Error::new(
            format!("{pointer}/content/{}", escape(media)),
            format!("a request body of type `{media}` is not understood"),
            "teach codegen/src/lower/operation.rs to send it",
        ));
    }
    let child = Place {
        pointer: format!("{pointer}/content/{}/schema", escape(media)),
        name: format!("{}Body", place.name),
        direction: Direction {
            request: true,
            response: false,
        },
    };
    let typed = components.schema(schema, &child)?;
    let optional = typed.nullable || body.get("required") != Some(&Value::Bool(true));
    let lowered = json!({ "required": true, "content": { media: { "schema": typed.or_any() } } });
    Ok((lowered, optional))
}

/// The kind of result, and the one successful response that leads to it.
fn responses(
    operation: &Value,
    place: &Place,
    components: &mut Components<'_>,
) -> Result<(&'static str, Value)> {
    let declared = operation.get("responses").and_then(Value::as_object);
    let mut successes = declared
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'));
    let pointer = format!("{}/responses", place.pointer);
    let (Some((status, response)), None) = (successes.next(), successes.next()) else {
        return Err(Error::new(
            pointer,
            "an operation must declare exactly one successful response",
            "correct the document with an overlay in specs/overlays/",
        ));
    };
    let pointer = format!("{pointer}/{status}");
    let Some((media, schema)) = only_content(response, &pointer)? else {
        return Ok(("empty", json!({ status: { "description": "" } })));
    };
    let child = Place {
        pointer: format!("{pointer}/content/{}/schema", escape(media)),
        name: format!("{}Result", place.name),
        direction: Direction {
            request: false,
            response: true,
        },
    };
    let kind = match media {
        "application/json" => "json",
        "text/event-stream" => "events",
        "text/plain" => "text",
        _ => "bytes",
    };
    let binary = json!({ "type": "string", "format": "binary" });
    let schema = match kind {
        "json" => match components.schema(schema, &child)? {
            typed if typed.schema.is_none() => {
                return Ok(("empty", json!({ status: { "description": "" } })));
            }
            // `null` instead of the one result: read as any JSON, so that it is not lost.
            typed if typed.nullable => json!({}),
            typed => typed.or_any(),
        },
        _ => binary,
    };
    let content = json!({ media: { "schema": schema } });
    Ok((
        kind,
        json!({ status: { "description": "", "content": content } }),
    ))
}

/// The only media type of a body, and its schema.
fn only_content<'a>(body: &'a Value, pointer: &str) -> Result<Option<(&'a str, &'a Value)>> {
    static ANY: Value = Value::Null;
    let content = body.get("content").and_then(Value::as_object);
    let mut entries = content.into_iter().flatten();
    let (Some((media, entry)), None) = (entries.next(), entries.next()) else {
        if content.is_none_or(Map::is_empty) {
            return Ok(None);
        }
        return Err(Error::new(
            format!("{pointer}/content"),
            "several media types are not understood",
            "keep the one that is used with an overlay in specs/overlays/",
        ));
    };
    let schema = entry.get("schema").unwrap_or(&ANY);
    Ok(Some((media, schema)))
}

/// The statuses of the errors that an operation declares.
fn errors(operation: &Value) -> Vec<u16> {
    let declared = operation.get("responses").and_then(Value::as_object);
    declared
        .into_iter()
        .flat_map(Map::keys)
        .filter_map(|status| status.parse().ok())
        .filter(|status| *status >= 400)
        .collect()
}
