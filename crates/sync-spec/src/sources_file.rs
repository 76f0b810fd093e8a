//! `specs/sources.toml`: where each document came from.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::api::Api;
use crate::document::{Document, sha256};

const HEADER: &str = "\
# Where each document in this folder came from. Written by `cargo xtask sync-spec`, explained in
# README.md, and compared with the documents by `cargo test -p zenml-codegen`.
#
# raw_sha256 is over the bytes as obtained, canonical_sha256 over the file in this folder.

";

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcesFile {
    workspace: Entry,
    pro: Entry,
}

/// What it says of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    title: String,
    version: String,
    operations: usize,
    schemas: usize,
    /// Where it was obtained.
    origin: String,
    /// What wrote it: other versions word the same API otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    printed_by: Option<String>,
    /// The day, in UTC.
    retrieved: String,
    raw_sha256: String,
    canonical_sha256: String,
}

impl Entry {
    /// For a document that is obtained on the day `today`.
    pub fn new(document: &Document, today: &str) -> Self {
        Self {
            title: document.facts.title.clone(),
            version: document.facts.version.clone(),
            operations: document.facts.operations,
            schemas: document.facts.schemas,
            origin: document.origin.clone(),
            printed_by: document.printed_by.clone(),
            retrieved: today.to_owned(),
            raw_sha256: document.raw_sha256.clone(),
            canonical_sha256: sha256(document.text.as_bytes()),
        }
    }

    /// Whether it speaks of the same document, wherever and whenever that was obtained.
    pub fn is_same_document(&self, other: &Self) -> bool {
        (&self.title, &self.version, self.operations, self.schemas)
            == (
                &other.title,
                &other.version,
                other.operations,
                other.schemas,
            )
            && self.canonical_sha256 == other.canonical_sha256
    }
}

impl SourcesFile {
    /// Reads it.
    ///
    /// # Errors
    /// When the text is not such a file.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("specs/sources.toml is not understood")
    }

    /// What it says of an API's document.
    pub const fn entry(&self, api: Api) -> &Entry {
        match api {
            Api::Workspace => &self.workspace,
            Api::Pro => &self.pro,
        }
    }

    /// Says something else of an API's document.
    pub fn set(&mut self, api: Api, entry: Entry) {
        match api {
            Api::Workspace => self.workspace = entry,
            Api::Pro => self.pro = entry,
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When a value cannot be said in TOML.
    pub fn text(&self) -> Result<String> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }
}
