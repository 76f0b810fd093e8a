//! The media type of a body.

use serde_json::{Map, Value};

use super::member;
use crate::Result;
use crate::pointer::escape;

/// Returns the media type of a body that the client uses, and its schema: JSON, or the first other one
/// if JSON is declared without a schema, as FastAPI does beside the real media type.
pub(super) fn preferred_content<'a>(
    body: &'a Value,
    pointer: &str,
) -> Result<Option<(&'a str, &'a Value)>> {
    static ANY: Value = Value::Bool(true);
    let content = body.get("content").and_then(Value::as_object);
    let rank = |media: &str, entry: &Value| {
        let schema = entry.get("schema").and_then(Value::as_object);
        match (is_json(&essence(media)), schema.is_none_or(Map::is_empty)) {
            (true, false) => 0,
            (false, _) => 1,
            (true, true) => 2,
        }
    };
    let entries = content.into_iter().flatten();
    let Some((media, entry)) = entries.min_by_key(|(media, entry)| rank(media, entry)) else {
        return Ok(None);
    };
    member::check(
        member::MEDIA_TYPE,
        entry,
        &format!("{pointer}/content/{}", escape(media)),
    )?;
    let schema = entry.get("schema").unwrap_or(&ANY);
    Ok(Some((media, schema)))
}

/// The media type of a form with files.
pub(super) const MULTIPART: &str = "multipart/form-data";

/// Returns whether a media type without parameters is JSON.
pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json")
}

/// Returns a media type without its parameters, such as `charset`.
pub(super) fn essence(media: &str) -> String {
    let kind = media.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}
