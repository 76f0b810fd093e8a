//! Prints the client that progenitor makes of the lowered Workspace document by itself, in builder
//! style: what `cargo xtask bench build` compares the generated client with.
//!
//! `cargo run -p zenml-codegen --example plain > lib.rs`

use std::path::Path;

use progenitor_impl::{GenerationSettings, InterfaceStyle};
use zenml_codegen::{Result, emit, files, lower};

fn main() -> Result<()> {
    let specs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs"));
    let document = files::load(specs, "workspace", None)?.document()?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let client = emit::generate(lower::lower(&document)?, &settings)?;
    print!("{}", prettyplease::unparse(&client));
    Ok(())
}
