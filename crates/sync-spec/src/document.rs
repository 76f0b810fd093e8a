//! What was obtained, checked and in canonical form.

use std::fmt::Write as _;
use std::str;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};
use zenml_codegen::canonical::{Prose, canonical, to_text};
use zenml_codegen::read::read;

use crate::api::Api;
use crate::source::Fetched;

/// A document of one of the two APIs.
#[derive(Debug, Clone)]
pub struct Document {
    /// Whose it is.
    pub api: Api,
    /// Where it is from.
    pub origin: String,
    /// What wrote it, where that is known.
    pub printed_by: Option<String>,
    /// The checksum of the bytes as obtained.
    pub raw_sha256: String,
    /// The document in canonical form.
    pub canonical: Value,
    /// The same as text.
    pub text: String,
    /// What it says of itself.
    pub facts: Facts,
}

/// What a document is called, and how much there is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The number of operations.
    pub operations: usize,
    /// The number of named schemas.
    pub schemas: usize,
}

impl Facts {
    /// Of a document.
    pub fn of(document: &Value) -> Self {
        let info = |key: &str| {
            let text = document.pointer(&format!("/info/{key}"));
            text.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let members = |pointer: &str| document.pointer(pointer).and_then(Value::as_object);
        let items = members("/paths")
            .into_iter()
            .flat_map(|paths| paths.values());
        let operations = items
            .filter_map(Value::as_object)
            .flat_map(|item| item.values())
            .filter(|operation| operation.get("operationId").is_some());
        Self {
            title: info("title"),
            version: info("version"),
            operations: operations.count(),
            schemas: members("/components/schemas").map_or(0, |schemas| schemas.len()),
        }
    }

    /// Refuses a document that has less in it than the one it would replace: more often than an API
    /// loses something, a server publishes only a part of it.
    ///
    /// # Errors
    /// When there are fewer operations or fewer schemas.
    pub fn not_less_than(&self, before: &Self) -> Result<()> {
        if self.operations >= before.operations && self.schemas >= before.schemas {
            return Ok(());
        }
        bail!(
            "{} {} has {} operations and {} schemas, {} {} in specs/ has {} and {}. If the API \
             really has lost them, add --allow-shrink; a server that is not configured as a Pro \
             workspace publishes less than `pypi:` does",
            self.title,
            self.version,
            self.operations,
            self.schemas,
            before.title,
            before.version,
            before.operations,
            before.schemas,
        )
    }
}

impl Document {
    /// Checks what was obtained. With `expected`, it has to be of that API.
    ///
    /// # Errors
    /// When it is no OpenAPI 3.1 document in JSON, has no operations, or is of another API.
    pub fn new(fetched: Fetched, expected: Option<Api>) -> Result<Self> {
        let Fetched {
            raw,
            origin,
            printed_by,
        } = fetched;
        let text = str::from_utf8(&raw)
            .map_err(|_| anyhow!("{origin} is not text in UTF-8, and so no JSON"))?;
        let document = read(text).map_err(|error| anyhow!("{origin}: {error}"))?;
        let facts = Facts::of(&document);
        let api = match (Api::of(&document), expected) {
            (Some(api), None) => api,
            (Some(api), Some(expected)) if api == expected => api,
            (Some(api), Some(expected)) => bail!(
                "{origin} is the document of the {api}, not of the {expected}: say `{}` instead of \
                 `{}`",
                api.name(),
                expected.name()
            ),
            (None, expected) => bail!(
                "{origin} is the document of another API, {:?}: the {} was expected, which is known \
                 by its paths (/api/v1/info and /api/v1/runs of a ZenML server, /organizations and \
                 /workspaces of ZenML Pro)",
                facts.title,
                expected.map_or("Workspace API or the ZenML Pro API".to_owned(), |api| api
                    .to_string())
            ),
        };
        let canonical = canonical(&document, Prose::Strip);
        Ok(Self {
            api,
            origin,
            printed_by,
            raw_sha256: sha256(&raw),
            text: to_text(&canonical),
            canonical,
            facts,
        })
    }
}

/// The SHA-256 checksum in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
