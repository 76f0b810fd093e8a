//! How is `specs/availability.json` written again, from the documents of all supported versions?

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use zenml_api_diff::Notice;
use zenml_codegen::availability::{Availability, Version};
use zenml_test_server::{Progress, released_versions};

use super::{PATH, effect, extend, first, version_of};
use crate::api::Api;
use crate::document::Document;
use crate::files;
use crate::overlays::{Overlays, overlays_path};
use crate::source::{Edition, Fetched, pypi_document};

/// The beginning of the names of committed reports, which are about other versions.
const REPORTS: &str = "api-changes-";

/// Where the documents of older versions come from.
#[derive(Debug, Clone)]
pub enum Documents {
    /// The PyPI package of each version prints them.
    Pypi,
    /// A folder with `pro/VERSION.json` and `plain/VERSION.json` for each version.
    Folder(PathBuf),
}

/// What writing the file again gives.
#[derive(Debug, Clone)]
pub struct Rebuild {
    /// The availability in the checkout, if there is one.
    pub before: Option<Availability>,
    /// The availability as written again.
    pub after: Availability,
    /// Its text.
    pub text: String,
    /// The versions that it covers, oldest first.
    pub versions: Vec<Version>,
    /// Whether the file in the checkout has another text.
    pub changed: bool,
    /// What changes for the supported servers, if anything does.
    pub effect: Option<Notice>,
    /// The pages that name the oldest supported version, if that changes.
    pub pages: Vec<String>,
}

/// Derives the availability from the floor to the document in `specs/`. `floor` defaults to the
/// present one. Writes nothing.
///
/// # Errors
/// Returns an error if a document cannot be obtained or used, or no floor is known.
pub async fn rebuild(
    root: &Path,
    floor: Option<Version>,
    documents: &Documents,
    progress: &dyn Progress,
) -> Result<Rebuild> {
    let present = files::read(&root.join(PATH))?;
    let before = super::read(root, Api::Workspace)?;
    let floor = floor.or_else(|| before.as_ref().map(|before| before.floor.clone()));
    let floor = floor.context("no oldest supported version is known; give one with `--floor`")?;
    let committed = fs::read(root.join("specs/workspace.json"));
    let committed = committed.context("cannot read specs/workspace.json")?;
    let Document {
        canonical: committed,
        text: committed_text,
        ..
    } = parse(committed, "specs/workspace.json".to_owned())?;
    let newest = version_of(&committed)?;
    let mut versions = documents.versions(progress).await?;
    versions.retain(|version| (&floor..=&newest).contains(&version));
    versions.sort();
    for end in [&floor, &newest] {
        if !versions.contains(end) {
            bail!("there is no document of version {end}; choose another floor or source");
        }
    }
    let mut last: Option<(Availability, Value)> = None;
    for version in &versions {
        progress.stage(&format!("Reading the documents of ZenML {version}"));
        let document = if *version == newest {
            committed.clone()
        } else {
            documents.read(version, Edition::Pro, progress).await?
        };
        let plain = documents
            .read(version, Edition::OpenSource, progress)
            .await?;
        let next = match &last {
            None => first(version, &document, Some(&plain)),
            Some((before, old)) => extend(before, old, &document, Some(&plain))?,
        };
        last = Some((next, document));
    }
    let (after, _) = last.context("there is no supported version")?;
    let text = after.text()?;
    let changed = present.as_deref() != Some(&text);
    let effect = if changed {
        let overlays = Overlays::read(&root.join(overlays_path(Api::Workspace)))?;
        let before = before.as_ref().map(|before| (&*committed_text, before));
        effect::notice(before, (&committed_text, &after), &overlays.values())?
    } else {
        None
    };
    let floor_before = before.as_ref().map(|before| &before.floor);
    let pages = match floor_before.filter(|before| **before != floor) {
        Some(before) => pages_naming(root, before)?,
        None => Vec::new(),
    };
    Ok(Rebuild {
        changed,
        effect,
        pages,
        before,
        after,
        text,
        versions,
    })
}

/// Returns the pages of the repository that name a version of ZenML.
fn pages_naming(root: &Path, version: &Version) -> Result<Vec<String>> {
    let docs = files::names(&root.join("docs"))?.into_iter();
    let docs = docs.filter(|name| name.ends_with(".md") && !name.starts_with(REPORTS));
    let pages = docs.map(|name| format!("docs/{name}"));
    let mut naming = Vec::new();
    for page in std::iter::once("README.md".to_owned()).chain(pages) {
        let text = files::read(&root.join(&page))?.unwrap_or_default();
        if text.contains(&format!("ZenML {version}")) {
            naming.push(page);
        }
    }
    Ok(naming)
}

impl Documents {
    async fn versions(&self, progress: &dyn Progress) -> Result<Vec<Version>> {
        let names = match self {
            Self::Pypi => released_versions(progress).await?,
            Self::Folder(folder) => {
                let files = files::names(&folder.join("pro"))?;
                let names = files.iter().filter_map(|name| name.strip_suffix(".json"));
                names.map(str::to_owned).collect()
            }
        };
        // Pre-releases do not count.
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    async fn read(
        &self,
        version: &Version,
        edition: Edition,
        progress: &dyn Progress,
    ) -> Result<Value> {
        match self {
            Self::Pypi => {
                let fetched = pypi_document(&version.to_string(), edition, None, progress).await?;
                Ok(parse(fetched.raw, fetched.origin)?.canonical)
            }
            Self::Folder(folder) => {
                let kind = match edition {
                    Edition::Pro => "pro",
                    Edition::OpenSource => "plain",
                };
                let path = folder.join(kind).join(format!("{version}.json"));
                let raw = fs::read(&path);
                let raw =
                    raw.map_err(|error| anyhow!("cannot read {}: {error}", path.display()))?;
                Ok(parse(raw, path.display().to_string())?.canonical)
            }
        }
    }
}

/// Checks a document.
fn parse(raw: Vec<u8>, origin: String) -> Result<Document> {
    let fetched = Fetched {
        raw,
        origin,
        printed_by: None,
    };
    Document::new(fetched, Some(Api::Workspace))
}
