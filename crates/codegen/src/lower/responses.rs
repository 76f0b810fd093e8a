//! Responses: the one that an operation succeeds with, and the statuses that it fails with.

use serde_json::{Value, json};

use super::operation::{essence, only_content};
use super::reach::Direction;
use super::schema::{Typed, set};
use super::{Components, Place, escape, member};
use crate::{Error, Result};

/// Notes the kind of result, and the one successful response that leads to it.
pub(super) fn success(
    operation: &Value,
    place: &Place,
    components: &mut Components<'_>,
    lowered: &mut Value,
) -> Result<()> {
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
    member::check(member::RESPONSE, response, &pointer)?;
    if let Some(evidence) = response.get("x-evidence") {
        set(lowered, "x-result-evidence", evidence.clone());
    }
    let mut answer = |kind: &str, response: Value| {
        set(lowered, "x-result", kind.into());
        set(lowered, "responses", json!({ status: response }));
    };
    let Some((media, schema)) = only_content(response, &pointer)? else {
        answer("empty", json!({ "description": "" }));
        return Ok(());
    };
    let child = Place {
        pointer: format!("{pointer}/content/{}/schema", escape(media)),
        name: format!("{}Result", place.name),
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
            Typed { schema: None, .. } => {
                answer("empty", json!({ "description": "" }));
                return Ok(());
            }
            Typed {
                schema: Some(schema),
                nullable: may_be_null,
            } => {
                // Any JSON may be `null` as it is.
                nullable = may_be_null && schema != json!({});
                schema
            }
        },
        _ => json!({ "type": "string", "format": "binary" }),
    };
    answer(
        kind,
        json!({ "description": "", "content": { media: { "schema": schema } } }),
    );
    if nullable {
        set(lowered, "x-result-nullable", Value::Bool(true));
    }
    Ok(())
}

/// The statuses of the errors that an operation declares: numbers, ranges such as `4XX`, `default`.
pub(super) fn errors(operation: &Value, place: &Place) -> Result<Vec<Value>> {
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
                    format!("{}/responses/{}", place.pointer, escape(status)),
                    format!("a response of status `{status}` is not understood"),
                    "remove it with an overlay in specs/overlays/: redirects are followed",
                ));
            }
        }
    }
    Ok(errors)
}
