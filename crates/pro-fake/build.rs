//! Writes a table of all operations of the Pro API: each with a function that calls the library's
//! typed builder with all its parameters. The test of `typed_calls` sends them to the fake.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use zenml_codegen::files;
use zenml_codegen::model::{Accepts, Api, Operation, type_text};

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=../../specs/pro.json");
    println!("cargo::rerun-if-changed=../../specs/overlays/pro");
    let source = files::load(Path::new("../../specs"), "pro", None)?;
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    fs::write(folder.join("typed_calls.rs"), table(&source.generate()?)?)?;
    Ok(())
}

fn table(api: &Api) -> Result<String, std::fmt::Error> {
    let mut text = "/// All operations, with a call of the typed builder of each.\n\
         const TYPED_CALLS: &[TypedCall] = &[\n"
        .to_owned();
    for operation in &api.operations {
        entry(&mut text, operation)?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn entry(text: &mut String, operation: &Operation) -> std::fmt::Result {
    let Operation {
        name, method, path, ..
    } = operation;
    let values = if operation.parameters.is_empty() && operation.body.is_none() {
        "_"
    } else {
        "values"
    };
    writeln!(
        text,
        "TypedCall {{ operation: \"{method} {path}\", build: |client, {values}| {{\n\
         let call = client.{name}();"
    )?;
    for parameter in &operation.parameters {
        let (name, ident) = (&parameter.name, &parameter.ident);
        let ty = match &parameter.accepts {
            Accepts::Filter | Accepts::Text => "String".to_owned(),
            Accepts::Secret => "zenml::Secret".to_owned(),
            Accepts::List(_) => "Vec<String>".to_owned(),
            Accepts::Value(ty) => type_text(ty),
        };
        writeln!(
            text,
            "let call = match values.parameter::<{ty}>({name:?})? {{\n\
             Some(value) => call.{ident}(value),\n\
             None => call,\n\
             }};"
        )?;
    }
    if let Some(body) = &operation.body {
        writeln!(
            text,
            "let call = match values.body::<{}>()? {{\n\
             Some(body) => call.body(body),\n\
             None => call,\n\
             }};",
            type_text(&body.ty)
        )?;
    }
    writeln!(text, "Ok(send(call.send()))\n}} }},")
}
