//! Does a value match its schema?

use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::sample::sample;

/// A schema of the document. It is compiled on first use, because a test needs few of them.
pub(crate) struct Schema {
    schema: Value,
    components: Arc<Value>,
    validator: OnceLock<Result<Validator, String>>,
}

/// The reason why a value does not match, and its place.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// A JSON pointer.
    pub place: String,
    pub message: String,
}

impl Schema {
    /// Creates a schema with references into these components, which are [`closed`].
    pub fn new(schema: Value, components: &Arc<Value>) -> Self {
        Self {
            schema,
            components: components.clone(),
            validator: OnceLock::new(),
        }
    }

    /// Returns the schema as the document declares it.
    pub fn declared(&self) -> &Value {
        &self.schema
    }

    pub fn check(&self, value: &Value) -> Result<(), Mismatch> {
        let validator = self.validator.get_or_init(|| self.compile());
        let mismatch = match validator {
            Err(error) => Some(Mismatch {
                place: String::new(),
                message: format!("cannot use the schema: {error}"),
            }),
            Ok(validator) => validator.iter_errors(value).next().map(|error| Mismatch {
                place: error.instance_path().to_string(),
                message: error.to_string(),
            }),
        };
        mismatch.map_or(Ok(()), Err)
    }

    /// Returns a value that matches; `name` says what the value is for.
    pub fn sample(&self, name: &str) -> Value {
        sample(&self.schema, &self.components, name)
    }

    /// Returns the schema behind references and alternatives.
    #[cfg(test)]
    pub fn resolved(&self) -> &Value {
        super::sample::resolve(&self.schema, &self.components)
    }

    /// Creates a schema with the same components.
    #[cfg(test)]
    pub fn sibling(&self, schema: &Value) -> Self {
        Self::new(schema.clone(), &self.components)
    }

    fn compile(&self) -> Result<Validator, String> {
        let root = json!({ "allOf": [self.schema], "components": *self.components });
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root)
            .map_err(|error| error.to_string())
    }
}

/// Forbids undeclared members in objects. The document leaves objects open, so that a member that
/// the fake invents would go unnoticed.
pub(super) fn closed(mut components: Value) -> Value {
    let schemas = components.get_mut("schemas").and_then(Value::as_object_mut);
    for schema in schemas.into_iter().flat_map(|schemas| schemas.values_mut()) {
        if let Some(schema) = schema.as_object_mut()
            && schema.contains_key("properties")
        {
            schema
                .entry("additionalProperties")
                .or_insert(Value::Bool(false));
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(declared: Value) -> Schema {
        let components = json!({"schemas": {"Thing": {
            "type": "object",
            "properties": {"id": {"type": "string", "format": "uuid"}},
            "required": ["id"],
        }}});
        Schema::new(declared, &Arc::new(closed(components)))
    }

    #[test]
    fn a_value_has_the_declared_members_in_their_formats_and_no_others() {
        let things =
            schema(json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}));
        let id = "6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1";
        things.check(&json!([{"id": id}])).unwrap();
        for wrong in [json!({}), json!({"id": "7"}), json!({"id": id, "color": 1})] {
            let mismatch = things.check(&json!([wrong])).unwrap_err();
            assert!(mismatch.place.starts_with("/0"), "{mismatch:?}");
        }
    }

    #[test]
    fn a_broken_schema_matches_nothing() {
        let mismatch = schema(json!({"$ref": "#/components/schemas/Missing"})).check(&json!(1));
        assert!(mismatch.unwrap_err().message.contains("cannot use"));
    }
}
