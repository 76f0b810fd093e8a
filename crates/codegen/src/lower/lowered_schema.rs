//! What lowering makes of a schema, and the small edits that all of lowering uses.

use serde_json::{Value, json};

/// A lowered schema, and whether `null` is allowed too. Without a schema, only `null` is.
pub(super) struct LoweredSchema {
    pub schema: Option<Value>,
    pub nullable: bool,
}

impl LoweredSchema {
    pub const fn of(schema: Value) -> Self {
        Self {
            schema: Some(schema),
            nullable: false,
        }
    }

    /// Returns the schema, or any JSON where `null` alone has no meaning.
    pub fn or_any(self) -> Value {
        self.schema.unwrap_or_else(|| json!({}))
    }
}

/// Returns a reference to a lowered schema.
pub(super) fn reference_to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Returns whether a schema becomes a struct. A named object without properties does too: it may
/// gain some.
pub(super) fn is_object(schema: &Value) -> bool {
    schema.get("properties").is_some_and(Value::is_object)
}

pub(super) fn is_enum(schema: &Value) -> bool {
    schema.get("enum").is_some() && schema.get("type").is_none_or(|kind| kind == "string")
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
