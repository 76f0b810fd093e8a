//! How operations are lowered: names, groups and request bodies.
//!
//! Notes of an operation: `x-id` (the vendor's full id), `x-group` (its first tag), `x-result`
//! (`json`, `text`, `empty`, `bytes` or `events`), `x-errors` (the declared error statuses),
//! `x-body-optional`, `x-result-nullable`, `x-result-evidence`, `x-authenticated`, `x-idempotent`,
//! `x-deduplicated`, `x-evidence`, `x-versions`, `x-pro`, `x-replaced-by`, `x-cookies` (the names of
//! cookies that it reads).

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::components::{Components, SchemaContext};
use super::lowered_schema::{copy, copy_description, set};
use super::media_type::{MULTIPART, essence, preferred_content};
use super::reachability::Direction;
use super::{member, parameters, responses};
use crate::name::{OperationKey, is_ident, operation_names, type_name};
use crate::openapi::METHODS;
use crate::pointer::escape;
use crate::{Error, Result};

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
                return Err(Error::unsupported(pointer, format!("`{method}` of a path")));
            }
            let id = operation.get("operationId").and_then(Value::as_str);
            let key = OperationKey {
                id: id.unwrap_or_default().to_owned(),
                method: method.clone(),
                path: path.clone(),
                deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
            };
            operations.push((key, pointer, operation));
        }
    }
    let secured = is_secured(document.get("security"));
    let keys: Vec<OperationKey> = operations.iter().map(|(key, ..)| key.clone()).collect();
    let names = operation_names(&keys)?;
    let mut result: Map<String, Value> = Map::new();
    for (key, pointer, operation) in operations {
        let name = names.get(&key.id).cloned().unwrap_or_default();
        let context = SchemaContext {
            pointer,
            name: type_name(&name),
            direction: Direction::default(),
            multipart: false,
        };
        let mut lowered = lower_operation(operation, &key, secured, &context, components)?;
        if let Some(replacement) = operation.get("x-replaced-by").and_then(Value::as_str) {
            let replacement = names.get(replacement).ok_or_else(|| {
                Error::in_document(
                    format!("{}/x-replaced-by", context.pointer),
                    format!("`{replacement}` is not an operation of this document"),
                    "correct the id",
                )
            })?;
            set(&mut lowered, "x-replaced-by", json!(replacement));
        }
        set(&mut lowered, "operationId", Value::String(name));
        let item = result.entry(key.path).or_insert_with(|| json!({}));
        set(item, &key.method, lowered);
    }
    Ok(Value::Object(result))
}

fn lower_operation(
    operation: &Value,
    key: &OperationKey,
    secured: bool,
    context: &SchemaContext,
    components: &mut Components<'_>,
) -> Result<Value> {
    member::check(member::OPERATION, operation, &context.pointer)?;
    let mut lowered = json!({
        "x-id": key.id,
        "x-group": group(operation, context)?,
        "x-authenticated": operation.get("security").map_or(secured, |own| is_secured(Some(own))),
        "x-errors": responses::errors(operation, context)?,
    });
    responses::success(operation, &key.method, context, components, &mut lowered)?;
    let cookies = parameters::cookies(operation);
    if !cookies.is_empty() {
        set(&mut lowered, "x-cookies", json!(cookies));
    }
    let parameters = parameters::parameters(&key.path, operation, context, components)?;
    if !parameters.is_empty() {
        set(&mut lowered, "parameters", Value::Array(parameters));
    }
    if let Some(body) = operation.get("requestBody") {
        let (body, optional) = request_body(body, context, components)?;
        set(&mut lowered, "requestBody", body);
        if optional {
            set(&mut lowered, "x-body-optional", Value::Bool(true));
        }
    }
    copy_description(operation, &mut lowered);
    if key.deprecated {
        set(&mut lowered, "deprecated", Value::Bool(true));
    }
    let notes = [
        "x-idempotent",
        "x-deduplicated",
        "x-evidence",
        "x-versions",
        "x-pro",
    ];
    copy(operation, &mut lowered, &notes);
    Ok(lowered)
}

/// Returns the module of the operation: its first tag in snake case.
fn group(operation: &Value, context: &SchemaContext) -> Result<String> {
    let tag = operation.pointer("/tags/0").and_then(Value::as_str);
    let group = tag.unwrap_or("default").to_snake_case();
    // `types` is the module of the types, and a keyword cannot name a module.
    let group = match group.as_str() {
        "" => "default".to_owned(),
        name if name == "types" || !is_ident(name) => format!("{name}_"),
        _ => group,
    };
    if !is_ident(&group) {
        return Err(Error::in_document(
            format!("{}/tags/0", context.pointer),
            format!("the tag would name a module `{group}`, which is not a valid name"),
            "give the operation another first tag",
        ));
    }
    Ok(group)
}

/// Returns whether a `security` requires credentials in at least one of its alternatives.
fn is_secured(security: Option<&Value>) -> bool {
    let requirements = security.and_then(Value::as_array).into_iter().flatten();
    let mut requirements = requirements.filter_map(Value::as_object);
    requirements.any(|requirement| !requirement.is_empty())
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Returns the lowered body, and whether it may be omitted.
fn request_body(
    body: &Value,
    context: &SchemaContext,
    components: &mut Components<'_>,
) -> Result<(Value, bool)> {
    let pointer = format!("{}/requestBody", context.pointer);
    member::check(member::REQUEST_BODY, body, &pointer)?;
    let (media, schema) = preferred_content(body, &pointer)?
        .ok_or_else(|| Error::in_document(&pointer, "the request body has no content", "add it"))?;
    let kind = essence(media);
    let multipart = kind == MULTIPART;
    if !matches!(kind.as_str(), JSON | FORM | MULTIPART) {
        return Err(Error::unsupported(
            format!("{pointer}/content/{}", escape(media)),
            format!("a request body of type `{media}`"),
        ));
    }
    let child = SchemaContext {
        pointer: format!("{pointer}/content/{}/schema", escape(media)),
        name: format!("{}Body", context.name),
        direction: Direction {
            request: true,
            response: false,
        },
        multipart,
    };
    let typed = components.schema(schema, &child)?;
    let optional = typed.nullable || body.get("required") != Some(&Value::Bool(true));
    // progenitor knows of multipart forms neither files nor types.
    let media = if multipart { FORM } else { &kind };
    let mut lowered =
        json!({ "required": true, "content": { media: { "schema": typed.or_any() } } });
    if multipart {
        set(&mut lowered, "x-multipart", Value::Bool(true));
    }
    Ok((lowered, optional))
}
