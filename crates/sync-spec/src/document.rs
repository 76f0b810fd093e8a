//! Is a fetched file a document of this API, and does it have at least as much in it as before?

use std::str;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;
use zenml_codegen::canonical::{Prose, canonical, to_text};
use zenml_codegen::read::read;

use crate::api::Api;
use crate::checksum::sha256;
use crate::source::Fetched;

/// A checked document of one of the two APIs.
#[derive(Debug, Clone)]
pub struct Document {
    /// The API that it describes.
    pub api: Api,
    /// Where it was fetched.
    pub origin: String,
    /// The versions of the packages that printed it, if known.
    pub printed_by: Option<String>,
    /// The checksum of the bytes as fetched.
    pub raw_sha256: String,
    /// The document in canonical form.
    pub canonical: Value,
    /// The canonical form as text.
    pub text: String,
    /// Title, version and size.
    pub summary: Summary,
}

/// Title, version and size of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The number of operations.
    pub operations: usize,
    /// The number of named schemas.
    pub schemas: usize,
}

impl Summary {
    /// Summarises a document.
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

    /// Rejects a document with less in it than the one that it would replace. Servers often publish
    /// only a part of the API; the API itself rarely loses anything.
    ///
    /// # Errors
    /// Returns an error if there are fewer operations or fewer schemas.
    pub fn check_not_smaller_than(&self, before: &Self) -> Result<()> {
        if self.operations >= before.operations && self.schemas >= before.schemas {
            return Ok(());
        }
        bail!(
            "{} {} has {} operations and {} schemas, but {} {} in specs/ has {} and {}; take a \
             complete document, such as pypi:latest (a server that is not a Pro workspace publishes \
             less), or add --allow-shrink if the API has really lost them",
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
    /// Checks what was fetched. With `expected`, only a document of that API is accepted.
    ///
    /// # Errors
    /// Returns an error if the bytes are not an OpenAPI 3.1 document in JSON, or if the document
    /// has no operations or describes another API.
    pub fn new(fetched: Fetched, expected: Option<Api>) -> Result<Self> {
        let Fetched {
            raw,
            origin,
            printed_by,
        } = fetched;
        let text = str::from_utf8(&raw)
            .map_err(|_| anyhow!("{origin} is not JSON: it is not text in UTF-8"))?;
        let document = read(text).map_err(|error| anyhow!("{origin}: {error}"))?;
        let summary = Summary::of(&document);
        let api = match (Api::of(&document), expected) {
            (Some(api), None) => api,
            (Some(api), Some(expected)) if api == expected => api,
            (Some(api), Some(expected)) => bail!(
                "{origin} is the document of the {api}, not of the {expected}; give `{}` instead \
                 of `{}`",
                api.name(),
                expected.name()
            ),
            (None, expected) => bail!(
                "{origin} is the document of another API, {:?}, but the {} was expected; give a \
                 document with the paths /api/v1/info and /api/v1/runs (a ZenML server) or \
                 /organizations and /workspaces (ZenML Pro)",
                summary.title,
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
            summary,
        })
    }
}
