//! Stage `canonical`: the interface without the prose, in one fixed order, so that the text of two
//! documents differs exactly when the API differs.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::openapi::METHODS;

/// Treatment of the vendor's explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prose {
    /// Removes descriptions: the form that is committed and compared.
    Strip,
    /// Keeps descriptions: the form that is generated from, so that they become rustdoc.
    Keep,
}

/// Returns the canonical form of an OpenAPI 3.1 document.
///
/// - Examples, schema titles, external documentation, contact and licence are removed, and with
///   [`Prose::Strip`] descriptions too. Properties with such a name are kept. Responses keep an
///   empty description, because OpenAPI requires one. With [`Prose::Keep`], a title that is a whole
///   sentence replaces a missing description.
/// - Object keys are sorted. So are lists without a meaningful order: `required`, `enum` and a list
///   of `type`s, all without duplicates, and `parameters`, by location and name.
/// - `anyOf`, `oneOf` and `allOf` keep their order, which decides what is tried first when reading;
///   only the `null` alternative moves to the end. Tags keep their order: the first is the group.
///
/// The function is idempotent.
pub fn canonical(document: &Value, prose: Prose) -> Value {
    rewrite(document, Node::Document, prose)
}

/// Returns the text of a document as it is stored: indented by two spaces, one newline at the end.
pub fn to_text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// The role of a JSON value in an OpenAPI document. It decides which keys are prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Document,
    Info,
    Components,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    MediaType,
    Schema,
    /// Any other object that may have a description: a server, a tag, a security scheme.
    Described,
    /// An object with names that the vendor chose, all values of one kind.
    Map(&'static Node),
    List(&'static Node),
    /// Data, such as a default value: nothing in it is prose.
    Data,
}

impl Node {
    /// Returns the role of the value under `key`.
    fn child(self, key: &str) -> Self {
        match (self, key) {
            (Self::Data, _) => Self::Data,
            (Self::Map(kind), _) => *kind,
            (_, key) if key.starts_with("x-") => Self::Data,

            (Self::Document, "info") => Self::Info,
            (Self::Document, "paths" | "webhooks") => Self::Map(&Self::PathItem),
            (Self::Document, "components") => Self::Components,
            (Self::Document, "tags") => Self::List(&Self::Described),
            (Self::Document | Self::PathItem | Self::Operation, "servers") => {
                Self::List(&Self::Described)
            }

            (Self::Components, "schemas") => Self::Map(&Self::Schema),
            (Self::Components, "parameters" | "headers") => Self::Map(&Self::Parameter),
            (Self::Components, "requestBodies") => Self::Map(&Self::RequestBody),
            (Self::Components, "responses") => Self::Map(&Self::Response),
            (Self::Components, "pathItems") => Self::Map(&Self::PathItem),
            (Self::Components, "callbacks") => Self::Map(&Self::Map(&Self::PathItem)),
            (Self::Components, _) => Self::Map(&Self::Described),

            (Self::PathItem | Self::Operation, "parameters") => Self::List(&Self::Parameter),
            (Self::PathItem, method) if METHODS.contains(&method) => Self::Operation,

            (Self::Operation, "requestBody") => Self::RequestBody,
            (Self::Operation, "responses") => Self::Map(&Self::Response),
            (Self::Operation, "callbacks") => Self::Map(&Self::Map(&Self::PathItem)),

            (Self::Parameter | Self::RequestBody | Self::Response, "content") => {
                Self::Map(&Self::MediaType)
            }
            (Self::Response, "headers") => Self::Map(&Self::Parameter),
            (Self::Response, "links") => Self::Map(&Self::Described),
            (Self::MediaType, "encoding") => Self::Map(&Self::Described),

            (Self::Parameter | Self::MediaType, "schema") => Self::Schema,
            (Self::Schema, "properties" | "patternProperties" | "dependentSchemas" | "$defs") => {
                Self::Map(&Self::Schema)
            }
            (Self::Schema, "anyOf" | "oneOf" | "allOf" | "prefixItems") => {
                Self::List(&Self::Schema)
            }
            (
                Self::Schema,
                "items"
                | "additionalProperties"
                | "propertyNames"
                | "contains"
                | "not"
                | "if"
                | "then"
                | "else"
                | "unevaluatedItems"
                | "unevaluatedProperties"
                | "contentSchema",
            ) => Self::Schema,
            _ => Self::Data,
        }
    }

    /// Returns whether the value under `key` is an explanation, not a declaration.
    fn is_prose(self, key: &str, prose: Prose) -> bool {
        if matches!(self, Self::Map(_) | Self::List(_) | Self::Data) {
            return false;
        }
        match key {
            "example" | "examples" | "externalDocs" => true,
            "title" => self == Self::Schema,
            "contact" | "license" | "termsOfService" => self == Self::Info,
            "description" | "x-operation-id-evidence" | "x-source" | "x-uncertain" => {
                prose == Prose::Strip
            }
            _ => false,
        }
    }
}

fn rewrite(value: &Value, node: Node, prose: Prose) -> Value {
    match value {
        Value::Object(object) => {
            // serde_json's own map may be built to keep the order of insertion; this one sorts.
            let mut entries: BTreeMap<&str, Value> = object
                .iter()
                .filter(|(key, _)| !node.is_prose(key, prose))
                .map(|(key, value)| {
                    let value = rewrite(value, node.child(key), prose);
                    (key.as_str(), in_order(value, node, key))
                })
                .collect();
            if let Some(text) = substitute_description(object, node, prose) {
                entries.entry("description").or_insert_with(|| text.into());
            }
            let entries = entries.into_iter().map(|(key, v)| (key.to_owned(), v));
            Value::Object(entries.collect())
        }
        Value::Array(items) => {
            let kind = match node {
                Node::List(kind) => *kind,
                _ => Node::Data,
            };
            items
                .iter()
                .map(|item| rewrite(item, kind, prose))
                .collect()
        }
        scalar => scalar.clone(),
    }
}

/// Returns the description for an object that has none, or lost it.
fn substitute_description(object: &Map<String, Value>, node: Node, prose: Prose) -> Option<&str> {
    match (node, prose) {
        (Node::Response, _) if !object.contains_key("$ref") => Some(""),
        // pydantic derives most titles from the name ("Run Id"); a sentence was written by hand.
        (Node::Schema, Prose::Keep) => object
            .get("title")
            .and_then(Value::as_str)
            .filter(|title| title.ends_with('.')),
        _ => None,
    }
}

/// Sorts a list if its order has no meaning.
fn in_order(mut value: Value, parent: Node, key: &str) -> Value {
    if let Value::Array(items) = &mut value {
        match (parent, key) {
            (Node::Schema, "required" | "enum" | "type") => {
                items.sort_by(by_value);
                items.dedup();
            }
            (Node::Schema, "anyOf" | "oneOf" | "allOf") => items.sort_by_key(is_null_schema),
            (Node::PathItem | Node::Operation, "parameters") => {
                items.sort_by_cached_key(|parameter| {
                    ["in", "name", "$ref"].map(|key| {
                        let text = parameter.get(key).and_then(Value::as_str);
                        text.unwrap_or_default().to_owned()
                    })
                });
            }
            _ => {}
        }
    }
    value
}

/// Compares numbers by size and everything else by its text; `null` comes last.
fn by_value(left: &Value, right: &Value) -> Ordering {
    left.is_null()
        .cmp(&right.is_null())
        .then_with(|| match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => left.total_cmp(&right),
            _ => left.to_string().cmp(&right.to_string()),
        })
}

fn is_null_schema(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}
