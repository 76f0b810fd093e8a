//! How responses are lowered: the one of success, and the statuses of errors.

use serde_json::{Value, json};

use super::components::{Components, SchemaContext};
use super::lowered_schema::{LoweredSchema, set};
use super::media_type::{essence, only_content};
use super::member;
use super::reachability::Direction;
use crate::pointer::escape;
use crate::{Error, Result};

/// Notes the kind of the result, and lowers the successful response.
pub(super) fn success(
    operation: &Value,
    context: &SchemaContext,
    components: &mut Components<'_>,
    lowered: &mut Value,
) -> Result<()> {
    let declared = operation.get("responses").and_then(Value::as_object);
    let mut successes = declared
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'));
    let pointer = format!("{}/responses", context.pointer);
    let (Some((status, response)), None) = (successes.next(), successes.next()) else {
        return Err(Error::new(
            pointer,
            "the operation does not have exactly one successful response",
            "declare one response with a status 2xx, in the document or with an overlay",
        ));
    };
    let pointer = format!("{pointer}/{status}");
    member::check(member::RESPONSE, response, &pointer)?;
    if let Some(evidence) = response.get("x-evidence") {
        set(lowered, "x-result-evidence", evidence.clone());
    }
    let mut note = |kind: &str, response: Value| {
        set(lowered, "x-result", kind.into());
        set(lowered, "responses", json!({ status: response }));
    };
    let Some((media, schema)) = only_content(response, &pointer)? else {
        note("empty", json!({ "description": "" }));
        return Ok(());
    };
    let child = SchemaContext {
        pointer: format!("{pointer}/content/{}/schema", escape(media)),
        name: format!("{}Result", context.name),
        direction: Direction {
            request: false,
            response: true,
        },
    };
    let media = essence(media);
    let (kind, media) = match media.as_str() {
        "application/json" => ("json", "application/json"),
        json if json.ends_with("+json") => ("json", "application/json"),
        "text/event-stream" => ("events", "text/event-stream"),
        "text/plain" => ("text", "text/plain"),
        other => ("bytes", other),
    };
    let mut nullable = false;
    let schema = match kind {
        "json" => match components.schema(schema, &child)? {
            LoweredSchema { schema: None, .. } => {
                note("empty", json!({ "description": "" }));
                return Ok(());
            }
            LoweredSchema {
                schema: Some(schema),
                nullable: may_be_null,
            } => {
                // Any JSON includes `null`.
                nullable = may_be_null && schema != json!({});
                schema
            }
        },
        _ => json!({ "type": "string", "format": "binary" }),
    };
    note(
        kind,
        json!({ "description": "", "content": { media: { "schema": schema } } }),
    );
    if nullable {
        set(lowered, "x-result-nullable", Value::Bool(true));
    }
    Ok(())
}

/// Returns the statuses of the declared errors: numbers, ranges such as `4XX`, `default`.
pub(super) fn errors(operation: &Value, context: &SchemaContext) -> Result<Vec<Value>> {
    let declared = operation.get("responses").and_then(Value::as_object);
    let mut errors = Vec::new();
    for status in declared.into_iter().flatten().map(|(status, _)| status) {
        match (status.as_bytes().first(), status.parse::<u16>()) {
            (Some(b'2'), _) => {}
            (Some(b'4' | b'5'), Ok(number)) => errors.push(number.into()),
            (Some(b'4' | b'5'), Err(_)) => errors.push(status.as_str().into()),
            _ if status == "default" => errors.push(status.as_str().into()),
            _ => {
                return Err(Error::new(
                    format!("{}/responses/{}", context.pointer, escape(status)),
                    format!("a response with status `{status}` is not supported"),
                    "remove it from the document or with an overlay; redirects are followed anyway",
                ));
            }
        }
    }
    Ok(errors)
}
