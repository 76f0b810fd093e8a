//! Which members of OpenAPI's objects are understood: those that lowering acts on, and those that it
//! drops knowingly.

use serde_json::{Map, Value};

use super::escape;
use crate::{Error, Result};

/// An object of OpenAPI, and its members that are understood.
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

pub(super) const OPERATION: Known = Known(
    "an operation",
    &[
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

/// Whatever headers an answer has, `Response::headers` gives them all; links name operations.
pub(super) const RESPONSE: Known = Known(
    "a response",
    &["content", "description", "headers", "links"],
);

pub(super) const MEDIA_TYPE: Known = Known("a media type", &["example", "examples", "schema"]);

/// Refuses a member that nobody would read.
pub(super) fn check(known: Known, object: &Value, pointer: &str) -> Result<()> {
    let Known(what, members) = known;
    let unknown = object
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .find(|member| !member.starts_with("x-") && !members.contains(&member.as_str()));
    match unknown {
        None => Ok(()),
        Some(member) => Err(Error::new(
            format!("{pointer}/{}", escape(member)),
            format!("`{member}` of {what} is not understood"),
            "teach crates/codegen/src/lower/ what it means, or remove it with an overlay in specs/overlays/",
        )),
    }
}
