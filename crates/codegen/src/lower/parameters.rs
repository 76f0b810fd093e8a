//! How parameters are lowered: what each accepts, and how it is sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::components::{Components, SchemaContext};
use super::keyword;
use super::lowered_schema::{copy_docs, set};
use super::member;
use super::union::{self, Kind};
use crate::name::{generated_name, is_ident};
use crate::{Error, Result, reference};

pub(super) fn parameters(
    path: &str,
    operation: &Value,
    context: &SchemaContext,
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
        let child = context.child(&format!("parameters/{index}"), name);
        // The index is that of the canonical form.
        let named = |error: Error| Error {
            problem: format!("{} (parameter `{name}`)", error.problem),
            ..error
        };
        member::check(member::PARAMETER, parameter, &child.pointer).map_err(named)?;
        if location == "cookie" {
            continue;
        }
        if !matches!(location, "path" | "query" | "header") {
            return Err(named(Error::unsupported(
                format!("{}/in", child.pointer),
                format!("a parameter in `{location}`"),
            )));
        }
        check_style(parameter, location, &child).map_err(named)?;
        let setter = generated_name(name);
        if !is_ident(&setter) {
            return Err(Error::in_document(
                child.pointer,
                format!(
                    "the parameter `{name}` would have the setter `{setter}`, which is not a valid name"
                ),
                "rename or remove it",
            ));
        }
        let this = format!("`{name}` in {location}");
        if let Some(other) = seen.insert(setter, this.clone()) {
            return Err(Error::in_document(
                child.pointer,
                format!("{other} and {this} would have the same setter"),
                "rename or remove one of them",
            ));
        }
        let any = json!({});
        let schema = parameter.get("schema").unwrap_or(&any);
        let child = SchemaContext {
            pointer: format!("{}/schema", child.pointer),
            ..child
        };
        let limits = keyword::limits(schema, false);
        let lowered_schema = union::parameter(components, schema, location == "query", &child);
        let (schema, notes) = lowered_schema.map_err(named)?;
        check_secret(&schema, location, &child).map_err(named)?;
        let schema = as_text(schema, components, &child).map_err(named)?;
        let mut result = json!({
            "name": name,
            "in": location,
            "required": location == "path" || parameter.get("required") == Some(&Value::Bool(true)),
            "schema": schema,
        });
        for (key, value) in notes {
            set(&mut result, &format!("x-{key}"), value);
        }
        if !limits.is_empty() {
            set(&mut result, "x-limits", Value::Object(limits));
        }
        copy_docs(parameter, &mut result);
        if parameter.get("deprecated") == Some(&Value::Bool(true)) {
            set(&mut result, "x-deprecated", Value::Bool(true));
        }
        if parameter.get("x-one-required") == Some(&Value::Bool(true)) {
            set(&mut result, "x-one-required", Value::Bool(true));
        }
        lowered.push(result);
    }
    check_path(path, &lowered, context)?;
    Ok(lowered)
}

/// Returns the names of the cookies that an operation reads. They are documentation only: credentials
/// are sent in headers, and the client keeps no cookies.
pub(super) fn cookies(operation: &Value) -> Vec<&str> {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let cookies = parameters.into_iter().flatten();
    cookies
        .filter(|parameter| parameter.get("in").is_some_and(|place| place == "cookie"))
        .filter_map(|parameter| parameter.get("name")?.as_str())
        .collect()
}

/// Checks that the path starts with a slash, and that the parameters in it are those of its template.
fn check_path(path: &str, parameters: &[Value], context: &SchemaContext) -> Result<()> {
    if !path.starts_with('/') {
        return Err(Error::in_document(
            &context.pointer,
            format!("the path `{path}` does not start with a slash"),
            "correct the path",
        ));
    }
    let in_path = |parameter: &&Value| parameter.get("in") == Some(&json!("path"));
    let names = parameters.iter().filter(in_path);
    let declared: BTreeSet<&str> = names
        .filter_map(|parameter| parameter.get("name")?.as_str())
        .collect();
    let templated = template_names(path).ok_or_else(|| {
        Error::in_document(
            &context.pointer,
            format!("the braces of the path `{path}` do not enclose names"),
            "correct the path",
        )
    })?;
    if let Some(name) = templated.difference(&declared).next() {
        return Err(Error::in_document(
            &context.pointer,
            format!("the path has `{{{name}}}`, but the operation does not declare this parameter"),
            "declare it `in: path`",
        ));
    }
    match declared.difference(&templated).next() {
        None => Ok(()),
        Some(name) => Err(Error::in_document(
            &context.pointer,
            format!("the parameter `{name}` is not in the path `{path}`"),
            "write it in the path, or remove it",
        )),
    }
}

/// Returns the names between braces in a path, or `None` if a brace has no counterpart.
fn template_names(path: &str) -> Option<BTreeSet<&str>> {
    let mut names = BTreeSet::new();
    let mut pieces = path.split('{');
    if pieces.next()?.contains('}') {
        return None;
    }
    for piece in pieces {
        let (name, rest) = piece.split_once('}')?;
        if name.is_empty() || rest.contains('}') {
            return None;
        }
        names.insert(name);
    }
    Some(names)
}

/// Returns the schema of a parameter, which is sent as text: one scalar, or a list of scalars.
fn as_text(schema: Value, components: &Components<'_>, context: &SchemaContext) -> Result<Value> {
    let object = schema.get("type").is_some_and(|kind| kind == "object");
    match components.kind(&schema) {
        Kind::Free if !object && schema.get("items").is_none() => Ok(json!({ "type": "string" })),
        Kind::Object | Kind::Free if object || schema.get("items").is_none() => Err(
            Error::unsupported(&context.pointer, "an object as a parameter"),
        ),
        _ => Ok(schema),
    }
}

/// Checks that a parameter has OpenAPI's default style: in the query, a list repeats the parameter.
fn check_style(parameter: &Value, location: &str, context: &SchemaContext) -> Result<()> {
    let (style, explode) = match location {
        "query" => ("form", true),
        _ => ("simple", false),
    };
    for (member, usual) in [("style", json!(style)), ("explode", json!(explode))] {
        if let Some(value) = parameter.get(member).filter(|value| **value != usual) {
            return Err(Error::unsupported(
                format!("{}/{member}", context.pointer),
                format!("`{member}: {value}` of a parameter in `{location}`"),
            ));
        }
    }
    Ok(())
}

/// Checks that a secret is a single query parameter: elsewhere it would be shown, or sent as
/// `[redacted]`.
fn check_secret(schema: &Value, location: &str, context: &SchemaContext) -> Result<()> {
    let own = reference::target_of(schema);
    let items = schema.get("items").and_then(reference::target_of);
    let construct = match (own.as_deref(), items.as_deref()) {
        (Some("Secret"), _) if location != "query" => format!("a secret in `{location}`"),
        (Some("SecretMap"), _) | (_, Some("Secret" | "SecretMap")) => {
            "a list or map of secrets as a parameter".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Error::unsupported(&context.pointer, construct))
}
