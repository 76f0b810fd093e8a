//! Build script of the published package: copies the generated code that the package carries, or generates it
//! with the feature `generate`.

#[cfg(feature = "generate")]
mod generate;

use std::process::ExitCode;

#[cfg(feature = "generate")]
fn main() -> ExitCode {
    generate::main()
}

#[cfg(not(feature = "generate"))]
fn main() -> ExitCode {
    match copy() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(feature = "generate"))]
fn copy() -> Result<(), String> {
    use std::path::Path;
    use std::{env, fs};

    let folder = env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?;
    println!("cargo::rerun-if-changed=generated");
    for (api, variable) in [
        ("workspace", "ZENML_WORKSPACE_SPEC"),
        ("pro", "ZENML_PRO_SPEC"),
    ] {
        println!("cargo::rerun-if-env-changed={variable}");
        if api == "pro" && env::var_os("CARGO_FEATURE_PRO").is_none() {
            continue;
        }
        if env::var_os(variable).is_some_and(|value| !value.is_empty()) {
            return Err(format!(
                "{variable} names a document, but zenml was built without its generator; enable the \
                 feature `generate` of zenml, or unset the variable"
            ));
        }
        let mock = env::var_os("CARGO_FEATURE_MOCK").map(|_| format!("{api}_mock.rs"));
        for file in [format!("{api}.rs")].into_iter().chain(mock) {
            fs::copy(Path::new("generated").join(&file), Path::new(&folder).join(&file))
                .map_err(|error| format!("cannot copy generated/{file}: {error}"))?;
        }
    }
    Ok(())
}
