//! Operations: their names, parameters, bodies and results.
//!
//! Notes of an operation: `x-id` (the vendor's full id), `x-group` (its first tag), `x-result`
//! (`json`, `text`, `empty`, `bytes` or `events`), `x-errors` (the statuses that it declares),
//! `x-body-optional`, `x-result-nullable`, `x-result-evidence`, `x-authenticated`, `x-idempotent`,
//! `x-deduplicated`, `x-evidence`, `x-replaced-by`.

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::name::{Named, operation_names, type_name};
use super::reach::Direction;
use super::schema::set;
use super::{Components, Place, escape, member, name, parameters, responses};
use crate::{Error, Result};

const METHODS: [&str; 7] = ["delete", "get", "head", "options", "patch", "post", "put"];

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
                    "teach crates/codegen/src/lower/operation.rs what it means",
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
    let secured = is_secured(document.get("security"));
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
        let mut lowered = lower_operation(operation, &named, secured, &place, components)?;
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
    secured: bool,
    place: &Place,
    components: &mut Components<'_>,
) -> Result<Value> {
    member::check(member::OPERATION, operation, &place.pointer)?;
    let mut lowered = json!({
        "x-id": named.id,
        "x-group": group(operation, place)?,
        "x-authenticated": operation.get("security").map_or(secured, |own| is_secured(Some(own))),
        "x-errors": responses::errors(operation, place)?,
    });
    responses::success(operation, place, components, &mut lowered)?;
    let parameters = parameters::parameters(operation, place, components)?;
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
    for key in [
        "deprecated",
        "description",
        "x-idempotent",
        "x-deduplicated",
        "x-evidence",
    ] {
        if let Some(value) = operation.get(key) {
            set(&mut lowered, key, value.clone());
        }
    }
    Ok(lowered)
}

/// The module that the operation stands in: the snake-case form of its first tag.
fn group(operation: &Value, place: &Place) -> Result<String> {
    let tag = operation.pointer("/tags/0").and_then(Value::as_str);
    let group = tag.unwrap_or("default").to_snake_case();
    // `types` is the module of the types, and a keyword is no name.
    let group = match group.as_str() {
        "" => "default".to_owned(),
        name if name == "types" || !name::is_ident(name) => format!("{name}_"),
        _ => group,
    };
    if !name::is_ident(&group) {
        return Err(Error::new(
            format!("{}/tags/0", place.pointer),
            format!("no module can be named `{group}` after this tag"),
            "give the operation another first tag with an overlay in specs/overlays/",
        ));
    }
    Ok(group)
}

/// Whether a `security` demands credentials in one case at least.
fn is_secured(security: Option<&Value>) -> bool {
    let requirements = security.and_then(Value::as_array).into_iter().flatten();
    let mut requirements = requirements.filter_map(Value::as_object);
    requirements.any(|requirement| !requirement.is_empty())
}

/// The lowered body, and whether it may be left out.
fn request_body(
    body: &Value,
    place: &Place,
    components: &mut Components<'_>,
) -> Result<(Value, bool)> {
    let pointer = format!("{}/requestBody", place.pointer);
    member::check(member::REQUEST_BODY, body, &pointer)?;
    let (media, schema) = only_content(body, &pointer)?.ok_or_else(|| {
        Error::new(
            &pointer,
            "a request body without content",
            "correct the document with an overlay in specs/overlays/",
        )
    })?;
    let kind = essence(media);
    if !matches!(
        kind.as_str(),
        "application/json" | "application/x-www-form-urlencoded"
    ) {
        return Err(Error::new(
            format!("{pointer}/content/{}", escape(media)),
            format!("a request body of type `{media}` is not understood"),
            "teach crates/codegen/src/lower/operation.rs to send it",
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
    let lowered = json!({ "required": true, "content": { kind: { "schema": typed.or_any() } } });
    Ok((lowered, optional))
}

/// The only media type of a body, and its schema.
pub(super) fn only_content<'a>(
    body: &'a Value,
    pointer: &str,
) -> Result<Option<(&'a str, &'a Value)>> {
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
    member::check(
        member::MEDIA_TYPE,
        entry,
        &format!("{pointer}/content/{}", escape(media)),
    )?;
    let schema = entry.get("schema").unwrap_or(&ANY);
    Ok(Some((media, schema)))
}

/// A media type without its parameters, such as `charset`.
pub(super) fn essence(media: &str) -> String {
    let kind = media.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}
