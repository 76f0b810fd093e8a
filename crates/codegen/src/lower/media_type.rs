//! The media type of a body.

use serde_json::{Map, Value};

use super::member;
use crate::pointer::escape;
use crate::{Error, Result};

/// Returns the only media type of a body, and its schema.
pub(super) fn only_content<'a>(
    body: &'a Value,
    pointer: &str,
) -> Result<Option<(&'a str, &'a Value)>> {
    static ANY: Value = Value::Bool(true);
    let content = body.get("content").and_then(Value::as_object);
    let mut entries = content.into_iter().flatten();
    let (Some((media, entry)), None) = (entries.next(), entries.next()) else {
        if content.is_none_or(Map::is_empty) {
            return Ok(None);
        }
        return Err(Error::new(
            format!("{pointer}/content"),
            "a body with several media types is not supported",
            "keep one of them, in the document or with an overlay",
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

/// Returns a media type without its parameters, such as `charset`.
pub(super) fn essence(media: &str) -> String {
    let kind = media.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}
