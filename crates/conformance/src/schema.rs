//! What a document says about a value: walks an answer along the schema of its operation.
//!
//! This reads the document itself, not what the library's generator made of it, so that a mistake
//! of the generator is no blind spot of the check.

use serde_json::{Map, Value};

use crate::json::{Json, Step};

/// A schema of a document.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'d> {
    document: &'d Value,
    schema: &'d Value,
}

/// What a schema makes of one value.
#[derive(Debug, Clone, Copy)]
pub enum Shape<'d> {
    /// An object with members that the document names.
    Object(Schema<'d>),
    /// An object whose names are data; its values.
    Map(Schema<'d>),
    /// An array; its items.
    List(Schema<'d>),
    /// An array with a schema for each place.
    Tuple(Schema<'d>),
    /// A string out of a set.
    Enum,
    /// A datetime.
    Timestamp,
    /// A string that nobody may see.
    Secret,
    /// Any other string, number or boolean.
    Scalar,
    /// The document does not say, or says something else.
    Free,
}

/// A value inside an answer, as [`walk`] comes by.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a, 'd> {
    /// Where it is.
    pub path: &'a [Step],
    /// The value.
    pub value: &'a Json,
    /// What the document says about it.
    pub shape: Shape<'d>,
    /// What the document says about it as a member of an object, if it names it.
    pub member: Option<Member>,
}

/// What a document says about a member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// It is always there, and not null.
    Required,
    /// It may be missing or null.
    Optional,
}

impl<'d> Schema<'d> {
    /// A schema inside a document.
    #[must_use]
    pub fn new(document: &'d Value, schema: &'d Value) -> Self {
        Self { document, schema }
    }

    fn inner(self, schema: &'d Value) -> Self {
        Self { schema, ..self }
    }

    fn get(self, keyword: &str) -> Option<&'d Value> {
        self.schema.get(keyword)
    }

    /// Follows references.
    fn resolved(self) -> Self {
        let target = self
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.document.pointer(reference.strip_prefix('#')?));
        target.map_or(self, |schema| self.inner(schema).resolved())
    }

    fn alternatives(self) -> Option<&'d Vec<Value>> {
        ["anyOf", "oneOf", "allOf"]
            .iter()
            .find_map(|keyword| self.get(keyword)?.as_array())
    }

    /// The schemas without alternatives that this one consists of.
    fn leaves(self) -> Vec<Self> {
        let schema = self.resolved();
        match schema.alternatives() {
            None => vec![schema],
            Some(list) => list.iter().flat_map(|s| schema.inner(s).leaves()).collect(),
        }
    }

    /// Those of the leaves that can mean this value.
    fn fitting(self, value: &Json) -> Vec<Self> {
        let mut found = Vec::new();
        self.collect_fitting(value, &mut found);
        if found.len() > 1 {
            found.retain(|leaf| leaf.has_members_of(value));
        }
        found
    }

    fn collect_fitting(self, value: &Json, found: &mut Vec<Self>) {
        let schema = self.resolved();
        if let Some(variant) = schema.variant(value) {
            found.extend(variant);
        } else if let Some(alternatives) = schema.alternatives() {
            for alternative in alternatives {
                schema.inner(alternative).collect_fitting(value, found);
            }
        } else if schema.has_type_of(value) {
            found.push(schema);
        }
    }

    /// What a discriminator says, if there is one: the variant, or that it is unknown.
    fn variant(self, value: &Json) -> Option<Option<Self>> {
        let (pointer, mapping) = match self.get("x-discriminator") {
            Some(note) => (
                note.get("pointer")?.as_str()?.to_owned(),
                note.get("mapping")?,
            ),
            None => {
                let note = self.get("discriminator")?;
                let property = note.get("propertyName")?.as_str()?;
                (format!("/{property}"), note.get("mapping")?)
            }
        };
        let path: Vec<Step> = pointer
            .split('/')
            .skip(1)
            .map(|name| Step::Member(name.to_owned()))
            .collect();
        let target = value
            .at(&path)
            .and_then(Json::text)
            .and_then(|tag| mapping.get(tag)?.as_str()?.strip_prefix('#'))
            .and_then(|pointer| self.document.pointer(pointer));
        Some(target.map(|schema| self.inner(schema).resolved()))
    }

    /// Whether values of this type are allowed; `None` if nothing is said about types.
    fn allows(self, name: &str) -> Option<bool> {
        match self.get("type") {
            Some(Value::String(only)) => Some(only == name),
            Some(Value::Array(names)) => Some(names.iter().any(|known| known == name)),
            _ if self.get("enum").is_some() || self.get("const").is_some() => {
                Some(name == "string")
            }
            _ if self.get("properties").is_some() => Some(name == "object"),
            _ => None,
        }
    }

    fn has_type_of(self, value: &Json) -> bool {
        self.allows(value.kind()) != Some(false)
            || matches!(value, Json::Number(_)) && self.allows("number") == Some(true)
    }

    fn has_members_of(self, value: &Json) -> bool {
        let Json::Object(_) = value else { return true };
        let required = self.get("required").and_then(Value::as_array);
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        names.into_iter().all(|name| value.member(name).is_some())
    }

    fn properties(self) -> Option<&'d Map<String, Value>> {
        self.get("properties")?.as_object()
    }

    /// Whether anything is said at all.
    fn is_free(self) -> bool {
        self.allows("null").is_none()
    }

    /// Whether `null` is allowed.
    #[must_use]
    pub fn is_nullable(self) -> bool {
        let leaves = self.leaves();
        leaves.iter().any(|leaf| leaf.allows("null") != Some(false))
    }

    /// The strings that the document lists as values.
    #[must_use]
    pub fn listed(self) -> Vec<&'d str> {
        let leaves = self.leaves().into_iter();
        let lists = leaves.filter_map(|leaf| leaf.get("enum")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// The member that the document names so.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Self> {
        self.properties()?
            .get(name)
            .map(|schema| self.inner(schema))
    }

    fn member(self, name: &str) -> Option<Member> {
        let property = self.property(name)?;
        let required = self.get("required").and_then(Value::as_array);
        let is_required = required.is_some_and(|names| names.iter().any(|known| known == name));
        Some(match is_required && !property.is_nullable() {
            true => Member::Required,
            false => Member::Optional,
        })
    }

    /// What it makes of this value.
    #[must_use]
    pub fn shape(self, value: &Json) -> Shape<'d> {
        let fitting = self.fitting(value);
        let shapes = || fitting.iter().map(|leaf| leaf.shape_of_leaf(value));
        match (fitting.as_slice(), value) {
            ([only], _) => only.shape_of_leaf(value),
            (_, Json::Text(_)) if shapes().any(|shape| matches!(shape, Shape::Secret)) => {
                Shape::Secret
            }
            (_, Json::Text(_)) if shapes().any(|shape| matches!(shape, Shape::Enum)) => Shape::Enum,
            ([_, ..], Json::Text(_) | Json::Number(_) | Json::Bool(_)) => Shape::Scalar,
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
            Json::List(_) if self.get("prefixItems").is_some() => Shape::Tuple(self),
            Json::List(_) => Shape::List(self.inner(self.get("items").unwrap_or(&Value::Null))),
            Json::Text(_) if self.get("enum").is_some() || self.get("const").is_some() => {
                Shape::Enum
            }
            Json::Text(_) => match self.get("format").and_then(Value::as_str) {
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
    /// The schema of what lies one step further in.
    #[must_use]
    pub fn child(self, step: &Step) -> Schema<'d> {
        static NOTHING: Value = Value::Null;
        let child = match (self, step) {
            (Self::Object(schema), Step::Member(name)) => schema.property(name),
            (Self::Map(schema) | Self::List(schema), _) => Some(schema),
            (Self::Tuple(schema), Step::Item(index)) => schema
                .get("prefixItems")
                .and_then(|places| places.get(*index))
                .map(|place| schema.inner(place)),
            _ => None,
        };
        child.unwrap_or(Schema::new(&NOTHING, &NOTHING))
    }

    /// Whether the document names this member of the object: then `null` says the same as nothing.
    #[must_use]
    pub fn names(self, member: &str) -> bool {
        matches!(self, Self::Object(schema) if schema.property(member).is_some())
    }
}

/// Comes by every value of an answer, outer ones first.
pub fn walk<'d>(value: &Json, schema: Schema<'d>, visit: &mut impl FnMut(Visit<'_, 'd>)) {
    step(value, schema, None, &mut Vec::new(), visit);
}

fn step<'d>(
    value: &Json,
    schema: Schema<'d>,
    member: Option<Member>,
    path: &mut Vec<Step>,
    visit: &mut impl FnMut(Visit<'_, 'd>),
) {
    let shape = schema.shape(value);
    visit(Visit {
        path,
        value,
        shape,
        member,
    });
    let steps: Vec<(Step, &Json)> = match value {
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (Step::Member(name.clone()), value))
            .collect(),
        Json::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (Step::Item(index), value))
            .collect(),
        _ => vec![],
    };
    for (next, value) in steps {
        let child = shape.child(&next);
        let member = match (shape, &next) {
            (Shape::Object(schema), Step::Member(name)) => schema.member(name),
            _ => None,
        };
        path.push(next);
        self::step(value, child, member, path, visit);
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
            let mark = match visit.member {
                Some(Member::Optional) => "?",
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
    fn each_value_of_an_object_has_the_shape_that_the_document_gives_it() {
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
                ("$.metadata.b", "List"),
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
    fn a_value_of_another_type_than_the_documents_is_free() {
        let run = json!({"$ref": "#/components/schemas/Run"});
        assert_eq!(
            shapes(&run, r#"{"status":5,"ended":null}"#),
            expected(&[("$", "Object"), ("$.status", "Free"), ("$.ended", "Free?")])
        );
    }

    #[test]
    fn the_tag_of_a_union_chooses_the_variant() {
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
    fn a_tag_may_lie_deeper_than_openapi_can_say() {
        let union = json!({
            "anyOf": [{"$ref": "#/components/schemas/Hook"}],
            "x-discriminator": {"pointer": "/body/type", "mapping": {
                "run": "#/components/schemas/Run"}},
        });
        let run = shapes(&union, r#"{"body":{"type":"run"},"status":"failed"}"#);
        assert_eq!(run["$.status"], "Enum");
    }

    #[test]
    fn without_a_tag_the_required_members_choose() {
        let union = json!({"anyOf": [
            {"$ref": "#/components/schemas/Cron"}, {"$ref": "#/components/schemas/Run"}
        ]});
        let run = shapes(&union, r#"{"id":"x","status":"failed","ended":null}"#);
        assert_eq!(run["$.status"], "Enum");
        assert_eq!(shapes(&union, r#"{"id":"x"}"#)["$"], "Free");
    }
}
