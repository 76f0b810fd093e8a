//! A lowered document → the Rust that progenitor makes of it.
//!
//! progenitor settles the Rust type of every property, parameter, body and result; [`refine`]
//! writes the code that is kept. Positional style is asked for because all that is read from the
//! output is signatures: progenitor's builders carry the same types in four times the code.
//!
//! [`refine`]: crate::refine

use serde_json::{Map, Value, json};

use crate::{Error, Result};

/// Generates with progenitor.
///
/// # Errors
///
/// When openapiv3 cannot read the lowered document or progenitor refuses it: `lower` then let
/// something through that it should have rewritten.
pub fn emit(lowered: &Value) -> Result<syn::File> {
    let mut settings = progenitor_impl::GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap");
    generate(prepared(lowered), &settings)
}

/// Runs progenitor with the given settings over a 3.0.3 document.
///
/// # Errors
///
/// See [`emit`].
pub fn generate(
    document: Value,
    settings: &progenitor_impl::GenerationSettings,
) -> Result<syn::File> {
    let refused = |by: &str, error: &dyn std::fmt::Display| {
        Error::new(
            "",
            format!("{by} refused the lowered document: {error}"),
            "lower the construct that it names in crates/codegen/src/lower/",
        )
    };
    let document: openapiv3::OpenAPI =
        serde_json::from_value(document).map_err(|error| refused("openapiv3", &error))?;
    let tokens = progenitor_impl::Generator::new(settings)
        .generate_tokens(&document)
        .map_err(|error| refused("progenitor", &error))?;
    syn::parse2(tokens).map_err(|error| refused("syn", &error))
}

/// The document as progenitor is to see it: every property required, so that its type comes out
/// bare, and unions as objects with one property for each variant, for the same reason. An enum has
/// one value: the variants are named later, and progenitor panics over some.
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

/// The property that stands for a union's variant.
pub(crate) fn variant_key(index: usize) -> String {
    format!("variant_{index:03}")
}
