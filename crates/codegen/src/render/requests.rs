//! How the shapes of requests are rendered: as a static table, one line for each operation and shape.

use super::attribute;
use super::feature_gates::FeatureGates;
use crate::model::{Api, Encoding, Limit, Location, Shape};

pub(super) fn requests(api: &Api, gates: &FeatureGates) -> String {
    let requests = api.requests();
    let operations = api.operations.iter().zip(&requests.operations);
    let operations = operations.map(|(operation, request)| {
        let gate = attribute(gates.operation(operation));
        let (method, path) = (&operation.method, &operation.path);
        let required: Vec<&str> = (operation.parameters.iter())
            .filter(|parameter| parameter.required && parameter.location == Location::Query)
            .map(|parameter| parameter.name.as_str())
            .collect();
        let body = operation.body.as_ref().zip(request.body);
        let body = body.map(|(body, shape)| {
            let encoding = match body.encoding {
                Encoding::Json => "Json",
                Encoding::Form => "Form",
                Encoding::Multipart => "Multipart",
            };
            let required = body.required;
            format!(
                "Some(Body {{ encoding: Encoding::{encoding}, required: {required}, shape: {shape} }})"
            )
        });
        format!(
            "        {gate}Operation {{ method: {method:?}, path: {path:?}, parameters: &{:?}, query: &{:?}, \
             required: &{required:?}, body: {} }},\n",
            request.path,
            request.query,
            body.unwrap_or_else(|| "None".to_owned()),
        )
    });
    let operations: String = operations.collect();
    let shapes: String = requests.shapes.iter().map(shape).collect();
    format!(
        "/// What the API accepts.\n\
         pub static REQUESTS: crate::mock::check::table::Requests = {{\n    \
             #[allow(unused_imports, reason = \"not every document needs all of them\")]\n    \
             use crate::mock::check::table::{{Body, Encoding, Limit::*, Operation, Requests, Shape::*}};\n    \
             Requests {{ operations: &[\n{operations}    ], shapes: &[\n{shapes}    ] }}\n\
         }};\n"
    )
}

fn shape(shape: &Shape) -> String {
    let text = match shape {
        Shape::Limited(number, limits) => {
            let limits: Vec<String> = limits.iter().map(limit).collect();
            format!("Limited({number}, &[{}])", limits.join(", "))
        }
        Shape::Enum(texts) => format!("Enum(&{texts:?})"),
        Shape::Tuple(places) => format!("Tuple(&{places:?})"),
        Shape::OneOf(shapes) => format!("OneOf(&{shapes:?})"),
        Shape::Object {
            members,
            required,
            extensible,
        } => format!(
            "Object {{ members: &{members:?}, required: &{required:?}, extensible: {extensible} }}"
        ),
        Shape::Tagged { tag, variants } => {
            format!("Tagged {{ tag: {tag:?}, variants: &{variants:?} }}")
        }
        plain => format!("{plain:?}"),
    };
    format!("        {text},\n")
}

fn limit(limit: &Limit) -> String {
    match limit {
        Limit::AtLeast(number) => format!("AtLeast({number})"),
        Limit::MoreThan(number) => format!("MoreThan({number})"),
        Limit::AtMost(number) => format!("AtMost({number})"),
        Limit::LessThan(number) => format!("LessThan({number})"),
    }
}
