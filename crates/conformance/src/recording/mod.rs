//! What does a folder of recorded responses hold: one file for each body, and `index.json`.

mod recorder;

use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use zenml::StatusCode;

pub use recorder::{Exchange, Extent, Recorder};

const INDEX: &str = "index.json";

/// An entry of `index.json`: one response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the file in the folder that holds the body.
    pub file: String,
    /// The `operationId` of the vendor's document.
    pub operation_id: String,
    /// The HTTP method of the request.
    pub method: String,
    /// Path and query of the request.
    pub path: String,
    /// The status code of the response.
    pub status: u16,
}

/// Reads the index of a folder.
///
/// # Errors
/// Returns an error if the index is missing or malformed.
pub fn index(folder: &Path) -> Result<Vec<Entry>> {
    let path = folder.join(INDEX);
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| {
        format!(
            "{} is not an array of {{file, operation_id, method, path, status}}",
            path.display()
        )
    })
}

impl Entry {
    /// Reads the body.
    ///
    /// # Errors
    /// Returns an error if the file is missing or outside the folder.
    pub fn body(&self, folder: &Path) -> Result<Bytes> {
        let is_inside = Path::new(&self.file)
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        ensure!(is_inside, "{} is outside the folder", self.file);
        let path = folder.join(&self.file);
        let body = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(body.into())
    }

    /// Returns the status code.
    ///
    /// # Errors
    /// Returns an error if the number is not a valid status code.
    pub fn status(&self) -> Result<StatusCode> {
        StatusCode::from_u16(self.status)
            .with_context(|| format!("{}: invalid status code {}", self.file, self.status))
    }
}
