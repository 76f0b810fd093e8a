//! Generates both clients into `OUT_DIR`, and what the feature `mock` needs of them. The documents are those in
//! `specs/`, or those that environment variables name.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use zenml_codegen::files;
use zenml_codegen::render::{self, Options};

/// Each API, the variable that names another document for it, and the properties of its server.
const APIS: [(&str, &str, Options); 2] = [
    (
        "workspace",
        "ZENML_WORKSPACE_SPEC",
        Options {
            client: "WorkspaceClient",
            variable: "client",
            deduplicates_post: true,
            inferred_feature: "pro-inferred",
        },
    ),
    (
        "pro",
        "ZENML_PRO_SPEC",
        Options {
            client: "ProClient",
            variable: "pro",
            deduplicates_post: false,
            inferred_feature: "pro-inferred",
        },
    ),
];

pub fn main() -> ExitCode {
    for (api, variable, options) in APIS {
        if api == "pro" && env::var_os("CARGO_FEATURE_PRO").is_none() {
            continue;
        }
        if let Err(error) = generate(api, variable, options) {
            println!("cargo::error={api} API: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn generate(api: &str, variable: &str, options: Options) -> Result<(), String> {
    let specs = Path::new("specs");
    println!("cargo::rerun-if-env-changed={variable}");
    let external = files::path_in_variable(variable, env::var_os(variable))
        .map_err(|error| error.to_string())?;
    println!("cargo::rerun-if-changed=specs/overlays/{api}");
    println!("cargo::rerun-if-changed=specs/availability.json");
    match &external {
        Some(path) => println!("cargo::rerun-if-changed={}", path.display()),
        None => println!("cargo::rerun-if-changed=specs/{api}.json"),
    }
    let source = files::load(specs, api, external.as_deref()).map_err(|error| match &external {
        Some(_) => format!("{variable}: {error}"),
        None => error.to_string(),
    })?;
    let model = source.generate().map_err(|error| error.to_string())?;
    for left_out in &model.left_out {
        let (part, reason) = (&left_out.part, &left_out.reason);
        println!("cargo::warning={api} API: {part} is left out: {reason}");
    }
    write(&format!("{api}.rs"), &render::render(&model, options))?;
    if env::var_os("CARGO_FEATURE_MOCK").is_some() {
        let mock = render::mock(&model, options);
        write(&format!("{api}_mock.rs"), &mock)?;
    }
    Ok(())
}

fn write(file: &str, text: &str) -> Result<(), String> {
    let folder = env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?;
    let file = Path::new(&folder).join(file);
    fs::write(&file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}
