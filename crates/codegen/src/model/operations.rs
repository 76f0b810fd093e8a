//! How the model's operations are built, with parameters, bodies and results.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;
use syn::parse_quote;

use super::api::{Accepts, Body, Location, Operation, Outcome, Parameter};
use super::notes::{flag, notes, text};
use super::rust_type::Substitutes;
use super::signatures::{Method, Signatures, argument, missing};
use crate::pointer::escape;
use crate::{Error, Result};

/// Methods that builders have beside their setters.
const BUILDER_METHODS: [&str; 4] = ["body", "clone", "send", "stream"];

/// Types that the module of the builders imports.
const USED_BY_BUILDERS: [&str; 17] = [
    "BTreeMap",
    "Borrow",
    "Call",
    "Display",
    "Future",
    "Into",
    "IntoIterator",
    "Map",
    "Method",
    "Operation",
    "Option",
    "Response",
    "Result",
    "Send",
    "Uuid",
    "Value",
    "Vec",
];

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
                .get(&name)
                .ok_or_else(|| missing(&pointer, "method"))?;
            operations.push(Operation {
                parameters: parameters(path, note, signature, substitutes, &pointer)?,
                body: body(note, signature, substitutes, &pointer)?,
                result: outcome(note, signature, substitutes, &pointer)?,
                name,
                id: text(note.get("x-id")).unwrap_or_default(),
                method: method.to_uppercase(),
                path: path.clone(),
                group: text(note.get("x-group")).unwrap_or_default(),
                errors: errors(note),
                deprecated: flag(note, "deprecated"),
                replaced_by: text(note.get("x-replaced-by")),
                evidence: text(note.get("x-evidence")),
                result_evidence: text(note.get("x-result-evidence")),
                authenticated: flag(note, "x-authenticated"),
                idempotent: note.get("x-idempotent").and_then(Value::as_bool),
                deduplicated: note.get("x-deduplicated").and_then(Value::as_bool),
                prose: text(note.get("description")),
            });
        }
    }
    operations.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    check_builders(&operations)?;
    Ok(operations)
}

/// Checks that each builder's name is unique in the module of its group.
fn check_builders(operations: &[Operation]) -> Result<()> {
    for group in operations.chunk_by(|a, b| a.group == b.group) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for Operation {
            name, path, method, ..
        } in group
        {
            let builder = name.to_upper_camel_case();
            let other = seen.insert(builder.clone(), name);
            if other.is_some() || USED_BY_BUILDERS.contains(&builder.as_str()) {
                let conflict = match other {
                    Some(other) => format!("as that of `{other}`"),
                    None => "which the module imports".to_owned(),
                };
                return Err(Error::new(
                    format!("/paths/{}/{}", escape(path), method.to_lowercase()),
                    format!("the builder of `{name}` would be named `{builder}`, {conflict}"),
                    "give the operation another operationId, in the document or with an overlay",
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
        let generated = argument_name(&name);
        let ty = signature
            .arguments
            .get(&generated)
            .ok_or_else(|| missing(&format!("{pointer}/parameters/{index}"), "argument"))?;
        let ident = match generated {
            reserved if BUILDER_METHODS.contains(&reserved.as_str()) => format!("{reserved}_"),
            free => free,
        };
        parameters.push(Parameter {
            ident,
            location: match note.get("in").and_then(Value::as_str) {
                Some("path") => Location::Path,
                Some("header") => Location::Header,
                _ => Location::Query,
            },
            required: flag(note, "required"),
            accepts: accepts(&substitutes.apply_outside(ty)),
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

/// Returns progenitor's name for the argument of a parameter.
fn argument_name(name: &str) -> String {
    let snake = name.to_snake_case();
    if syn::parse_str::<syn::Ident>(&snake).is_ok() {
        snake
    } else {
        format!("{snake}_")
    }
}

fn accepts(ty: &syn::Type) -> Accepts {
    let name = match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
        _ => None,
    };
    match name.as_deref() {
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
    let Some(content) = operation.pointer("/requestBody/content") else {
        return Ok(None);
    };
    let ty = signature
        .arguments
        .get("body")
        .ok_or_else(|| missing(&format!("{pointer}/requestBody"), "body"))?;
    Ok(Some(Body {
        ty: substitutes.apply_outside(ty),
        form: content.get("application/json").is_none(),
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
            let ty = if flag(operation, "x-result-nullable") {
                parse_quote!(Option<#ty>)
            } else {
                ty
            };
            Outcome::Json(Box::new(ty))
        }
    })
}

fn errors(operation: &Value) -> Vec<String> {
    let declared = operation.get("x-errors").and_then(Value::as_array);
    let statuses = declared.into_iter().flatten();
    statuses
        .map(|status| text(Some(status)).unwrap_or_else(|| status.to_string()))
        .collect()
}
