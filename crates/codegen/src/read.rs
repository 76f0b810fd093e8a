//! Stage `read`: from text to an OpenAPI 3.1 document that the later stages can take for granted.

use std::collections::{BTreeMap, btree_map::Entry};
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{Error, Result};

const WHERE_TO_GET_IT: &str = "take the document itself: a running ZenML server serves it at `/openapi.json`, \
     and the PyPI package `zenml[server]` prints it with `app.openapi()`";

/// The keys of a path item that hold an operation.
pub const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Parses `text` and checks what every later stage relies on.
///
/// # Errors
/// When the text is not JSON (with line and column; an HTML page and a repeated key are named as
/// such), not OpenAPI 3.1, has no paths, or has an operation whose id is missing or used twice.
pub fn read(text: &str) -> Result<Value> {
    let document = parse(text)?;
    check_version(&document)?;
    check_operation_ids(&document)?;
    Ok(document)
}

fn parse(text: &str) -> Result<Value> {
    if text.trim().is_empty() {
        return Err(Error::new("", "the document is empty", WHERE_TO_GET_IT));
    }
    if text.trim_start().starts_with('<') {
        return Err(Error::new(
            "",
            "this is an HTML or XML page, not a JSON document",
            WHERE_TO_GET_IT,
        ));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    UniqueKeys
        .deserialize(&mut deserializer)
        .and_then(|document| deserializer.end().map(|()| document))
        .map_err(|error| Error::new("", format!("not valid JSON: {error}"), WHERE_TO_GET_IT))
}

fn check_version(document: &Value) -> Result<()> {
    const REMEDY: &str =
        "build against an OpenAPI 3.1 document, the version that ZenML servers publish";
    if !document.is_object() {
        return Err(Error::new(
            "",
            "an OpenAPI document is a JSON object",
            REMEDY,
        ));
    }
    let version = document.get("openapi").and_then(Value::as_str);
    match version {
        Some(version) if version == "3.1" || version.starts_with("3.1.") => Ok(()),
        Some(version) => Err(Error::new(
            "/openapi",
            format!("OpenAPI {version} is not supported, only 3.1"),
            REMEDY,
        )),
        None if document.get("swagger").is_some() => Err(Error::new(
            "/swagger",
            "Swagger 2.0 is not supported, only OpenAPI 3.1",
            REMEDY,
        )),
        None => Err(Error::new(
            "/openapi",
            "no OpenAPI version, so this is not an OpenAPI document",
            WHERE_TO_GET_IT,
        )),
    }
}

/// Operations are named after their ids, so each needs one of its own.
fn check_operation_ids(document: &Value) -> Result<()> {
    let paths = document
        .get("paths")
        .and_then(Value::as_object)
        .filter(|paths| !paths.is_empty())
        .ok_or_else(|| Error::new("/paths", "the document has no paths", WHERE_TO_GET_IT))?;
    let mut seen = BTreeMap::new();
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let pointer = format!("/paths/{}/{method}", escape(path));
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
                return Err(Error::new(
                    pointer,
                    "the operation has no operationId",
                    "give it one: the generated method is named after it",
                ));
            };
            match seen.entry(id) {
                Entry::Vacant(free) => free.insert(pointer),
                Entry::Occupied(first) => {
                    return Err(Error::new(
                        pointer,
                        format!(
                            "operationId `{id}` is already used by {first}",
                            first = first.get()
                        ),
                        "rename one of the two in the document",
                    ));
                }
            };
        }
    }
    Ok(())
}

/// One segment of a JSON pointer (RFC 6901).
fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Builds a [`Value`] like serde_json does, but refuses an object that repeats a key: serde_json
/// would keep the last one and lose the others silently.
struct UniqueKeys;

impl<'de> DeserializeSeed<'de> for UniqueKeys {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueKeys {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(UniqueKeys)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key `{key}` is repeated")));
            }
            let value = entries.next_value_seed(UniqueKeys)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
