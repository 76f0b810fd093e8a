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

/// Returns whether a schema becomes an enum: it has strings as values, and at most `null` beside
/// them. Values of another type than the declared one do not count. A constant is text, also if its
/// value is in an enum, too.
pub(super) fn is_enum(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    let has_strings = values.is_some_and(|values| values.iter().any(Value::is_string));
    let text_only = || values.is_some_and(|v| v.iter().all(|v| v.is_string() || v.is_null()));
    has_strings
        && schema.get("const").is_none()
        && match schema.get("type") {
            None => text_only(),
            Some(Value::Array(types)) => {
                types.iter().any(|kind| kind == "string")
                    && types.iter().all(|kind| kind == "string" || kind == "null")
            }
            Some(kind) => kind == "string",
        }
}

/// Returns whether an enum allows `null`.
pub(super) fn is_nullable_enum(schema: &Value) -> bool {
    let has_null = |key: &str, null: Value| {
        let list = schema.get(key).and_then(Value::as_array);
        list.map(|list| list.contains(&null))
    };
    let typed = match schema.get("type") {
        None => Some(true),
        Some(_) => has_null("type", json!("null")),
    };
    typed == Some(true) && has_null("enum", Value::Null) == Some(true)
}

/// Copies what the docs say about an object, an enum or a parameter.
pub(super) fn copy_docs(from: &Value, to: &mut Value) {
    copy(from, to, &["x-evidence", "x-versions", "x-value-versions"]);
    copy_description(from, to);
}

/// Copies a description, unless it is not a text.
pub(super) fn copy_description(from: &Value, to: &mut Value) {
    if from.get("description").is_some_and(Value::is_string) {
        copy(from, to, &["description"]);
    }
}

/// Copies the members that are declared.
pub(super) fn copy(from: &Value, to: &mut Value, keys: &[&str]) {
    for key in keys {
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
