//! How responses are lowered: those of success, and the statuses of errors.

use serde_json::{Map, Value, json};

use super::components::{Components, SchemaContext};
use super::lowered_schema::{LoweredSchema, set};
use super::media_type::{essence, is_json, preferred_content};
use super::member;
use super::reachability::Direction;
use crate::pointer::escape;
use crate::{Error, Result};

/// The body of a successful response.
struct Success {
    /// The kind of the result, as in `x-result`.
    kind: &'static str,
    media: String,
    schema: Value,
}

/// Notes the kind of the result, and lowers the successful responses.
///
/// Several statuses are one result: the union of their JSON, which may be absent if one of them has no
/// content, or bytes if their kinds differ.
pub(super) fn success(
    operation: &Value,
    method: &str,
    context: &SchemaContext,
    components: &mut Components<'_>,
    lowered: &mut Value,
) -> Result<()> {
    let declared = operation.get("responses").and_then(Value::as_object);
    let responses: Vec<_> = declared
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'))
        .collect();
    let Some((status, _)) = responses.first() else {
        return Err(Error::in_document(
            format!("{}/responses", context.pointer),
            "the operation declares no successful response",
            "declare a response with a status 2xx",
        ));
    };
    let (mut bodies, mut nullable): (Vec<Success>, bool) = (Vec::new(), false);
    for (index, (status, response)) in responses.iter().enumerate() {
        let pointer = format!("{}/responses/{status}", context.pointer);
        member::check(member::RESPONSE, response, &pointer)?;
        if let Some(evidence) = response.get("x-evidence") {
            set(lowered, "x-result-evidence", evidence.clone());
        }
        let number = if index == 0 { "" } else { status.as_str() };
        let name = format!("{}Result{number}", context.name);
        // HTTP allows no content there, whatever the document declares.
        let is_empty = method == "head" || matches!(status.as_str(), "204" | "205");
        let (body, may_be_null) = if is_empty {
            (None, true)
        } else {
            body(response, &pointer, name, components)?
        };
        nullable |= may_be_null;
        bodies.extend(body);
    }
    let kind = match bodies.first() {
        None => "empty",
        Some(first) if bodies.iter().all(|body| body.kind == first.kind) => first.kind,
        Some(_) => "bytes",
    };
    set(lowered, "x-result", kind.into());
    let mut schemas: Vec<Value> = Vec::new();
    for body in &bodies {
        if !schemas.contains(&body.schema) {
            schemas.push(body.schema.clone());
        }
    }
    let context = SchemaContext {
        name: format!("{}Result", context.name),
        direction: RECEIVED,
        ..context.clone()
    };
    let schema = match (kind, schemas.as_slice()) {
        ("json", [only]) => only.clone(),
        ("json", several) => components.several(&Map::new(), several, &context)?,
        _ => json!({ "type": "string", "format": "binary" }),
    };
    // Any JSON includes `null`.
    if kind == "json" && nullable && schema != json!({}) {
        set(lowered, "x-result-nullable", Value::Bool(true));
    }
    let response = match bodies.first() {
        None => json!({ "description": "" }),
        Some(body) => {
            json!({ "description": "", "content": { &body.media: { "schema": schema } } })
        }
    };
    set(lowered, "responses", json!({ *status: response }));
    Ok(())
}

const RECEIVED: Direction = Direction {
    request: false,
    response: true,
};

/// Lowers the body of a response, if it has one, and returns whether it may be absent or `null`.
fn body(
    response: &Value,
    pointer: &str,
    name: String,
    components: &mut Components<'_>,
) -> Result<(Option<Success>, bool)> {
    let Some((media, schema)) = preferred_content(response, pointer)? else {
        return Ok((None, true));
    };
    let context = SchemaContext {
        pointer: format!("{pointer}/content/{}/schema", escape(media)),
        name,
        direction: RECEIVED,
        multipart: false,
    };
    let media = essence(media);
    let kind = match media.as_str() {
        json if is_json(json) => "json",
        "text/event-stream" => "events",
        "text/plain" => "text",
        _ => "bytes",
    };
    if kind != "json" {
        let schema = json!({ "type": "string", "format": "binary" });
        return Ok((
            Some(Success {
                kind,
                media,
                schema,
            }),
            false,
        ));
    }
    let LoweredSchema { schema, nullable } = components.schema(schema, &context)?;
    let media = "application/json".to_owned();
    let body = schema.map(|schema| Success {
        kind,
        media,
        schema,
    });
    Ok((body, nullable))
}

/// Returns the statuses of the declared errors: numbers, ranges such as `4XX`, `default`.
pub(super) fn errors(operation: &Value, context: &SchemaContext) -> Result<Vec<Value>> {
    let declared = operation.get("responses").and_then(Value::as_object);
    let mut errors = Vec::new();
    for status in declared.into_iter().flatten().map(|(status, _)| status) {
        match (status.as_bytes().first(), status.parse::<u16>()) {
            // An upgrade, a success, and a redirect, which is followed.
            (Some(b'1'..=b'3'), Ok(_)) | (Some(b'2'), _) => {}
            (Some(b'4' | b'5'), Ok(number)) => errors.push(number.into()),
            (Some(b'4' | b'5'), Err(_)) => errors.push(status.as_str().into()),
            _ if status == "default" => errors.push(status.as_str().into()),
            _ => {
                return Err(Error::in_document(
                    format!("{}/responses/{}", context.pointer, escape(status)),
                    format!("a response with status `{status}` is not supported"),
                    "write a number, a range such as `4XX`, or `default`",
                ));
            }
        }
    }
    Ok(errors)
}
