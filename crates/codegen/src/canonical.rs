//! Stage `canonical`: the interface without the prose, in one fixed order, so that two documents
//! differ in text exactly when the API differs.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What happens to the vendor's explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prose {
    /// Descriptions go: the form that is committed and compared.
    Strip,
    /// Descriptions stay: the form a user's own document takes, so that they become rustdoc.
    Keep,
}

/// The canonical form of an OpenAPI 3.1 document.
///
/// - Examples, schema titles, external documentation, contact and licence, and with
///   [`Prose::Strip`] descriptions, are removed where OpenAPI gives these words their meaning,
///   never from properties that happen to bear such a name. Responses keep an empty description,
///   because OpenAPI requires one. With [`Prose::Keep`], a title that is a whole sentence stands
///   in for a missing description.
/// - Object keys are sorted. So are the lists in which order means nothing: `required`, `enum` and
///   a list of `type`s, all without repetitions, and `parameters`, by place and name.
/// - `anyOf`, `oneOf` and `allOf` keep their order, since it decides what a reader tries first,
///   except that the `null` alternative goes last. Tags keep theirs: the first one is the group.
///
/// Applying it twice changes nothing.
pub fn canonical(document: &Value, prose: Prose) -> Value {
    rewrite(document, Node::Document, prose)
}

/// The text of a document as it is stored: indented by two spaces, a newline at the end.
pub fn to_text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// What a JSON value is in an OpenAPI document; it decides which of its keys are prose.
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
    /// Any other object that may carry a description: a server, a tag, a security scheme …
    Described,
    /// Names chosen by the vendor, each with a node of one kind.
    Map(&'static Node),
    List(&'static Node),
    /// A value that is data, such as a default: nothing in it is prose.
    Data,
}

impl Node {
    /// What stands under `key` of this node.
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
            (
                Self::PathItem,
                "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace",
            ) => Self::Operation,

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

    /// Whether the value under `key` explains instead of declaring.
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
            // A BTreeMap first: serde_json's own map may be built to keep the order of insertion.
            let mut entries: BTreeMap<&str, Value> = object
                .iter()
                .filter(|(key, _)| !node.is_prose(key, prose))
                .map(|(key, value)| {
                    let value = rewrite(value, node.child(key), prose);
                    (key.as_str(), in_order(value, node, key))
                })
                .collect();
            if let Some(text) = stand_in_description(object, node, prose) {
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

/// The description of an object that has none of its own, or lost it.
fn stand_in_description(object: &Map<String, Value>, node: Node, prose: Prose) -> Option<&str> {
    match (node, prose) {
        (Node::Response, _) if !object.contains_key("$ref") => Some(""),
        // Titles that pydantic makes up from a name ("Run Id") say nothing new, sentences do.
        (Node::Schema, Prose::Keep) => object
            .get("title")
            .and_then(Value::as_str)
            .filter(|title| title.ends_with('.')),
        _ => None,
    }
}

/// Sorts the lists whose order means nothing.
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

/// Numbers by size, everything else by its text, `null` last.
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
