//! How it is rendered what a mock server can expect: the builders of requests, with the form and type of
//! their responses.

use quote::quote;

use super::{attribute, feature_gates::FeatureGates};
use crate::model::{Api, ListForm, Operation, Outcome};

pub(super) fn expectations(api: &Api, gates: &FeatureGates) -> String {
    let lines = api.operations.iter().map(|operation| {
        let gate = attribute(gates.operation(operation));
        let Operation { group, builder, .. } = operation;
        let (form, response) = response(operation);
        format!("    {gate}api::{group}::{builder} = {form} {response};\n")
    });
    format!(
        "crate::mock::expect::expectable! {{\n{}}}\n",
        lines.collect::<String>()
    )
}

fn response(operation: &Operation) -> (&'static str, String) {
    match &operation.result {
        Outcome::Json(ty) => {
            let form = match operation.list() {
                Some((ListForm::Page, _)) => "page",
                Some((ListForm::Array, _)) => "list",
                None => "json",
            };
            (form, quote!(#ty).to_string().replace(' ', ""))
        }
        Outcome::Empty => ("json", "()".to_owned()),
        Outcome::Text => ("text", "String".to_owned()),
        Outcome::Bytes => ("bytes", "bytes::Bytes".to_owned()),
        Outcome::Events => ("events", "crate::mock::Events".to_owned()),
    }
}
