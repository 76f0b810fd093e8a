//! Schemas: objects, enums, pages, and what stands inside them.

use serde_json::{Map, Value, json};

use super::{Components, Place, keyword, name, reach, union};
use crate::{Error, Result};

/// The members of the envelope that every list of the Workspace API answers with.
const PAGE: [&str; 5] = ["index", "items", "max_size", "total", "total_pages"];

/// A lowered schema, and whether `null` is allowed beside it. No schema: nothing but `null`.
pub(super) struct Typed {
    pub schema: Option<Value>,
    pub nullable: bool,
}

impl Typed {
    pub(super) const fn of(schema: Value) -> Self {
        Self {
            schema: Some(schema),
            nullable: false,
        }
    }

    /// The schema where only `null` has no meaning: then anything.
    pub(super) fn or_any(self) -> Value {
        self.schema.unwrap_or_else(|| json!({}))
    }
}

impl Components<'_> {
    /// Lowers a named schema, if it becomes a type of its own. Others are put where they are used.
    pub(super) fn lower_component(&mut self, name: &str) -> Result<()> {
        let Some(schema) = self.schemas.get(name) else {
            return Ok(());
        };
        let place = Place {
            pointer: format!("/components/schemas/{}", super::escape(name)),
            name: self.names.get(name).cloned().unwrap_or_default(),
            direction: self.directions.get(name).copied().unwrap_or_default(),
        };
        if is_object(schema) {
            self.object(schema, &place)?;
        } else if is_enum(schema) {
            keyword::checked(schema, &place.pointer)?;
            self.enumeration(schema, &place)?;
        }
        Ok(())
    }

    /// Lowers a schema where it stands.
    pub(super) fn schema(&mut self, schema: &Value, place: &Place) -> Result<Typed> {
        let object = keyword::checked(schema, &place.pointer)?;
        if let Some(reference) = object.get("$ref") {
            return self.reference(reference, place);
        }
        if let Some(alternatives) = union::alternatives(object, place)? {
            return self.union(object, &alternatives, place);
        }
        let kind = match object.get("type") {
            None if object.contains_key("enum") => "string",
            None if object.contains_key("properties") => "object",
            None if object.contains_key("items") || object.contains_key("prefixItems") => "array",
            None if object.contains_key("additionalProperties") => "object",
            None if object.contains_key("const") => match object.get("const") {
                Some(Value::String(_)) => "string",
                Some(Value::Bool(_)) => "boolean",
                Some(Value::Number(number)) if number.is_f64() => "number",
                Some(Value::Number(_)) => "integer",
                Some(Value::Null) => "null",
                _ => return Ok(Typed::of(json!({}))),
            },
            None => return Ok(Typed::of(json!({}))),
            Some(Value::String(kind)) => kind.as_str(),
            Some(other) => {
                return Err(Error::new(
                    format!("{}/type", place.pointer),
                    format!("the type {other} is not understood"),
                    "teach crates/codegen/src/lower/schema.rs what it means",
                ));
            }
        };
        match kind {
            "null" => Ok(Typed {
                schema: None,
                nullable: true,
            }),
            "boolean" => Ok(Typed::of(json!({ "type": "boolean" }))),
            "integer" => Ok(Typed::of(json!({ "type": "integer", "format": "int64" }))),
            "number" => Ok(Typed::of(json!({ "type": "number", "format": "double" }))),
            "string" if is_enum(schema) => self.enumeration(schema, place),
            "string" => Ok(Typed::of(self.string(object))),
            "array" => self.array(object, place),
            "object" if is_object(schema) && object.contains_key("properties") => {
                self.object(schema, place)
            }
            "object" if object.get("x-secret") == Some(&Value::Bool(true)) => {
                Ok(Typed::of(self.library_type("SecretMap", "secret-map")))
            }
            "object" => self.map(object, place),
            other => Err(Error::new(
                format!("{}/type", place.pointer),
                format!("the type `{other}` is not a JSON Schema type"),
                "correct the document with an overlay in specs/overlays/",
            )),
        }
    }

    fn reference(&mut self, reference: &Value, place: &Place) -> Result<Typed> {
        let target = reference.as_str().and_then(reach::target);
        let found = target.as_ref().and_then(|name| {
            let rust = self.names.get(name)?;
            Some((self.schemas.get(name)?, rust.clone()))
        });
        let Some((schema, rust)) = found else {
            return Err(Error::new(
                format!("{}/$ref", place.pointer),
                format!("{reference} names no schema of this document"),
                "only `#/components/schemas/…` is understood",
            ));
        };
        if is_object(schema) || is_enum(schema) {
            return Ok(Typed::of(to_component(&rust)));
        }
        // One that contains itself has no end where it is used: its inside is any JSON.
        if self.resolving.contains(&rust) {
            return Ok(Typed::of(json!({})));
        }
        self.resolving.push(rust);
        let typed = self.schema(schema, place);
        self.resolving.pop();
        typed
    }

    fn string(&mut self, object: &Map<String, Value>) -> Value {
        match object.get("format").and_then(Value::as_str) {
            Some("password") => self.library_type("Secret", "secret"),
            Some(format @ ("uuid" | "date-time")) => json!({ "type": "string", "format": format }),
            _ => json!({ "type": "string" }),
        }
    }

    /// A reference to a type of the hand-written library.
    pub(super) fn library_type(&mut self, name: &str, kind: &str) -> Value {
        self.lowered
            .entry(name.to_owned())
            .or_insert_with(|| json!({ "type": "string", "x-type": kind }));
        to_component(name)
    }

    fn enumeration(&mut self, schema: &Value, place: &Place) -> Result<Typed> {
        let values = schema.get("enum").and_then(Value::as_array);
        let values = values
            .filter(|v| v.iter().all(Value::is_string))
            .ok_or_else(|| {
                Error::new(
                    format!("{}/enum", place.pointer),
                    "an enum of strings must hold strings only",
                    "correct the document with an overlay in specs/overlays/",
                )
            })?;
        let mut lowered = json!({ "type": "string", "enum": values });
        copy_prose(schema, &mut lowered);
        self.add(place, lowered)
    }

    fn array(&mut self, object: &Map<String, Value>, place: &Place) -> Result<Typed> {
        if let Some(places) = object.get("prefixItems").and_then(Value::as_array) {
            if object.get("items").is_some_and(|items| *items != false) {
                return Err(Error::new(
                    format!("{}/items", place.pointer),
                    "a list whose first places have their own types is not understood",
                    "write it as one type of items with an overlay in specs/overlays/",
                ));
            }
            return self.tuple(places, place);
        }
        let items = match object.get("items") {
            Some(items) => self.element(items, &place.child("items", "Item"))?,
            None => json!({}),
        };
        Ok(Typed::of(json!({ "type": "array", "items": items })))
    }

    fn tuple(&mut self, places: &[Value], place: &Place) -> Result<Typed> {
        let mut properties = Map::new();
        for (index, schema) in places.iter().enumerate() {
            let child = place.child(&format!("prefixItems/{index}"), &format!("Item{index}"));
            properties.insert(format!("item_{index}"), self.element(schema, &child)?);
        }
        let required: Vec<&String> = properties.keys().collect();
        let lowered = json!({ "type": "object", "required": required, "properties": properties, "x-tuple": true });
        self.add(place, lowered)
    }

    fn map(&mut self, object: &Map<String, Value>, place: &Place) -> Result<Typed> {
        let values = match object.get("additionalProperties") {
            Some(schema @ Value::Object(_)) => {
                self.element(schema, &place.child("additionalProperties", "Value"))?
            }
            _ => json!({}),
        };
        Ok(Typed::of(
            json!({ "type": "object", "additionalProperties": values }),
        ))
    }

    /// A schema inside an array or map, where no property can carry the note `nullable`.
    pub(super) fn element(&mut self, schema: &Value, place: &Place) -> Result<Value> {
        let typed = self.schema(schema, place)?;
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

    fn object(&mut self, schema: &Value, place: &Place) -> Result<Typed> {
        let empty = Map::new();
        let object = keyword::checked(schema, &place.pointer)?;
        if object.get("type").is_some_and(|kind| kind != "object") {
            return Err(Error::new(
                format!("{}/type", place.pointer),
                "an object with properties that may be something else is not understood",
                "write it as `anyOf` with an overlay in specs/overlays/",
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
            let child = place.child(&format!("properties/{}", super::escape(name)), name);
            let typed = self.schema(property, &child)?;
            let mut notes = notes(property);
            if typed.nullable {
                notes.insert("nullable".to_owned(), Value::Bool(true));
            }
            if is_declared(name) {
                notes.insert("required".to_owned(), Value::Bool(true));
                if !typed.nullable {
                    required.push(name.clone());
                }
            }
            lowered.insert(name.clone(), typed.or_any());
            if !notes.is_empty() {
                fields.insert(name.clone(), Value::Object(notes));
            }
        }
        let mut result = json!({
            "type": "object",
            "properties": lowered,
            "required": required,
            "x-direction": place.direction.note(),
            "x-fields": fields,
        });
        let others = object
            .get("additionalProperties")
            .unwrap_or(&Value::Bool(false));
        if others.is_object() {
            // Read for its errors only: what the members hold is any JSON.
            self.schema(others, &place.child("additionalProperties", "Value"))?;
        }
        if place.direction.response || *others != false {
            set(&mut result, "x-open", Value::Bool(true));
        }
        // A newer server may say more in its envelope: `Page` keeps that too.
        if PAGE.iter().all(|name| properties.contains_key(*name)) {
            set(&mut result, "x-page", Value::Bool(true));
        }
        copy_prose(schema, &mut result);
        self.add(place, result)
    }

    /// Adds a named schema and refers to it.
    pub(super) fn add(&mut self, place: &Place, lowered: Value) -> Result<Typed> {
        if name::RESERVED.contains(&place.name.as_str()) {
            return Err(taken(place));
        }
        match self.lowered.get(&place.name) {
            Some(existing) if *existing != lowered => return Err(taken(place)),
            Some(_) => {}
            None => {
                self.lowered.insert(place.name.clone(), lowered);
            }
        }
        Ok(Typed::of(to_component(&place.name)))
    }
}

fn taken(place: &Place) -> Error {
    Error::new(
        place.pointer.clone(),
        format!(
            "this schema would be named `{}`, which is taken",
            place.name
        ),
        "name the schema under /components/schemas with an overlay in specs/overlays/",
    )
}

pub(super) fn to_component(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Whether a schema becomes a struct. A named object without properties does too: it may gain some.
fn is_object(schema: &Value) -> bool {
    schema.get("properties").is_some_and(Value::is_object)
}

fn is_enum(schema: &Value) -> bool {
    schema.get("enum").is_some() && schema.get("type").is_none_or(|kind| kind == "string")
}

/// What the document says of a property or parameter beside its type.
pub(super) fn notes(schema: &Value) -> Map<String, Value> {
    let mut notes = Map::new();
    for key in ["const", "default", "deprecated", "description"] {
        if let Some(value) = schema.get(key) {
            notes.insert(key.to_owned(), value.clone());
        }
    }
    let alternatives = schema.get("anyOf").and_then(Value::as_array);
    let limits = keyword::constraints(schema)
        .or_else(|| alternatives?.iter().find_map(keyword::constraints));
    if let Some(limits) = limits {
        notes.insert("constraints".to_owned(), Value::String(limits));
    }
    notes
}

pub(super) fn copy_prose(from: &Value, to: &mut Value) {
    for key in ["description", "x-evidence"] {
        if let Some(value) = from.get(key) {
            set(to, key, value.clone());
        }
    }
}

pub(super) fn set(value: &mut Value, key: &str, entry: Value) {
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), entry);
    }
}
