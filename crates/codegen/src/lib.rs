//! Turns an OpenAPI document of ZenML into the Rust of the `zenml` crate.
//!
//! One module per stage, each a pure function over values; data flows one way:
//! [`read`] → [`canonical`] → [`overlay`] → [`lower`] → [`emit`] → [`refine`] → [`render`], and
//! [`surface`] lists what came out. [`generate`] is the whole way.
#![warn(missing_docs)]

pub mod api;
pub mod canonical;
pub mod emit;
mod error;
pub mod files;
pub mod lower;
pub mod overlay;
pub mod read;
pub mod refine;
pub mod render;
pub mod surface;

pub use error::{Error, Result};

use serde_json::Value;

/// Whose document is generated from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The project's own: a correction that matches nothing is stale, an error.
    Specs,
    /// Another server's: corrections apply where they match.
    Elsewhere,
}

/// Reads a document, raw or canonical, and applies the corrections.
///
/// Descriptions in the document stay.
///
/// # Errors
///
/// See [`read`], [`canonical`] and [`overlay`].
pub fn corrected(text: &str, overlays: &[Value], origin: Origin) -> Result<Value> {
    let document = read::read(text)?;
    let mut document = canonical::canonical(&document, canonical::Prose::Keep);
    for overlay in overlays {
        document = match origin {
            Origin::Specs => overlay::apply(document, overlay)?,
            Origin::Elsewhere => overlay::apply_matching(document, overlay)?.0,
        };
    }
    if origin == Origin::Elsewhere {
        lower::drop_missing_replacements(&mut document);
        lower::allow_unknown_variants(&mut document);
    }
    Ok(document)
}

/// Builds the model of an API from its document, which is first [`corrected`].
///
/// Descriptions in the document become rustdoc.
///
/// # Errors
///
/// See each stage.
pub fn generate(text: &str, overlays: &[Value], origin: Origin) -> Result<api::Api> {
    let lowered = lower::lower(&corrected(text, overlays, origin)?)?;
    let emitted = emit::emit(&lowered)?;
    refine::refine(&emitted, &lowered)
}
