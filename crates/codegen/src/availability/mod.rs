//! Which server versions have what? Reads `specs/availability.json`, and applies it to a document.
//!
//! The file contains what differs between the supported versions. A place without a history is the
//! same in each version that has the value around it.

mod apply;
mod history;
mod node;
mod place;
pub mod sending;
mod version;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use apply::apply;
pub use history::{History, State, Versions};
pub use node::{Edge, Node, Nodes};
pub use place::Place;
pub use version::Version;

use crate::canonical::to_text;
use crate::openapi::{Declaration, operations};
use crate::{Error, Result};

/// What the supported versions of a server have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// The oldest supported version.
    pub floor: Version,
    /// The newest version, which the document in `specs/` describes.
    pub newest: Version,
    /// The operations that are not the same in all versions, by [`operation_key`].
    pub operations: BTreeMap<String, Operation>,
}

/// What differs between the versions of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Operation {
    /// Which versions have it, if not all do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exists: Option<History>,
    /// Whether only a Pro workspace has it.
    #[serde(skip_serializing_if = "is_false")]
    pub pro: bool,
    /// Its query parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, History>,
    /// Its header parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, History>,
    /// The places in its request body.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub request: BTreeMap<Place, History>,
    /// The places in its response. A schema that several responses lead to is described once, at the
    /// place with the shortest way to it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub response: BTreeMap<Place, History>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Availability {
    /// Reads the text of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is malformed.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| {
            Error::new(
                "",
                format!("malformed: {error}"),
                "restore the file with git, or write it again with `cargo xtask availability`",
            )
        })
    }

    /// Returns the text of the file: sorted, indented by two spaces, one newline at the end.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be written as JSON.
    pub fn text(&self) -> Result<String> {
        let value = serde_json::to_value(self);
        let value = value.map_err(|error| Error::bug("", error.to_string()))?;
        // serde_json's own map may be built to keep the order of insertion; this one sorts.
        Ok(to_text(&sorted(value)))
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let entries: BTreeMap<String, Value> = object
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            Value::Object(entries.into_iter().collect())
        }
        other => other,
    }
}

/// Returns the key of an operation: method and path, without the names of the path's parameters.
pub fn operation_key(method: &str, path: &str) -> String {
    let mut key = format!("{} ", method.to_uppercase());
    for (index, piece) in path.split('{').enumerate() {
        match piece.split_once('}') {
            Some((_, rest)) if index > 0 => key.extend(["{}", rest]),
            _ => key.push_str(piece),
        }
    }
    key
}

/// Returns the operations of a document by [`operation_key`].
pub fn operations_by_key(document: &Value) -> BTreeMap<String, Declaration<'_>> {
    operations(document)
        .map(|found| (operation_key(found.method, found.path), found))
        .collect()
}
