//! What has to change in a checkout so that it follows a document. Nothing here writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use zenml_api_diff::{Notice, Report, compare};
use zenml_codegen::canonical::{Prose, canonical};
use zenml_codegen::public_api::listings;
use zenml_codegen::{SpecSource, corrected, generate, model};

use crate::api::Api;
use crate::corrections::{Corrections, Rewritten, Stale};
use crate::document::{Document, Facts};
use crate::listings::{self, is_listing};
use crate::sources_file::Entry;
use crate::transaction::Change;

/// The version that the crate has now: the workspace has one for all its packages.
pub const CRATE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a checkout has of one API.
#[derive(Debug, Clone)]
pub struct Current {
    /// The text of the document.
    pub text: String,
    /// What it says of itself.
    pub facts: Facts,
    /// What is corrected in it.
    pub corrections: Corrections,
    /// The files with listings, by name.
    listings: BTreeMap<String, String>,
}

/// What may be done, and what has to be asked first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Permissions {
    /// New listings count as reviewed.
    pub accept: bool,
    /// The new document may have less in it.
    pub allow_shrink: bool,
    /// Corrections that match nothing are taken out.
    pub drop_stale: bool,
}

/// What has to change.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Of which API.
    pub api: Api,
    /// The document's origin, for messages.
    pub origin: String,
    /// What has changed in the API.
    pub report: Report,
    /// What `sources.toml` says, if it says something else.
    pub entry: Option<Entry>,
    /// The files of the API that change.
    pub changes: Vec<Change>,
    /// The groups whose listings wait for a review.
    pub pending: Vec<String>,
    /// The groups whose listings wait for being deleted.
    pub orphans: Vec<String>,
    /// What has to be allowed, or reviewed, for it to happen.
    pub asks: Permissions,
}

impl Current {
    /// Reads what a checkout has of an API.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it should be.
    pub fn read(root: &Path, api: Api) -> Result<Self> {
        let path = root.join(document_path(api));
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let document: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is no JSON: restore it by git", path.display()))?;
        Ok(Self {
            facts: Facts::of(&document),
            text,
            corrections: Corrections::read(&root.join(overlays_path(api)))?,
            listings: read_listings(&root.join(listings_path(api)))?,
        })
    }

    /// What has changed since.
    fn compared(&self, after: &Side, notices: &mut Vec<Notice>) -> Report {
        let overlays = self.corrections.overlays();
        // They may fit no longer: somebody has already adapted them to the new document.
        match Side::new(&self.text, &overlays, SpecSource::External) {
            Ok(before) => compared(&before, after),
            // The checkout is broken; that must not keep anybody from mending it.
            Err(error) => {
                notices.push(Notice {
                    heading: "The document before cannot be compared".to_owned(),
                    lines: vec![format!("{error:#}")],
                });
                compare(&after.document, &after.document)
            }
        }
    }
}

fn read_listings(folder: &Path) -> Result<BTreeMap<String, String>> {
    let cannot_read = || format!("cannot read {}", folder.display());
    let mut listings = BTreeMap::new();
    if !folder.exists() {
        return Ok(listings);
    }
    for entry in fs::read_dir(folder).with_context(cannot_read)? {
        let path = entry.with_context(cannot_read)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_listing(&name) {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            listings.insert(name.into_owned(), text);
        }
    }
    Ok(listings)
}

fn document_path(api: Api) -> PathBuf {
    PathBuf::from(format!("specs/{}.json", api.name()))
}

/// The folder of an API's corrections, in a checkout.
pub fn overlays_path(api: Api) -> PathBuf {
    PathBuf::from(format!("specs/overlays/{}", api.name()))
}

fn listings_path(api: Api) -> PathBuf {
    PathBuf::from(format!("tests/snapshots/{}", api.name()))
}

impl Plan {
    /// Plans what brings a checkout in line with `document`. `entry` is what `sources.toml` says
    /// now, `today` the day that it will say.
    ///
    /// # Errors
    /// When something has to be asked first (see [`Permissions`]), or when no code can be generated
    /// from the document.
    pub fn new(
        current: &Current,
        entry: &Entry,
        document: &Document,
        permissions: Permissions,
        today: &str,
    ) -> Result<Self> {
        let api = document.api;
        let less = document.facts.not_less_than(&current.facts);
        let mut asks = Permissions {
            allow_shrink: less.is_err(),
            ..Permissions::default()
        };
        if !permissions.allow_shrink {
            less?;
        }
        let mut changes = Vec::new();
        let mut notices = Vec::new();
        let (corrections, changed) = settle(current, document, permissions, &mut notices)?;
        asks.drop_stale = !changed.is_empty();
        for (file, content) in changed {
            changes.push(Change {
                path: overlays_path(api).join(file),
                content,
            });
        }
        let overlays = corrections.overlays();
        let after = Side::new(&document.text, &overlays, SpecSource::Committed);
        let after = after.map_err(|error| {
            anyhow!(
                "{}: no code can be generated from it: {error:#}",
                document.origin
            )
        })?;
        let update = listings::update(
            &current.listings,
            &listings(&after.model),
            permissions.accept,
        );
        let is_same = current.text == document.text && changes.is_empty();
        let mut report = match is_same {
            true => compared(&after, &after),
            false => current.compared(&after, &mut notices),
        };
        report.notices = notices;
        if current.text != document.text {
            changes.push(Change {
                path: document_path(api),
                content: Some(document.text.clone()),
            });
        }
        asks.accept = !update.files.is_empty();
        let files = update.files.into_iter().map(|(file, content)| Change {
            path: listings_path(api).join(file),
            content,
        });
        changes.extend(files);
        let new_entry = Entry::new(document, today);
        Ok(Self {
            api,
            origin: document.origin.clone(),
            report,
            entry: (!new_entry.is_same_document(entry)).then_some(new_entry),
            changes,
            pending: update.pending,
            orphans: update.orphans,
            asks,
        })
    }

    /// Whether the checkout already says what the document says.
    pub fn is_empty(&self) -> bool {
        self.report.is_empty() && self.entry.is_none() && self.changes.is_empty()
    }
}

/// The corrections for the new document: those there are, or without the stale ones.
fn settle(
    current: &Current,
    document: &Document,
    permissions: Permissions,
    notices: &mut Vec<Notice>,
) -> Result<(Corrections, Rewritten)> {
    let stale = current.corrections.stale(&document.canonical)?;
    if stale.is_empty() {
        return Ok((current.corrections.clone(), Rewritten::new()));
    }
    let folder = overlays_path(document.api);
    if !permissions.drop_stale {
        bail!("{}", complaint(&stale, &folder, document));
    }
    notices.push(Notice {
        heading: "Corrections that matched nothing any more, and were taken out".to_owned(),
        lines: stale
            .iter()
            .map(|stale| {
                format!(
                    "`{}` (`{}`, `{}`): {}",
                    stale.target, stale.file, stale.pointer, stale.description
                )
            })
            .collect(),
    });
    current.corrections.without(&stale)
}

fn complaint(stale: &[Stale], folder: &Path, document: &Document) -> String {
    let lines = stale.iter().map(|stale| {
        let file = folder.join(&stale.file);
        format!(
            "  {}{}\n    {}",
            file.display(),
            stale.pointer,
            stale.target
        )
    });
    format!(
        "{} corrections match nothing in {}:\n{}\nIf the vendor has corrected the declarations, \
         delete the actions, or let --drop-stale do it; if the declarations have moved, adapt the \
         targets. Then run the command again",
        stale.len(),
        document.origin,
        lines.collect::<Vec<_>>().join("\n")
    )
}

/// One of the two documents that are compared.
pub struct Side {
    /// Corrected and without prose.
    pub document: Value,
    /// What is generated from it.
    pub model: model::Api,
}

impl Side {
    /// Corrects a document and generates from it.
    ///
    /// # Errors
    /// When that is not possible: the error names the place in the document.
    pub fn new(text: &str, overlays: &[Value], source: SpecSource) -> Result<Self> {
        let document = corrected(text, overlays, source)?;
        Ok(Self {
            document: canonical(&document, Prose::Strip),
            model: generate(text, overlays, source)?,
        })
    }
}

/// What has changed between two sides, over HTTP and in Rust.
pub fn compared(before: &Side, after: &Side) -> Report {
    compare(&before.document, &after.document).with_rust(&before.model, &after.model, CRATE_VERSION)
}
