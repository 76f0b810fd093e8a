//! Prints the canonical form of an OpenAPI document:
//! `cargo run -p zenml-codegen --example canonicalise -- openapi.json > specs/workspace.json`

use zenml_codegen::canonical::{Prose, canonical, to_text};
use zenml_codegen::read::read;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os()
        .nth(1)
        .ok_or("which document? Give the path of an OpenAPI 3.1 document")?;
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    print!("{}", to_text(&canonical(&read(&text)?, Prose::Strip)));
    Ok(())
}
