//! Turns an OpenAPI document of ZenML into the Rust of the `zenml` crate.
//!
//! One module per stage, each a pure function over values; data flows one way:
//! [`read`] → [`canonical`] → [`availability`] → [`overlay`] → [`lower`] → [`progenitor`] →
//! [`model`] → [`descriptions`] → [`render`].
//! [`public_api`] lists what a model declares. [`generate`] runs the stages up to the model, and
//! [`files`] reads documents and overlays from disk.
#![warn(missing_docs)]

pub mod availability;
pub mod canonical;
pub mod descriptions;
mod error;
mod external;
pub mod files;
mod left_out;
pub mod lower;
pub mod model;
pub mod name;
pub mod openapi;
pub mod overlay;
pub mod pointer;
pub mod progenitor;
pub mod public_api;
pub mod read;
pub mod reference;
pub mod render;
pub mod reserved;
mod spec_source;

pub use error::{Error, Result};
pub use left_out::LeftOut;
pub use spec_source::SpecSource;

use serde_json::Value;

use availability::Availability;

/// Reads a document, raw or canonical, and applies the availability and the corrections.
/// Descriptions are kept.
///
/// # Errors
///
/// See [`read`], [`availability::apply`] and [`overlay`].
pub fn corrected(
    text: &str,
    availability: Option<&Availability>,
    overlays: &[Value],
    source: SpecSource,
) -> Result<Value> {
    let document = match source {
        SpecSource::Committed => read::read(text)?,
        SpecSource::External => read::read_external(text)?,
    };
    let mut document = canonical::canonical(&document, canonical::Prose::Keep);
    if let Some(availability) = availability {
        availability::apply(&mut document, availability, source)?;
    }
    for overlay in overlays {
        document = match source {
            SpecSource::Committed => overlay::apply(document, overlay)?,
            SpecSource::External => overlay::apply_matching(document, overlay)?.0,
        };
    }
    if source == SpecSource::External {
        spec_source::relax(&mut document);
    }
    Ok(document)
}

/// Builds the model of an API from its document, after [`corrected`].
///
/// Descriptions in the document become rustdoc. An operation of another server's document that
/// cannot be expressed is left out.
///
/// # Errors
///
/// See each stage.
pub fn generate(
    text: &str,
    availability: Option<&Availability>,
    overlays: &[Value],
    source: SpecSource,
) -> Result<model::Api> {
    let document = corrected(text, availability, overlays, source)?;
    let servers = availability.map(|availability| model::Servers {
        oldest: availability.floor.clone(),
        routes: availability::sending::routes(&document, availability),
    });
    let build = |document: &Value| {
        let build = || {
            let lowered = lower::lower(document)?;
            let build = || model::build(&progenitor::generate(&lowered)?, &lowered);
            build().map_err(|error| left_out::located(error, document, &lowered))
        };
        build().map_err(|error| error.for_reader(source))
    };
    let (api, left_out) = match source {
        SpecSource::Committed => (build(&document)?, Vec::new()),
        SpecSource::External => left_out::build_without(document, build)?,
    };
    Ok(model::Api {
        left_out,
        servers,
        ..api
    })
}
