//! Prints the client that progenitor itself generates from the lowered Workspace document, in
//! builder style. `cargo xtask bench build` compares the generated client with it.
//!
//! `cargo run -p zenml-codegen --example plain > lib.rs`

use std::path::Path;

use progenitor_impl::{GenerationSettings, InterfaceStyle};
use zenml_codegen::{Result, files, lower, progenitor};

fn main() -> Result<()> {
    let specs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs"));
    let document = files::load(specs, "workspace", None)?.document()?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let client = progenitor::generate_with(lower::lower(&document)?, &settings)?;
    print!("{}", prettyplease::unparse(&client));
    Ok(())
}
