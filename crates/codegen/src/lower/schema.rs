//! How schemas are lowered: objects, enums, lists and maps.

use serde_json::{Map, Value, json};

use super::components::{Components, SchemaContext};
use super::lowered_schema::{
    LoweredSchema, copy_docs, is_enum, is_nullable_enum, is_object, reference_to, set,
};
use super::{keyword, union};
use crate::pointer::escape;
use crate::{Error, Result, reference};

/// The members of the envelope that every list of the Workspace API returns.
const PAGE: [&str; 5] = ["index", "items", "max_size", "total", "total_pages"];

/// The longest tuple that Rust compares and shows. Longer ones, and those with further items, are
/// lists of any JSON.
const MAX_PLACES: usize = 12;

impl Components<'_> {
    /// Lowers a named schema if it becomes a type of its own. Others are inlined where they are used.
    pub(super) fn lower_component(&mut self, name: &str) -> Result<()> {
        let Some(schema) = self.schemas.get(name) else {
            return Ok(());
        };
        let context = SchemaContext {
            pointer: format!("/components/schemas/{}", escape(name)),
            name: self.names.get(name).cloned().unwrap_or_default(),
            direction: self.directions.get(name).copied().unwrap_or_default(),
            multipart: self.multipart.contains(name),
        };
        if is_object(schema) {
            self.object(schema, &context)?;
        } else if is_enum(schema) {
            keyword::checked(schema, &context.pointer)?;
            self.enumeration(schema, &context)?;
        }
        Ok(())
    }

    /// Lowers a schema where it is used.
    pub(super) fn schema(
        &mut self,
        schema: &Value,
        context: &SchemaContext,
    ) -> Result<LoweredSchema> {
        let object = keyword::checked(schema, &context.pointer)?;
        if let Some(reference) = object.get("$ref") {
            return self.reference(reference, context);
        }
        if is_enum(schema) {
            return self.enumeration(schema, context);
        }
        if let Some(alternatives) = union::alternatives(object, context)? {
            return self.union(object, &alternatives, context);
        }
        let kind = match object.get("type") {
            None if object.contains_key("properties") => "object",
            None if object.contains_key("items") || object.contains_key("prefixItems") => "array",
            None if object.contains_key("additionalProperties") => "object",
            None if object.contains_key("const") => match object.get("const") {
                Some(Value::String(_)) => "string",
                Some(Value::Bool(_)) => "boolean",
                Some(Value::Number(number)) if number.is_f64() => "number",
                Some(Value::Number(_)) => "integer",
                Some(Value::Null) => "null",
                _ => return Ok(LoweredSchema::of(json!({}))),
            },
            None => return Ok(LoweredSchema::of(json!({}))),
            Some(Value::String(kind)) => kind.as_str(),
            Some(other) => {
                return Err(Error::in_document(
                    format!("{}/type", context.pointer),
                    format!("the type {other} is not a JSON Schema type"),
                    "correct it",
                ));
            }
        };
        match kind {
            "null" => Ok(LoweredSchema {
                schema: None,
                nullable: true,
            }),
            "boolean" => Ok(LoweredSchema::of(json!({ "type": "boolean" }))),
            "integer" => {
                let format = if is_unsigned(object) {
                    "uint64"
                } else {
                    "int64"
                };
                Ok(LoweredSchema::of(
                    json!({ "type": "integer", "format": format }),
                ))
            }
            "number" => Ok(LoweredSchema::of(
                json!({ "type": "number", "format": "double" }),
            )),
            "string" if context.multipart && is_binary(object) => Ok(LoweredSchema::of(
                self.library_type("FilePart", "file-part"),
            )),
            "string" => Ok(LoweredSchema::of(self.string(object))),
            "array" => self.array(object, context),
            "object" if is_object(schema) && object.contains_key("properties") => {
                self.object(schema, context)
            }
            "object" if object.get("x-secret") == Some(&Value::Bool(true)) => Ok(
                LoweredSchema::of(self.library_type("SecretMap", "secret-map")),
            ),
            "object" => self.map(object, context),
            other => Err(Error::in_document(
                format!("{}/type", context.pointer),
                format!("the type `{other}` is not a JSON Schema type"),
                "correct it",
            )),
        }
    }

    fn reference(&mut self, reference: &Value, context: &SchemaContext) -> Result<LoweredSchema> {
        let target = reference.as_str().and_then(reference::target);
        let found = target.as_ref().and_then(|name| {
            let rust = self.names.get(name)?;
            Some((self.schemas.get(name)?, rust.clone()))
        });
        let Some((schema, rust)) = found else {
            return Err(Error::in_document(
                format!("{}/$ref", context.pointer),
                format!("{reference} does not name a schema of this document"),
                "refer to a schema under `#/components/schemas/`",
            ));
        };
        if is_object(schema) {
            return Ok(LoweredSchema::of(reference_to(&rust)));
        }
        if is_enum(schema) {
            return Ok(enum_reference(schema, &rust));
        }
        // An inlined schema that contains itself would never end: inside it, any JSON is allowed.
        if self.inlining.contains(&rust) {
            return Ok(LoweredSchema::of(json!({})));
        }
        self.inlining.push(rust);
        let typed = self.schema(schema, context);
        self.inlining.pop();
        typed
    }

    fn string(&mut self, object: &Map<String, Value>) -> Value {
        match object.get("format").and_then(Value::as_str) {
            Some("password") => self.library_type("Secret", "secret"),
            Some(format @ ("uuid" | "date-time")) => json!({ "type": "string", "format": format }),
            _ => json!({ "type": "string" }),
        }
    }

    fn enumeration(&mut self, schema: &Value, context: &SchemaContext) -> Result<LoweredSchema> {
        let values = schema.get("enum").and_then(Value::as_array);
        let strings: Vec<&Value> = values
            .into_iter()
            .flatten()
            .filter(|value| value.is_string())
            .collect();
        let mut lowered = json!({ "type": "string", "enum": strings });
        copy_docs(schema, &mut lowered);
        self.add(context, lowered)?;
        Ok(enum_reference(schema, &context.name))
    }

    fn array(
        &mut self,
        object: &Map<String, Value>,
        context: &SchemaContext,
    ) -> Result<LoweredSchema> {
        if let Some(places) = object.get("prefixItems").and_then(Value::as_array) {
            let fixed = object.get("items").is_none_or(|items| *items == false);
            return match places.as_slice() {
                [_, ..] if fixed && places.len() <= MAX_PLACES => self.tuple(places, context),
                _ => Ok(LoweredSchema::of(json!({ "type": "array", "items": {} }))),
            };
        }
        let items = match object.get("items") {
            Some(items) => self.element(items, &context.child("items", "Item"))?,
            None => json!({}),
        };
        Ok(LoweredSchema::of(
            json!({ "type": "array", "items": items }),
        ))
    }

    fn tuple(&mut self, positions: &[Value], context: &SchemaContext) -> Result<LoweredSchema> {
        let mut properties = Map::new();
        for (index, schema) in positions.iter().enumerate() {
            let child = context.child(&format!("prefixItems/{index}"), &format!("Item{index}"));
            // Sorted as text, the places keep their order.
            properties.insert(format!("item_{index:03}"), self.element(schema, &child)?);
        }
        let required: Vec<&String> = properties.keys().collect();
        let lowered = json!({ "type": "object", "required": required, "properties": properties, "x-tuple": true });
        self.add(context, lowered)
    }

    fn map(
        &mut self,
        object: &Map<String, Value>,
        context: &SchemaContext,
    ) -> Result<LoweredSchema> {
        let values = match object.get("additionalProperties") {
            Some(schema @ Value::Object(_)) => {
                self.element(schema, &context.child("additionalProperties", "Value"))?
            }
            _ => json!({}),
        };
        Ok(LoweredSchema::of(
            json!({ "type": "object", "additionalProperties": values }),
        ))
    }

    /// Lowers a schema inside an array or map, where there is no property to note `nullable` on.
    pub(super) fn element(&mut self, schema: &Value, context: &SchemaContext) -> Result<Value> {
        let typed = self.schema(schema, context)?;
        let nullable = typed.nullable;
        let mut lowered = typed.or_any();
        if nullable && let Some(object) = lowered.as_object_mut().filter(|o| !o.is_empty()) {
            if let Some(reference) = object.remove("$ref") {
                object.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            }
            object.insert("nullable".to_owned(), Value::Bool(true));
        }
        Ok(lowered)
    }

    fn object(&mut self, schema: &Value, context: &SchemaContext) -> Result<LoweredSchema> {
        let empty = Map::new();
        let object = keyword::checked(schema, &context.pointer)?;
        if object.get("type").is_some_and(|kind| kind != "object") {
            return Err(Error::in_document(
                format!("{}/type", context.pointer),
                "an object with properties that has other types too is not supported",
                "write it as `anyOf`",
            ));
        }
        let properties = object
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let declared = object.get("required").and_then(Value::as_array);
        let is_declared = |name: &str| declared.is_some_and(|list| list.iter().any(|n| n == name));

        let (mut lowered, mut fields, mut required) = (Map::new(), Map::new(), Vec::new());
        for (name, property) in properties {
            let child = context.child(&format!("properties/{}", escape(name)), name);
            let typed = self.schema(property, &child)?;
            let mut notes = keyword::notes(property);
            if typed.nullable {
                notes.insert("nullable".to_owned(), Value::Bool(true));
            }
            if is_declared(name) {
                notes.insert("required".to_owned(), Value::Bool(true));
                if !typed.nullable {
                    required.push(name.clone());
                }
            }
            let typed = typed.or_any();
            let limits = keyword::limits(property, typed == json!({}));
            if !limits.is_empty() {
                notes.insert("limits".to_owned(), Value::Object(limits));
            }
            lowered.insert(name.clone(), typed);
            if !notes.is_empty() {
                fields.insert(name.clone(), Value::Object(notes));
            }
        }
        let mut result = json!({
            "type": "object",
            "properties": lowered,
            "required": required,
            "x-direction": context.direction.note(),
            "x-fields": fields,
        });
        let others = object
            .get("additionalProperties")
            .unwrap_or(&Value::Bool(false));
        if others.is_object() {
            // Checked for unsupported constructs only: such members hold any JSON.
            self.schema(others, &context.child("additionalProperties", "Value"))?;
        }
        if *others != false {
            set(&mut result, "x-extensible", Value::Bool(true));
        }
        if context.direction.response || *others != false {
            set(&mut result, "x-open", Value::Bool(true));
        }
        // A newer server may add members to its envelope; `Page` keeps them.
        if PAGE.iter().all(|name| properties.contains_key(*name)) {
            set(&mut result, "x-page", Value::Bool(true));
        }
        copy_docs(schema, &mut result);
        self.add(context, result)
    }
}

/// Returns whether an integer may be too large for an `i64`.
fn is_unsigned(object: &Map<String, Value>) -> bool {
    let is_large = |key: &str| {
        object
            .get(key)
            .is_some_and(|number| number.is_u64() && !number.is_i64())
    };
    let is_negative = |number: &Value| number.as_f64().is_none_or(|number| number < 0.0);
    object
        .get("format")
        .is_some_and(|format| format == "uint64")
        || is_large("const")
        || is_large("maximum")
            && object
                .get("minimum")
                .is_some_and(|least| !is_negative(least))
}

/// Returns whether a text stands for bytes: FastAPI prints either keyword for an uploaded file.
fn is_binary(object: &Map<String, Value>) -> bool {
    let is = |key: &str, value: &str| object.get(key).is_some_and(|declared| declared == value);
    is("format", "binary") || is("contentMediaType", "application/octet-stream")
}

/// Returns a reference to a lowered enum, and whether `null` is allowed too.
fn enum_reference(schema: &Value, name: &str) -> LoweredSchema {
    LoweredSchema {
        schema: Some(reference_to(name)),
        nullable: is_nullable_enum(schema),
    }
}
