//! Which members of OpenAPI's objects are supported: those that lowering uses, and those that it
//! ignores on purpose.

use serde_json::{Map, Value};

use crate::pointer::escape;
use crate::{Error, Result};

/// A kind of object in OpenAPI, and its supported members.
pub(super) struct Known(&'static str, &'static [&'static str]);

pub(super) const DOCUMENT: Known = Known(
    "the document",
    &[
        "components",
        "externalDocs",
        "info",
        "jsonSchemaDialect",
        "openapi",
        "paths",
        "security",
        "servers",
        "tags",
    ],
);

/// Callbacks are ignored: they are requests of the server.
pub(super) const OPERATION: Known = Known(
    "an operation",
    &[
        "callbacks",
        "deprecated",
        "description",
        "externalDocs",
        "operationId",
        "parameters",
        "requestBody",
        "responses",
        "security",
        "summary",
        "tags",
    ],
);

pub(super) const PARAMETER: Known = Known(
    "a parameter",
    &[
        "allowEmptyValue",
        "allowReserved",
        "deprecated",
        "description",
        "example",
        "examples",
        "explode",
        "in",
        "name",
        "required",
        "schema",
        "style",
    ],
);

pub(super) const REQUEST_BODY: Known =
    Known("a request body", &["content", "description", "required"]);

/// Headers are ignored: a response of the library has all of them. Links only name operations.
pub(super) const RESPONSE: Known = Known(
    "a response",
    &["content", "description", "headers", "links"],
);

pub(super) const MEDIA_TYPE: Known = Known("a media type", &["example", "examples", "schema"]);

/// Returns an error if the object has a member that lowering would ignore unknowingly.
pub(super) fn check(known: Known, object: &Value, pointer: &str) -> Result<()> {
    let Known(what, members) = known;
    let unknown = object
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .find(|member| !member.starts_with("x-") && !members.contains(&member.as_str()));
    match unknown {
        None => Ok(()),
        Some(member) => Err(Error::unsupported(
            format!("{pointer}/{}", escape(member)),
            format!("`{member}` of {what}"),
        )),
    }
}
