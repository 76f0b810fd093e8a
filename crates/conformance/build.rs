//! Generates a table of the operations of each API, and writes its document with the overlays
//! applied. The table tells into which of the library's types each response is decoded. Other tables have
//! the types with samples, and calls of all builders.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use serde_json::{Map, Value};
use zenml_codegen::model::{Accepts, Api, ListForm, Location, Operation, Outcome, type_text};
use zenml_codegen::name::type_name;
use zenml_codegen::{canonical, files};

/// The APIs, and the environment variables that name another document, as in the library's build.
const APIS: [(&str, &str); 2] = [
    ("workspace", "ZENML_WORKSPACE_SPEC"),
    ("pro", "ZENML_PRO_SPEC"),
];

fn main() -> ExitCode {
    for (api, variable) in APIS {
        if let Err(error) = generate(api, variable) {
            println!("cargo::error={api} API: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn generate(api: &str, variable: &str) -> Result<(), Box<dyn Error>> {
    let specs = Path::new("../../specs");
    println!("cargo::rerun-if-env-changed={variable}");
    let other = files::path_in_variable(variable, env::var_os(variable))?;
    println!("cargo::rerun-if-changed=../../specs/overlays/{api}");
    println!("cargo::rerun-if-changed=../../specs/availability.json");
    match &other {
        Some(path) => println!("cargo::rerun-if-changed={}", path.display()),
        None => println!("cargo::rerun-if-changed=../../specs/{api}.json"),
    }
    let source = files::load(specs, api, other.as_deref())?;
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    let (document, model) = (source.document()?, source.generate()?);
    fs::write(
        folder.join(format!("{api}.json")),
        canonical::to_text(&document),
    )?;
    fs::write(folder.join(format!("{api}.rs")), table(api, &model)?)?;
    let samples = samples(api, &model, &document);
    fs::write(folder.join(format!("{api}_samples.rs")), samples)?;
    fs::write(
        folder.join(format!("{api}_requests.rs")),
        requests(api, &model),
    )?;
    Ok(())
}

/// Returns the table of the types with samples, and the schema of each, if the document names it.
fn samples(api: &str, model: &Api, document: &Value) -> String {
    let schemas = document.pointer("/components/schemas");
    let names = schemas
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys);
    let schemas: BTreeMap<String, &String> = names.map(|name| (type_name(name), name)).collect();
    let lines = model.received().into_iter().map(|name| {
        let schema = schemas.get(&name);
        format!("    Entry::of::<zenml::{api}::types::{name}>({name:?}, {schema:?}, zenml::{api}::types::{name}::sample),\n")
    });
    format!("vec![\n{}]\n", lines.collect::<String>())
}

/// Returns a table of calls of all builders, each with all parameters.
fn requests(api: &str, model: &Api) -> String {
    let calls = model.operations.iter().map(|operation| {
        let value = |ty| {
            let sample = model.sample(ty).unwrap_or_default().to_string();
            let ty = type_text(ty);
            format!("read::<{ty}>({sample:?})")
        };
        let Operation {
            name, method, path, ..
        } = operation;
        let setters = operation.parameters.iter().map(|parameter| {
            let value = match &parameter.accepts {
                Accepts::Filter | Accepts::Text | Accepts::Secret => "\"text\"".to_owned(),
                Accepts::List(ty) => format!("[{}]", value(ty.as_ref())),
                Accepts::Value(ty) => value(ty.as_ref()),
            };
            format!(".{}({value})", parameter.ident)
        });
        let setters: String = setters.collect();
        let body = operation
            .body
            .iter()
            .map(|body| format!(".body({})", value(&body.ty)));
        let body: String = body.collect();
        format!(
            "    Entry {{ operation: \"{method} {path}\", send: |client| \
             sent(client.{name}(){setters}{body}.send()) }},\n"
        )
    });
    format!(
        "{{\n#[allow(unused_imports, reason = \"not every document needs every import\")]\n\
         use {{\n\
             std::collections::BTreeMap, uuid::Uuid,\n\
             zenml::{api}::types::*, zenml::{{Json, JsonObject, Secret, Timestamp}},\n\
         }};\n\
         vec![\n{}]\n}}\n",
        calls.collect::<String>()
    )
}

fn table(api: &str, model: &Api) -> Result<String, std::fmt::Error> {
    let mut text = format!(
        "#[allow(unused_imports, reason = \"not every document needs every import\")]\n\
         use {{\n\
             std::collections::BTreeMap, uuid::Uuid,\n\
             zenml::{api}::types::*, zenml::{{Json, JsonObject, List, Page, Secret, Timestamp}},\n\
         }};\n\
         use crate::operation::{{self, Body, Location, Operation, Parameter}};\n\
         /// The operations, sorted by id.\n\
         pub static OPERATIONS: &[Operation] = &[\n",
    );
    let mut operations: Vec<&Operation> = model.operations.iter().collect();
    operations.sort_by(|a, b| a.id.cmp(&b.id));
    for operation in operations {
        entry(&mut text, operation)?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn entry(text: &mut String, operation: &Operation) -> std::fmt::Result {
    let Operation {
        name,
        id,
        method,
        path,
        authenticated,
        ..
    } = operation;
    let body = match &operation.result {
        Outcome::Json(ty) => {
            let (function, ty) = match operation.list() {
                Some((ListForm::Page, item)) => ("round_trip_page", item),
                Some((ListForm::Array, item)) => ("round_trip_array", item),
                None => ("round_trip", &**ty),
            };
            format!("Json(operation::{function}::<{}>)", type_text(ty))
        }
        Outcome::Empty => "Json(operation::round_trip::<()>)".to_owned(),
        Outcome::Text => "Text".to_owned(),
        Outcome::Bytes => "Bytes".to_owned(),
        Outcome::Events => "Events".to_owned(),
    };
    writeln!(
        text,
        "Operation {{ call: zenml::__private::Operation {{ name: {name:?}, id: {id:?}, \
         method: zenml::Method::{method}, path: {path:?}, required_query: &[], \
         body_required: false, idempotent: true, deduplicated: false, authenticated: {authenticated}, \
         project: {:?}, rules: Some(&[]) }}, body: Body::{body}, parameters: &[",
        operation.project_parameter(),
    )?;
    for parameter in &operation.parameters {
        let location = match parameter.location {
            Location::Path => "Path",
            Location::Query => "Query",
            Location::Header => "Header",
        };
        writeln!(
            text,
            "Parameter {{ name: {:?}, location: Location::{location}, required: {}, secret: {} }},",
            parameter.name,
            parameter.required,
            matches!(parameter.accepts, Accepts::Secret),
        )?;
    }
    text.push_str("] },\n");
    Ok(())
}
