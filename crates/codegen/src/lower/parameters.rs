//! Parameters: what each takes, and how it is sent.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::{Value, json};

use super::reach::target;
use super::schema::set;
use super::union::{self, Kind};
use super::{Components, Place, member};
use crate::{Error, Result};

pub(super) fn parameters(
    operation: &Value,
    place: &Place,
    components: &mut Components<'_>,
) -> Result<Vec<Value>> {
    let mut lowered = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    if operation.get("requestBody").is_some() {
        seen.insert("body".to_owned(), "the request body".to_owned());
    }
    let parameters = operation.get("parameters").and_then(Value::as_array);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        let text = |key: &str| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (name, location) = (text("name"), text("in"));
        let child = place.child(&format!("parameters/{index}"), name);
        member::check(member::PARAMETER, parameter, &child.pointer)?;
        if !matches!(location, "path" | "query" | "header") {
            return Err(Error::new(
                format!("{}/in", child.pointer),
                format!("a parameter in `{location}` is not understood"),
                "remove it with an overlay in specs/overlays/",
            ));
        }
        check_style(parameter, location, &child)?;
        let this = format!("`{name}` in {location}");
        if let Some(other) = seen.insert(name.to_snake_case(), this.clone()) {
            return Err(Error::new(
                child.pointer,
                format!("{other} and {this} would have one setter"),
                "rename or remove one of them with an overlay in specs/overlays/",
            ));
        }
        let any = json!({});
        let schema = parameter.get("schema").unwrap_or(&any);
        let child = Place {
            pointer: format!("{}/schema", child.pointer),
            ..child
        };
        let (schema, notes) = union::parameter(components, schema, location == "query", &child)?;
        check_secret(&schema, location, &child)?;
        let schema = as_text(schema, components, &child)?;
        let mut result = json!({
            "name": name,
            "in": location,
            "required": location == "path" || parameter.get("required") == Some(&Value::Bool(true)),
            "schema": schema,
        });
        for (key, value) in notes {
            set(&mut result, &format!("x-{key}"), value);
        }
        for key in ["description", "x-evidence"] {
            if let Some(value) = parameter.get(key) {
                set(&mut result, key, value.clone());
            }
        }
        if parameter.get("deprecated") == Some(&Value::Bool(true)) {
            set(&mut result, "x-deprecated", Value::Bool(true));
        }
        lowered.push(result);
    }
    Ok(lowered)
}

/// A parameter is sent as text: one scalar, or a list of them. JSON would be sent with its quotes.
fn as_text(schema: Value, components: &Components<'_>, place: &Place) -> Result<Value> {
    let object = schema.get("type").is_some_and(|kind| kind == "object");
    match components.kind(&schema) {
        Kind::Free if !object && schema.get("items").is_none() => Ok(json!({ "type": "string" })),
        Kind::Object | Kind::Free if object || schema.get("items").is_none() => Err(Error::new(
            &place.pointer,
            "an object as a parameter is not understood",
            "teach crates/codegen/src/lower/parameters.rs to send it",
        )),
        _ => Ok(schema),
    }
}

/// Only the defaults of OpenAPI are sent: a list in the query is repeated, everything else is text.
fn check_style(parameter: &Value, location: &str, place: &Place) -> Result<()> {
    let (style, explode) = match location {
        "query" => ("form", true),
        _ => ("simple", false),
    };
    for (member, usual) in [("style", json!(style)), ("explode", json!(explode))] {
        if let Some(value) = parameter.get(member).filter(|value| **value != usual) {
            return Err(Error::new(
                format!("{}/{member}", place.pointer),
                format!("`{member}: {value}` of a parameter in `{location}` is not understood"),
                "teach crates/codegen/src/lower/parameters.rs to send it",
            ));
        }
    }
    Ok(())
}

/// A secret is sent as one query parameter: elsewhere it would be shown, or sent as `[redacted]`.
fn check_secret(schema: &Value, location: &str, place: &Place) -> Result<()> {
    let library_type = |schema: &Value| schema.get("$ref")?.as_str().and_then(target);
    let own = library_type(schema);
    let items = schema.get("items").and_then(library_type);
    let refused = match (own.as_deref(), items.as_deref()) {
        (Some("Secret"), _) => location != "query",
        (Some("SecretMap"), _) | (_, Some("Secret" | "SecretMap")) => true,
        _ => false,
    };
    if !refused {
        return Ok(());
    }
    Err(Error::new(
        &place.pointer,
        format!("a secret in `{location}` is not understood, nor one in a list or map"),
        "teach crates/codegen/src/lower/parameters.rs and src/call.rs to send it",
    ))
}
