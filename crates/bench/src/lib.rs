//! What are the calls whose cost is measured? The clients that make them, and the server that responds.

pub mod clients;
pub mod server;

use std::path::Path;

/// Result of a measurement.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Returns the root of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
