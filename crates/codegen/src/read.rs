//! Stage `read`: from text to an OpenAPI 3.1 document that the later stages can rely on.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::external;
use crate::openapi::{METHODS, operations};
use crate::pointer::escape;
use crate::{Error, Result};

const WHERE_TO_GET_IT: &str = "save the document itself: a running ZenML server serves it at `/openapi.json`, \
     and `app.openapi()` of the PyPI package `zenml[server]` prints it";

/// Parses `text` and checks what every later stage relies on.
///
/// # Errors
///
/// Returns an error if the text is not JSON (with line and column), is not OpenAPI 3.1, has no
/// paths, or has an operation without an id of its own. HTML pages and repeated keys are named.
pub fn read(text: &str) -> Result<Value> {
    let document = read_any(text)?;
    check_operation_ids(&document)?;
    Ok(document)
}

/// As [`read`], for the document of another server: operations need no ids of their own.
///
/// # Errors
///
/// See [`read`].
pub(crate) fn read_external(text: &str) -> Result<Value> {
    let mut document = read_any(text)?;
    external::adapt(&mut document);
    Ok(document)
}

fn read_any(text: &str) -> Result<Value> {
    let mut document = parse(text)?;
    check_version(&document)?;
    check_paths(&document)?;
    distinguish_methods(&mut document);
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
    const HINT: &str = "use an OpenAPI 3.1 document, the version that ZenML servers publish";
    if !document.is_object() {
        return Err(Error::new(
            "",
            "the document is not a JSON object, so it is not an OpenAPI document",
            HINT,
        ));
    }
    let version = document.get("openapi").and_then(Value::as_str);
    match version {
        Some(version) if version == "3.1" || version.starts_with("3.1.") => Ok(()),
        Some(version) => Err(Error::new(
            "/openapi",
            format!("OpenAPI {version} is not supported, only 3.1"),
            HINT,
        )),
        None if document.get("swagger").is_some() => Err(Error::new(
            "/swagger",
            "Swagger 2.0 is not supported, only OpenAPI 3.1",
            HINT,
        )),
        None => Err(Error::new(
            "/openapi",
            "the OpenAPI version is missing, so this is not an OpenAPI document",
            WHERE_TO_GET_IT,
        )),
    }
}

/// Gives the methods of a path ids of their own: FastAPI prints one id for all methods of a function,
/// with the name of one method at its end.
fn distinguish_methods(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(Map::values_mut) {
        let ids = item.as_object().into_iter().flat_map(Map::values);
        let ids: Vec<Value> = ids.filter_map(|o| o.get("operationId").cloned()).collect();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let Some(value) = operation.get_mut("operationId") else {
                continue;
            };
            let is_shared = ids.iter().filter(|id| *id == value).count() > 1;
            let Value::String(id) = value else { continue };
            let is_first = seen.insert(id.clone());
            let function = METHODS
                .iter()
                .find_map(|method| id.strip_suffix(&format!("_{method}")));
            match function {
                Some(function) if is_shared => *id = format!("{function}_{method}"),
                None if !is_first => *id = format!("{id}_{method}"),
                _ => {}
            }
        }
    }
}

fn check_paths(document: &Value) -> Result<()> {
    let paths = document.get("paths").and_then(Value::as_object);
    match paths.filter(|paths| !paths.is_empty()) {
        Some(_) => Ok(()),
        None => Err(Error::new(
            "/paths",
            "the document has no paths",
            WHERE_TO_GET_IT,
        )),
    }
}

/// Checks that each operation has an id of its own: methods are named after the ids.
fn check_operation_ids(document: &Value) -> Result<()> {
    let mut seen = BTreeMap::new();
    for found in operations(document) {
        let pointer = format!("/paths/{}/{}", escape(found.path), found.method);
        let Some(id) = found.operation.get("operationId").and_then(Value::as_str) else {
            return Err(Error::new(
                pointer,
                "the operation has no operationId",
                "add one in the document; the generated method is named after it",
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
    Ok(())
}

/// Builds a [`Value`] as serde_json does, but rejects an object that repeats a key: serde_json
/// would silently keep the last one only.
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
