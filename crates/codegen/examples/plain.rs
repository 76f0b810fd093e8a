//! Prints the client that progenitor itself generates from the lowered Workspace document, in
//! builder style. `cargo xtask bench build` compares the generated client with it.
//!
//! `cargo run -p zenml-codegen --example plain > lib.rs`

use std::{env, path::PathBuf};

use progenitor_impl::{GenerationSettings, InterfaceStyle};
use zenml_codegen::{Result, files, lower, progenitor};

fn main() -> Result<()> {
    // At run time, so that two checkouts can share a target folder.
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let document = files::load(&package.join("../../specs"), "workspace", None)?.document()?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let client = progenitor::generate_with(lower::lower(&document)?, &settings)?;
    print!("{}", prettyplease::unparse(&client));
    Ok(())
}
