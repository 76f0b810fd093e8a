//! How the model's operations are built, with parameters, bodies and results.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::Value;
use syn::parse_quote;

use super::api::{Accepts, Body, Encoding, Location, Operation, Outcome, Parameter};
use super::notes::{flag, limits, notes, text, versions};
use super::rust_type::Substitutes;
use super::signatures::{Method, Signatures, argument, missing};
use crate::name::{generated_name, is_ident};
use crate::pointer::escape;
use crate::reserved::{BUILDER_IMPORTS, BUILDER_METHODS, unreserved};
use crate::{Error, Result};

pub(super) fn operations(
    signatures: &Signatures,
    lowered: &Value,
    substitutes: &Substitutes,
) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    let paths = lowered.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, note) in item.as_object().into_iter().flatten() {
            let name = text(note.get("operationId")).unwrap_or_default();
            let pointer = format!("/paths/{}/{method}", escape(path));
            let signature = signatures
                .methods
                .get(&generated_name(&name))
                .ok_or_else(|| missing(&pointer, "method"))?;
            operations.push(Operation {
                parameters: parameters(path, note, signature, substitutes, &pointer)?,
                body: body(note, signature, substitutes, &pointer)?,
                result: outcome(note, signature, substitutes, &pointer)?,
                builder: builder(&name),
                name,
                id: text(note.get("x-id")).unwrap_or_default(),
                method: method.to_uppercase(),
                path: path.clone(),
                group: text(note.get("x-group")).unwrap_or_default(),
                errors: texts(note, "x-errors"),
                cookies: texts(note, "x-cookies"),
                deprecated: flag(note, "deprecated"),
                replaced_by: text(note.get("x-replaced-by")),
                evidence: text(note.get("x-evidence")),
                result_evidence: text(note.get("x-result-evidence")),
                authenticated: flag(note, "x-authenticated"),
                idempotent: note.get("x-idempotent").and_then(Value::as_bool),
                deduplicated: note.get("x-deduplicated").and_then(Value::as_bool),
                versions: versions(note.get("x-versions")),
                pro: flag(note, "x-pro"),
                prose: text(note.get("description")),
                meaning: None,
                example: Vec::new(),
            });
        }
    }
    operations.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    check_builders(&operations)?;
    Ok(operations)
}

/// Returns the name of an operation's builder.
fn builder(operation: &str) -> String {
    let name = operation.to_upper_camel_case();
    if BUILDER_IMPORTS.contains(&name.as_str()) || !is_ident(&name) {
        name + "Builder"
    } else {
        name
    }
}

/// Checks that each builder's name is unique in the module of its group.
fn check_builders(operations: &[Operation]) -> Result<()> {
    for group in operations.chunk_by(|a, b| a.group == b.group) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for operation in group {
            let (name, builder) = (&operation.name, &operation.builder);
            if let Some(other) = seen.insert(builder, name) {
                let (path, method) = (escape(&operation.path), operation.method.to_lowercase());
                return Err(Error::in_document(
                    format!("/paths/{path}/{method}"),
                    format!("`{name}` and `{other}` would have the same builder `{builder}`"),
                    "give the operation another operationId",
                ));
            }
        }
    }
    Ok(())
}

fn parameters(
    path: &str,
    operation: &Value,
    signature: &Method,
    substitutes: &Substitutes,
    pointer: &str,
) -> Result<Vec<Parameter>> {
    let mut parameters = Vec::new();
    let declared = operation.get("parameters").and_then(Value::as_array);
    for (index, note) in declared.into_iter().flatten().enumerate() {
        let name = text(note.get("name")).unwrap_or_default();
        let generated = generated_name(&name);
        let ty = signature
            .arguments
            .get(&generated)
            .ok_or_else(|| missing(&format!("{pointer}/parameters/{index}"), "argument"))?;
        parameters.push(Parameter {
            ident: unreserved(&generated, BUILDER_METHODS),
            location: match note.get("in").and_then(Value::as_str) {
                Some("path") => Location::Path,
                Some("header") => Location::Header,
                _ => Location::Query,
            },
            required: flag(note, "required"),
            one_required: flag(note, "x-one-required"),
            accepts: accepts(&substitutes.apply_outside(ty)),
            limits: limits(note, "x-"),
            notes: notes(note, "x-"),
            name,
        });
    }
    let place: BTreeMap<&str, usize> = path
        .match_indices('{')
        .filter_map(|(at, _)| Some((path.get(at + 1..)?.split('}').next()?, at)))
        .collect();
    parameters.sort_by_key(|p| {
        let in_path = place.get(p.name.as_str()).copied();
        (in_path.unwrap_or(usize::MAX), p.name.clone())
    });
    Ok(parameters)
}

/// Returns the name of a type without its path and arguments.
fn name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
        _ => None,
    }
}

fn accepts(ty: &syn::Type) -> Accepts {
    match name(ty).as_deref() {
        Some("Filter") => Accepts::Filter,
        Some("str" | "String") => Accepts::Text,
        Some("Secret") => Accepts::Secret,
        Some("Vec") => Accepts::List(Box::new(argument(ty).unwrap_or(ty).clone())),
        _ => Accepts::Value(Box::new(ty.clone())),
    }
}

fn body(
    operation: &Value,
    signature: &Method,
    substitutes: &Substitutes,
    pointer: &str,
) -> Result<Option<Body>> {
    let Some(request) = operation.get("requestBody") else {
        return Ok(None);
    };
    let content = request.get("content").unwrap_or(&Value::Null);
    let ty = signature
        .arguments
        .get("body")
        .ok_or_else(|| missing(&format!("{pointer}/requestBody"), "body"))?;
    Ok(Some(Body {
        ty: substitutes.apply_outside(ty),
        encoding: if flag(request, "x-multipart") {
            Encoding::Multipart
        } else if content.get("application/json").is_some() {
            Encoding::Json
        } else {
            Encoding::Form
        },
        required: !flag(operation, "x-body-optional"),
    }))
}

fn outcome(
    operation: &Value,
    signature: &Method,
    substitutes: &Substitutes,
    pointer: &str,
) -> Result<Outcome> {
    Ok(match operation.get("x-result").and_then(Value::as_str) {
        Some("empty") => Outcome::Empty,
        Some("text") => Outcome::Text,
        Some("bytes") => Outcome::Bytes,
        Some("events") => Outcome::Events,
        _ => {
            let ty = signature.result.as_ref();
            let ty = ty.ok_or_else(|| missing(&format!("{pointer}/responses"), "result"))?;
            let ty = substitutes.apply_outside(ty);
            let ty = match (name(&ty).as_deref(), argument(&ty)) {
                (Some("Vec"), Some(item)) => parse_quote!(crate::List<#item>),
                _ => ty,
            };
            let ty = if flag(operation, "x-result-nullable") {
                parse_quote!(Option<#ty>)
            } else {
                ty
            };
            Outcome::Json(Box::new(ty))
        }
    })
}

/// Returns a list of texts and numbers in a note.
fn texts(operation: &Value, key: &str) -> Vec<String> {
    let list = operation.get(key).and_then(Value::as_array);
    let items = list.into_iter().flatten();
    items
        .map(|item| text(Some(item)).unwrap_or_else(|| item.to_string()))
        .collect()
}
