//! Writes signatures: as short as possible, but with everything that may break.

use zenml_codegen::model::{
    Accepts, Body, Operation, Outcome, Parameter, Presence, Struct, type_text,
};
use zenml_codegen::public_api::field_type;

/// Returns the result type of a call.
pub(super) fn result(operation: &Operation) -> String {
    match &operation.result {
        Outcome::Json(ty) => type_text(ty),
        Outcome::Empty => "()".to_owned(),
        Outcome::Text => "String".to_owned(),
        Outcome::Bytes => "ByteStream".to_owned(),
        Outcome::Events => "EventStream".to_owned(),
    }
}

pub(super) fn method(operation: &Operation) -> String {
    format!("{}() -> {}", operation.name, result(operation))
}

/// Returns the argument type of a setter.
pub(super) fn accepts(accepts: &Accepts) -> String {
    match accepts {
        Accepts::Filter => "impl Into<Filter>".to_owned(),
        Accepts::Text => "impl Display".to_owned(),
        Accepts::List(_) => "impl IntoIterator<Item = impl Display>".to_owned(),
        Accepts::Secret => "impl Into<Secret>".to_owned(),
        Accepts::Value(ty) => type_text(ty),
    }
}

pub(super) fn setter(operation: &Operation, parameter: &Parameter) -> String {
    let (name, ident) = (&operation.name, &parameter.ident);
    format!("{name}().{ident}({})", accepts(&parameter.accepts))
}

pub(super) fn body(operation: &Operation, body: &Body) -> String {
    format!("{}().body(&{})", operation.name, type_text(&body.ty))
}

/// Returns the constructor of a struct; `None` if the struct is only received.
pub(super) fn constructor(name: &str, structure: &Struct) -> Option<String> {
    if !structure.sent {
        return None;
    }
    let needed = structure
        .fields
        .iter()
        .filter(|field| field.presence == Presence::Required);
    let arguments = needed
        .filter(|field| field.constant.is_none())
        .map(|needed| {
            let ty = field_type(needed);
            let ty = if ty == "String" {
                "impl Into<String>".to_owned()
            } else {
                ty
            };
            format!("{}: {ty}", needed.ident)
        });
    let arguments: Vec<String> = arguments.collect();
    Some(if arguments.is_empty() {
        format!("{name}::default()")
    } else {
        format!("{name}::new({})", arguments.join(", "))
    })
}
