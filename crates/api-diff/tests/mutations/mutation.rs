//! Random changes of a schema, each with the class it has in both directions.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use zenml_api_diff::Direction;

use crate::document::Sample;
use crate::random::Random;

/// A class, the most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    Breaking,
    Compatible,
    Deprecated,
    Undeprecated,
    Same,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    AddProperty,
    AddRequiredProperty,
    AddVariable,
    ChangeType,
    CloseObject,
    Deprecate,
    Describe,
    DropEnumValue,
    GrowEnum,
    MakeNullable,
    MoveBehindReference,
    RemoveProperty,
    RenameProperty,
    RequireProperty,
    SplitIntoAllOf,
    TightenLimit,
    WidenToAny,
    WrapInAllOf,
    WrapInAnyOf,
    ZeroLimit,
}

impl Mutation {
    pub const ALL: [Self; 20] = [
        Self::AddProperty,
        Self::AddRequiredProperty,
        Self::AddVariable,
        Self::ChangeType,
        Self::CloseObject,
        Self::Deprecate,
        Self::Describe,
        Self::DropEnumValue,
        Self::GrowEnum,
        Self::MakeNullable,
        Self::MoveBehindReference,
        Self::RemoveProperty,
        Self::RenameProperty,
        Self::RequireProperty,
        Self::SplitIntoAllOf,
        Self::TightenLimit,
        Self::WidenToAny,
        Self::WrapInAllOf,
        Self::WrapInAnyOf,
        Self::ZeroLimit,
    ];

    /// Returns the class there and back, each where the schema is sent and where it is received.
    pub fn expected(self) -> ((Expected, Expected), (Expected, Expected)) {
        use Expected::{Breaking, Compatible, Deprecated, Same, Undeprecated};
        match self {
            Self::AddProperty => ((Compatible, Compatible), (Breaking, Breaking)),
            Self::AddRequiredProperty => ((Breaking, Compatible), (Breaking, Breaking)),
            Self::RemoveProperty => ((Breaking, Breaking), (Breaking, Compatible)),
            Self::ChangeType | Self::RenameProperty => ((Breaking, Breaking), (Breaking, Breaking)),
            Self::CloseObject | Self::TightenLimit => {
                ((Breaking, Compatible), (Compatible, Compatible))
            }
            Self::Deprecate => ((Deprecated, Deprecated), (Undeprecated, Undeprecated)),
            Self::DropEnumValue => ((Breaking, Compatible), (Compatible, Compatible)),
            Self::GrowEnum => ((Compatible, Compatible), (Breaking, Compatible)),
            Self::MakeNullable | Self::WidenToAny => {
                ((Compatible, Breaking), (Breaking, Compatible))
            }
            Self::RequireProperty => ((Breaking, Compatible), (Compatible, Breaking)),
            Self::AddVariable
            | Self::Describe
            | Self::MoveBehindReference
            | Self::SplitIntoAllOf
            | Self::WrapInAllOf
            | Self::WrapInAnyOf
            | Self::ZeroLimit => ((Same, Same), (Same, Same)),
        }
    }

    /// Changes a random schema. Returns the new document and the directions that the schema is used
    /// in; `None` if the change does not apply to the chosen schema.
    pub fn apply(
        self,
        sample: &Sample,
        random: &mut Random,
    ) -> Option<(Value, BTreeSet<Direction>)> {
        let mut document = sample.document.clone();
        let names: Vec<&String> = sample.directions.keys().collect();
        let name = *random.choose(&names);
        let schemas = document
            .pointer_mut("/components/schemas")?
            .as_object_mut()?;
        let nullable = |schema: &Value| is_nullable(schema, schemas, 8);
        let schema = schemas.get(name)?.clone();
        let property = property(&schema, random);
        let optional_null = property
            .as_ref()
            .is_some_and(|(_, schema)| nullable(schema));
        let mut parts = Map::new();
        let changed = match self {
            Self::DropEnumValue | Self::GrowEnum => enumeration(self, schema, random)?,
            Self::CloseObject => {
                schema.get("properties")?;
                let open = schema
                    .get("additionalProperties")
                    .is_none_or(|v| *v == true);
                with(
                    open.then_some(schema)?,
                    "additionalProperties",
                    json!(false),
                )
            }
            Self::SplitIntoAllOf => split(&schema)?,
            Self::AddProperty | Self::AddRequiredProperty => {
                let mut schema = schema;
                let properties = schema.get_mut("properties")?.as_object_mut()?;
                properties.insert("zz_added".to_owned(), json!({"type": "string"}));
                if self == Self::AddRequiredProperty {
                    require(&mut schema, "zz_added");
                }
                schema
            }
            Self::AddVariable => with(schema, "$comment", json!("x")),
            _ => {
                let (key, old) = property?;
                let new = self.property_schema(&old, optional_null, &mut parts)?;
                self.replaced(schema, &key, new)?
            }
        };
        schemas.extend(parts);
        schemas.insert(name.clone(), changed);
        Some((document, sample.directions[name].clone()))
    }

    /// Returns the new schema of a property; `Null` if the property keeps its schema.
    fn property_schema(
        self,
        old: &Value,
        nullable: bool,
        parts: &mut Map<String, Value>,
    ) -> Option<Value> {
        let kind = old.get("type").and_then(Value::as_str);
        let scalar = matches!(kind, Some("string" | "integer" | "number" | "boolean"));
        let plain = scalar && old.get("enum").is_none() && old.get("const").is_none();
        Some(match self {
            Self::ChangeType => {
                let other = if kind == Some("boolean") {
                    "string"
                } else {
                    "boolean"
                };
                plain.then(|| json!({"type": other}))?
            }
            Self::Deprecate => {
                let fresh = old.get("deprecated").is_none();
                fresh.then(|| with(old.clone(), "deprecated", json!(true)))?
            }
            Self::Describe => with(old.clone(), "description", json!("zz")),
            Self::MakeNullable => {
                let typed = old
                    .as_object()?
                    .keys()
                    .any(|key| matches!(key.as_str(), "type" | "$ref" | "anyOf" | "oneOf"));
                (typed && !nullable).then(|| json!({"anyOf": [old, {"type": "null"}]}))?
            }
            Self::MoveBehindReference => {
                old.get("$ref").is_none().then_some(())?;
                parts.insert("ZzMoved".to_owned(), old.clone());
                json!({"$ref": "#/components/schemas/ZzMoved"})
            }
            Self::TightenLimit => {
                let limited = old.get("maxLength").is_some() || old.get("format").is_some();
                let free = plain && kind == Some("string") && !limited;
                free.then(|| with(old.clone(), "maxLength", json!(3)))?
            }
            Self::WidenToAny => plain.then(|| json!({}))?,
            Self::WrapInAllOf => json!({"allOf": [old]}),
            Self::WrapInAnyOf => json!({"anyOf": [old]}),
            Self::ZeroLimit => match kind {
                Some("string") if old.get("minLength").is_none() => {
                    with(old.clone(), "minLength", json!(0))
                }
                Some("array") if old.get("minItems").is_none() => {
                    with(old.clone(), "minItems", json!(0))
                }
                _ => return None,
            },
            _ => Value::Null,
        })
    }

    fn replaced(self, mut schema: Value, key: &str, new: Value) -> Option<Value> {
        let required = schema["required"]
            .as_array()
            .is_some_and(|list| list.iter().any(|n| n == key));
        match self {
            Self::RemoveProperty | Self::RenameProperty => {
                // On the way back, a required one is added.
                (self == Self::RenameProperty || required).then_some(())?;
                let properties = schema.get_mut("properties")?.as_object_mut()?;
                let old = properties.remove(key)?;
                if self == Self::RenameProperty {
                    properties.insert("zz_renamed".to_owned(), old);
                }
                if let Some(list) = schema.get_mut("required").and_then(Value::as_array_mut) {
                    list.retain(|name| name != key);
                }
            }
            Self::RequireProperty => {
                (!required).then_some(())?;
                require(&mut schema, key);
            }
            _ => {
                schema["properties"][key] = new;
            }
        }
        Some(schema)
    }
}

fn with(mut schema: Value, key: &str, value: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
    schema
}

fn require(schema: &mut Value, name: &str) {
    match schema.get_mut("required").and_then(Value::as_array_mut) {
        Some(list) => list.push(name.into()),
        None => schema["required"] = json!([name]),
    }
}

/// Returns a random property that both sides write.
fn property(schema: &Value, random: &mut Random) -> Option<(String, Value)> {
    let properties = schema.get("properties")?.as_object()?;
    let names: Vec<&String> = properties.keys().collect();
    (!names.is_empty()).then_some(())?;
    let name = *random.choose(&names);
    let schema = &properties[name];
    let both = schema.get("readOnly").is_none() && schema.get("writeOnly").is_none();
    both.then(|| (name.clone(), schema.clone()))
}

fn enumeration(mutation: Mutation, mut schema: Value, random: &mut Random) -> Option<Value> {
    let values = schema.get_mut("enum")?.as_array_mut()?;
    if mutation == Mutation::GrowEnum {
        let fresh = match values.first() {
            Some(Value::String(_)) => json!("zz_value"),
            _ => json!(98_765),
        };
        values.push(fresh);
    } else {
        (values.len() > 1).then_some(())?;
        let index = random.number(values.len());
        values.remove(index);
    }
    Some(schema)
}

/// Returns an object as an `allOf` of two, each with a part of the properties.
fn split(schema: &Value) -> Option<Value> {
    let properties = schema.get("properties")?.as_object()?;
    (schema.get("type") == Some(&json!("object")) && properties.len() > 1).then_some(())?;
    let half = properties.len() / 2;
    let part = |members: Vec<(&String, &Value)>| {
        let members: Map<String, Value> = members
            .into_iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        json!({"type": "object", "properties": members})
    };
    let first = part(properties.iter().take(half).collect());
    let mut second = part(properties.iter().skip(half).collect());
    for (key, value) in schema.as_object()? {
        if key != "properties" && key != "type" {
            second[key] = value.clone();
        }
    }
    Some(json!({"allOf": [first, second]}))
}

fn is_nullable(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> bool {
    let inner = |schema: &Value| depth > 0 && is_nullable(schema, schemas, depth - 1);
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(zenml_codegen::reference::target);
    let any = |key: &str| {
        let list = schema.get(key).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(inner))
    };
    schema.get("type") == Some(&json!("null"))
        || schema.as_object().is_none_or(Map::is_empty)
        || target.is_some_and(|name| schemas.get(&name).is_none_or(inner))
        || any("anyOf")
        || any("oneOf")
}
