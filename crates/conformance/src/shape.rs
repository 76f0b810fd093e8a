//! What does the document say about each value of a response: walks a response along its schema.

use serde_json::Value;

use crate::json::{Json, Step};
use crate::schema::{Presence, Schema};

/// What a schema says about one value.
#[derive(Debug, Clone, Copy)]
pub enum Shape<'d> {
    /// An object with members that the document names.
    Object(Schema<'d>),
    /// An object with arbitrary names; the schema of its values.
    Map(Schema<'d>),
    /// An array; the schema of its items.
    Array(Schema<'d>),
    /// An array with a schema for each position.
    Tuple(Schema<'d>),
    /// A string with listed values.
    Enum,
    /// A datetime.
    Timestamp,
    /// A secret string.
    Secret,
    /// Any other string, number or boolean.
    Scalar,
    /// A value that the document does not describe, or describes with another type.
    Free,
}

/// A value inside a response, as [`walk`] visits it.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a, 'd> {
    /// Path of the value.
    pub path: &'a [Step],
    /// The value.
    pub value: &'a Json,
    /// What the document says about the value.
    pub shape: Shape<'d>,
    /// Whether the value is required, if it is a member that the document names.
    pub presence: Option<Presence>,
}

impl<'d> Schema<'d> {
    /// Returns what the schema says about the value.
    #[must_use]
    pub fn shape(self, value: &Json) -> Shape<'d> {
        let fitting = self.fitting(value);
        let shapes = || fitting.iter().map(|leaf| leaf.shape_of_leaf(value));
        match (fitting.as_slice(), value) {
            ([only], _) => only.shape_of_leaf(value),
            (_, Json::String(_)) if shapes().any(|shape| matches!(shape, Shape::Secret)) => {
                Shape::Secret
            }
            (_, Json::String(_)) if shapes().any(|shape| matches!(shape, Shape::Enum)) => {
                Shape::Enum
            }
            ([_, ..], Json::String(_) | Json::Number(_) | Json::Bool(_)) => Shape::Scalar,
            _ => Shape::Free,
        }
    }

    fn shape_of_leaf(self, value: &Json) -> Shape<'d> {
        if self.is_free() {
            return Shape::Free;
        }
        match value {
            Json::Object(_) if self.properties().is_some_and(|known| !known.is_empty()) => {
                Shape::Object(self)
            }
            Json::Object(_) => match self.get("additionalProperties") {
                Some(schema @ Value::Object(_)) => Shape::Map(self.inner(schema)),
                _ => Shape::Map(self.inner(&Value::Null)),
            },
            Json::Array(_) if self.get("prefixItems").is_some() => Shape::Tuple(self),
            Json::Array(_) => Shape::Array(self.inner(self.get("items").unwrap_or(&Value::Null))),
            Json::String(_) if self.get("enum").is_some() || self.get("const").is_some() => {
                Shape::Enum
            }
            Json::String(_) => match self.get("format").and_then(Value::as_str) {
                Some("date-time") => Shape::Timestamp,
                Some("password") => Shape::Secret,
                _ => Shape::Scalar,
            },
            Json::Number(_) | Json::Bool(_) => Shape::Scalar,
            Json::Null => Shape::Free,
        }
    }
}

impl<'d> Shape<'d> {
    /// Returns the schema of the value one step further in.
    #[must_use]
    pub fn child(self, step: &Step) -> Schema<'d> {
        static NOTHING: Value = Value::Null;
        let child = match (self, step) {
            (Self::Object(schema), Step::Member(name)) => schema.property(name),
            (Self::Map(schema) | Self::Array(schema), _) => Some(schema),
            (Self::Tuple(schema), Step::Item(index)) => schema
                .get("prefixItems")
                .and_then(|places| places.get(*index))
                .map(|place| schema.inner(place)),
            _ => None,
        };
        child.unwrap_or(Schema::new(&NOTHING, &NOTHING))
    }

    /// Returns whether the document names this member of the object: then `null` equals absent.
    #[must_use]
    pub fn names(self, member: &str) -> bool {
        matches!(self, Self::Object(schema) if schema.property(member).is_some())
    }
}

/// Visits every value of a response, outer values first.
pub fn walk<'d>(value: &Json, schema: Schema<'d>, visit: &mut impl FnMut(Visit<'_, 'd>)) {
    visit_value(value, schema, None, &mut Vec::new(), visit);
}

fn visit_value<'d>(
    value: &Json,
    schema: Schema<'d>,
    presence: Option<Presence>,
    path: &mut Vec<Step>,
    visit: &mut impl FnMut(Visit<'_, 'd>),
) {
    let shape = schema.shape(value);
    visit(Visit {
        path,
        value,
        shape,
        presence,
    });
    let steps: Vec<(Step, &Json)> = match value {
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (Step::Member(name.clone()), value))
            .collect(),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (Step::Item(index), value))
            .collect(),
        _ => vec![],
    };
    for (next, value) in steps {
        let child = shape.child(&next);
        let presence = match (shape, &next) {
            (Shape::Object(schema), Step::Member(name)) => schema.presence(name),
            _ => None,
        };
        path.push(next);
        visit_value(value, child, presence, path, visit);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::json::json_path;

    fn document() -> Value {
        json!({
            "components": {"schemas": {
                "Run": {
                    "type": "object",
                    "required": ["id", "status", "ended"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid"},
                        "status": {"$ref": "#/components/schemas/Status"},
                        "ended": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                        "key": {"anyOf": [{"type": "string", "format": "password"}, {"type": "null"}]},
                        "stage": {"anyOf": [{"$ref": "#/components/schemas/Status"}, {"type": "string"}]},
                        "metadata": {"type": "object", "additionalProperties": {"anyOf": [
                            {"type": "string"}, {"type": "number"}, {"type": "array", "items": {}}
                        ]}},
                        "pair": {"type": "array", "prefixItems": [
                            {"type": "integer"}, {"$ref": "#/components/schemas/Status"}
                        ]},
                    },
                },
                "Status": {"type": "string", "enum": ["running", "failed"]},
                "Cron": {"type": "object", "required": ["type", "cron"], "properties": {
                    "type": {"const": "cron"}, "cron": {"type": "string"}}},
                "Hook": {"type": "object", "required": ["type"], "properties": {
                    "type": {"const": "hook"}, "secret": {"type": "string", "format": "password"}}},
            }},
        })
    }

    fn shapes(schema: &Value, json: &str) -> BTreeMap<String, String> {
        let document = document();
        let value: Json = json.parse().unwrap();
        let mut shapes = BTreeMap::new();
        walk(&value, Schema::new(&document, schema), &mut |visit| {
            let shape = format!("{:?}", visit.shape);
            let name = shape.split(['(', ' ']).next().unwrap_or_default();
            let mark = match visit.presence {
                Some(Presence::Optional) => "?",
                _ => "",
            };
            shapes.insert(json_path(visit.path), format!("{name}{mark}"));
        });
        shapes
    }

    fn expected(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(path, shape)| ((*path).to_owned(), (*shape).to_owned()))
            .collect()
    }

    #[test]
    fn each_value_of_an_object_has_the_shape_that_the_document_declares() {
        let run = json!({"$ref": "#/components/schemas/Run"});
        let json = r#"{"id":"x","status":"running","ended":"2026-01-01T00:00:00","key":"k",
            "stage":"later","metadata":{"a":1,"b":[{}]},"pair":[1,"failed"],"new":{"id":"x"}}"#;
        assert_eq!(
            shapes(&run, json),
            expected(&[
                ("$", "Object"),
                ("$.id", "Scalar"),
                ("$.status", "Enum"),
                ("$.ended", "Timestamp?"),
                ("$.key", "Secret?"),
                ("$.stage", "Enum?"),
                ("$.metadata", "Map?"),
                ("$.metadata.a", "Scalar"),
                ("$.metadata.b", "Array"),
                ("$.metadata.b[0]", "Free"),
                ("$.pair", "Tuple?"),
                ("$.pair[0]", "Scalar"),
                ("$.pair[1]", "Enum"),
                ("$.new", "Free"),
                ("$.new.id", "Free"),
            ])
        );
    }

    #[test]
    fn a_value_of_another_type_than_declared_is_free() {
        let run = json!({"$ref": "#/components/schemas/Run"});
        assert_eq!(
            shapes(&run, r#"{"status":5,"ended":null}"#),
            expected(&[("$", "Object"), ("$.status", "Free"), ("$.ended", "Free?")])
        );
    }

    #[test]
    fn the_discriminator_selects_the_variant() {
        let union = json!({
            "oneOf": [
                {"$ref": "#/components/schemas/Cron"}, {"$ref": "#/components/schemas/Hook"}
            ],
            "discriminator": {"propertyName": "type", "mapping": {
                "cron": "#/components/schemas/Cron", "hook": "#/components/schemas/Hook"}},
        });
        let hook = shapes(&union, r#"{"type":"hook","secret":"s"}"#);
        assert_eq!(hook["$.secret"], "Secret?");
        let unknown = shapes(&union, r#"{"type":"moon","secret":"s"}"#);
        assert_eq!(unknown["$"], "Free");
    }

    #[test]
    fn a_discriminator_may_lie_deeper_than_openapi_can_express() {
        let union = json!({
            "anyOf": [{"$ref": "#/components/schemas/Hook"}],
            "x-discriminator": {"pointer": "/body/type", "mapping": {
                "run": "#/components/schemas/Run"}},
        });
        let run = shapes(&union, r#"{"body":{"type":"run"},"status":"failed"}"#);
        assert_eq!(run["$.status"], "Enum");
    }

    #[test]
    fn without_a_discriminator_the_required_members_select_the_variant() {
        let union = json!({"anyOf": [
            {"$ref": "#/components/schemas/Cron"}, {"$ref": "#/components/schemas/Run"}
        ]});
        let run = shapes(&union, r#"{"id":"x","status":"failed","ended":null}"#);
        assert_eq!(run["$.status"], "Enum");
        assert_eq!(shapes(&union, r#"{"id":"x"}"#)["$"], "Free");
    }
}
