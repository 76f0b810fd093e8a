//! Stage `progenitor`: a lowered document → the Rust that progenitor generates from it.
//!
//! progenitor chooses the Rust type of every property, parameter, body and result. Only signatures
//! are read from its output, so it is run in positional style: its builders carry the same types in
//! four times the code.

use serde_json::{Map, Value, json};

use crate::{Error, Result};

/// Runs progenitor over a lowered document.
///
/// # Errors
///
/// Returns an error if openapiv3 or progenitor rejects the lowered document: [`lower`](crate::lower)
/// accepted something that it should have rewritten or rejected.
pub fn generate(lowered: &Value) -> Result<syn::File> {
    let mut settings = progenitor_impl::GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap");
    generate_with(prepared(lowered), &settings)
}

/// Runs progenitor over a 3.0.3 document, with these settings.
///
/// # Errors
///
/// See [`generate`].
pub fn generate_with(
    document: Value,
    settings: &progenitor_impl::GenerationSettings,
) -> Result<syn::File> {
    let rejected = |by: &str, error: &dyn std::fmt::Display| {
        Error::bug("", format!("{by} rejected the lowered document: {error}"))
    };
    let document: openapiv3::OpenAPI =
        serde_json::from_value(document).map_err(|error| rejected("openapiv3", &error))?;
    let tokens = progenitor_impl::Generator::new(settings)
        .generate_tokens(&document)
        .map_err(|error| rejected("progenitor", &error))?;
    syn::parse2(tokens).map_err(|error| rejected("syn", &error))
}

/// Returns the document in the form that progenitor reads.
///
/// Every property is required, so that its type comes out bare. A union is an object with one
/// property for each variant, for the same reason. An enum has one value: its variants are named
/// later, and progenitor panics over some.
fn prepared(lowered: &Value) -> Value {
    let mut document = lowered.clone();
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for schema in schemas.into_iter().flat_map(Map::values_mut) {
        if let Some(variants) = schema
            .pointer("/x-union/variants")
            .and_then(Value::as_array)
        {
            let properties: Map<String, Value> = variants
                .iter()
                .enumerate()
                .filter_map(|(index, v)| Some((variant_key(index), v.get("schema")?.clone())))
                .collect();
            *schema = json!({ "type": "object", "properties": properties });
        }
        if schema.get("enum").is_some() {
            *schema = json!({ "type": "string", "enum": ["value"] });
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let names: Vec<&String> = properties.keys().collect();
            let names = json!(names);
            if let Some(object) = schema.as_object_mut() {
                object.insert("required".to_owned(), names);
            }
        }
    }
    document
}

/// Returns the name of the property that represents a variant of a union.
pub(crate) fn variant_key(index: usize) -> String {
    format!("variant_{index:03}")
}
