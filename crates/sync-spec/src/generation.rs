//! What is generated from a document?

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, anyhow};
use serde_json::Value;
use zenml_codegen::availability::Availability;
use zenml_codegen::{SpecSource, generate, model};

/// Generates code from a document.
///
/// # Errors
/// Returns an error with the place in the document if that is not possible.
pub fn generated(
    text: &str,
    availability: Option<&Availability>,
    overlays: &[Value],
    source: SpecSource,
) -> Result<model::Api> {
    // A panic of the generator must not cost the comparison of the documents.
    let generated = catch_unwind(AssertUnwindSafe(|| {
        generate(text, availability, overlays, source)
    }));
    let generated = generated.map_err(|_| anyhow!("the code generator panicked; report a bug"))?;
    Ok(generated?)
}
