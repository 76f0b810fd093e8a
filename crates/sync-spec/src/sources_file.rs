//! What does `specs/sources.toml` record about each document?

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::api::Api;
use crate::checksum::sha256;
use crate::document::Document;

const HEADER: &str = "\
# Where each document in this folder came from. Written by `cargo xtask sync-spec`, explained in
# README.md, and compared with the documents by `cargo test -p zenml-codegen`.
#
# raw_sha256 is over the bytes as fetched, canonical_sha256 over the file in this folder.

";

/// The contents of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcesFile {
    workspace: Entry,
    pro: Entry,
}

/// The origin of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    title: String,
    version: String,
    operations: usize,
    schemas: usize,
    /// Where it was fetched.
    origin: String,
    /// The versions of the packages that printed it: other versions declare the same API
    /// differently.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    printed_by: Option<String>,
    /// The date, in UTC.
    retrieved: String,
    raw_sha256: String,
    canonical_sha256: String,
}

impl Entry {
    /// Creates the entry of a document that was fetched on the date `today`.
    pub fn new(document: &Document, today: &str) -> Self {
        Self {
            title: document.summary.title.clone(),
            version: document.summary.version.clone(),
            operations: document.summary.operations,
            schemas: document.summary.schemas,
            origin: document.origin.clone(),
            printed_by: document.printed_by.clone(),
            retrieved: today.to_owned(),
            raw_sha256: document.raw_sha256.clone(),
            canonical_sha256: sha256(document.text.as_bytes()),
        }
    }

    /// Returns whether both entries name the same document, wherever and whenever it was fetched.
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
    /// Parses the file.
    ///
    /// # Errors
    /// Returns an error if an entry is missing, unknown or malformed.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("cannot parse specs/sources.toml; restore it with git")
    }

    /// Returns the entry of an API.
    pub const fn entry(&self, api: Api) -> &Entry {
        match api {
            Api::Workspace => &self.workspace,
            Api::Pro => &self.pro,
        }
    }

    /// Replaces the entry of an API.
    pub fn set(&mut self, api: Api, entry: Entry) {
        match api {
            Api::Workspace => self.workspace = entry,
            Api::Pro => self.pro = entry,
        }
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// Returns an error if a value cannot be written as TOML.
    pub fn text(&self) -> Result<String> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }
}
