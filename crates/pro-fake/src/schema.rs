//! What a value may be.

use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// A schema of the document, compiled when it is first needed: few tests need many.
pub(super) struct Schema {
    schema: Value,
    components: Arc<Value>,
    validator: OnceLock<Result<Validator, String>>,
}

/// Why a value does not fit, and where in it.
#[derive(Debug)]
pub(super) struct Misfit {
    /// A JSON pointer.
    pub place: String,
    pub message: String,
}

impl Schema {
    /// A schema that may refer to these components, which are [`closed`].
    pub fn new(schema: Value, components: &Arc<Value>) -> Self {
        Self {
            schema,
            components: components.clone(),
            validator: OnceLock::new(),
        }
    }

    /// The schema as the document has it.
    pub fn declared(&self) -> &Value {
        &self.schema
    }

    pub fn check(&self, value: &Value) -> Result<(), Misfit> {
        let validator = self.validator.get_or_init(|| self.compile());
        let misfit = match validator {
            Err(unusable) => Some(Misfit {
                place: String::new(),
                message: format!("the schema cannot be used: {unusable}"),
            }),
            Ok(validator) => validator.iter_errors(value).next().map(|error| Misfit {
                place: error.instance_path().to_string(),
                message: error.to_string(),
            }),
        };
        misfit.map_or(Ok(()), Err)
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

/// Objects with declared members hold no others: a member that the double invents would otherwise
/// pass, because the document leaves objects open.
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
            let misfit = things.check(&json!([wrong])).unwrap_err();
            assert!(misfit.place.starts_with("/0"), "{misfit:?}");
        }
    }

    #[test]
    fn a_schema_that_is_none_fits_nothing() {
        let misfit = schema(json!({"$ref": "#/components/schemas/Missing"})).check(&json!(1));
        assert!(misfit.unwrap_err().message.contains("cannot be used"));
    }
}
