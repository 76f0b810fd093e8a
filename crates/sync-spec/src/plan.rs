//! Which files have to change so that a checkout follows a document? This module writes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use zenml_api_diff::{Notice, Report, compare};
use zenml_codegen::availability::Availability;
use zenml_codegen::descriptions::Descriptions;
use zenml_codegen::files::DESCRIPTIONS;
use zenml_codegen::public_api::listings;
use zenml_codegen::{SpecSource, model};

use crate::api::Api;
use crate::availability::{self, effect};
use crate::descriptions;
use crate::document::{Document, Summary};
use crate::files;
use crate::generation::generated;
use crate::overlays::{Overlays, Rewritten, StaleAction, correct_alike, overlays_path};
use crate::snapshots::{self, is_snapshot};
use crate::sources_file::Entry;
use crate::transaction::Change;

/// The current version of the crate, which all packages of the workspace share.
pub const CRATE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The files of one API in a checkout.
#[derive(Debug, Clone)]
pub struct Current {
    /// The text of the document.
    pub text: String,
    /// Title, version and size of the document.
    pub summary: Summary,
    /// What the supported versions of the server have, if the checkout knows.
    pub availability: Option<Availability>,
    /// The corrections of the document.
    pub overlays: Overlays,
    /// The descriptions of the API.
    pub descriptions: Descriptions,
    /// The snapshots by file name.
    snapshots: BTreeMap<String, String>,
}

/// Decisions that a run may take without asking.
#[derive(Debug, Clone, Copy, Default)]
pub struct Permissions {
    /// Accept new snapshots without a review.
    pub accept: bool,
    /// Accept a document with less in it.
    pub allow_shrink: bool,
    /// Remove overlay actions that match nothing.
    pub drop_stale: bool,
}

/// Changes that make a checkout follow a document.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The API of the document.
    pub api: Api,
    /// The document's origin, for messages.
    pub origin: String,
    /// The changes of the API.
    pub report: Report,
    /// The new entry of `sources.toml`, if it changes.
    pub entry: Option<Entry>,
    /// The files of the API that change.
    pub changes: Vec<Change>,
    /// The groups with a snapshot that awaits review.
    pub pending: Vec<String>,
    /// The groups with a snapshot that awaits deletion.
    pub orphans: Vec<String>,
    /// The permissions that the changes require.
    pub required: Permissions,
}

impl Current {
    /// Reads the files of an API in a checkout.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or is malformed.
    pub fn read(root: &Path, api: Api) -> Result<Self> {
        let path = root.join(document_path(api));
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let document: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is not JSON; restore it with git", path.display()))?;
        let snapshots = root.join(snapshots_path(api));
        let overlays = root.join(overlays_path(api));
        Ok(Self {
            summary: Summary::of(&document),
            text,
            availability: availability::read(root, api)?,
            overlays: Overlays::read(&overlays)?,
            descriptions: zenml_codegen::files::descriptions(&overlays.join(DESCRIPTIONS))?,
            snapshots: if snapshots.exists() {
                files::read_folder(&snapshots, is_snapshot)?
            } else {
                BTreeMap::new()
            },
        })
    }

    /// Returns the availability with the version of a document added.
    fn extended(&self, document: &Document, plain: Option<&Value>) -> Result<Option<Availability>> {
        let Some(before) = &self.availability else {
            return Ok(None);
        };
        if self.text == document.text {
            return Ok(Some(before.clone()));
        }
        let old = serde_json::from_str(&self.text).context("the present document is not JSON")?;
        availability::extend(before, &old, &document.canonical, plain).map(Some)
    }

    /// Compares the document in the checkout with a new one, for which `after` is generated.
    fn compare_with(
        &self,
        document: &Document,
        after: &model::Api,
        notices: &mut Vec<Notice>,
    ) -> Result<Report> {
        let overlays = self.overlays.values();
        // Overlays that match nothing are skipped: they may already fit the new document only.
        let availability = self.availability.as_ref();
        let before = generated(&self.text, availability, &overlays, SpecSource::External);
        let compared = before.and_then(|before| {
            let [old, new] = correct_alike([&self.text, &document.text], &overlays)?;
            Ok(compare(&old, &new).with_rust(&before, after, CRATE_VERSION))
        });
        // A broken checkout must not prevent the run that repairs it.
        compared.or_else(|error| {
            notices.push(Notice {
                heading: "The previous document cannot be compared".to_owned(),
                lines: vec![format!("{error:#}")],
            });
            unchanged(document, after)
        })
    }
}

fn document_path(api: Api) -> PathBuf {
    PathBuf::from(format!("specs/{}.json", api.name()))
}

fn snapshots_path(api: Api) -> PathBuf {
    PathBuf::from(format!("tests/snapshots/{}", api.name()))
}

impl Plan {
    /// Plans the changes that make a checkout follow `document`. `plain` is the document of the same
    /// version as a server prints it that is not a Pro workspace, if known. `entry` is the current
    /// entry of `sources.toml`, `today` the date for a new one.
    ///
    /// # Errors
    /// Returns an error if a permission is missing, or if no code can be generated from the
    /// document.
    pub fn new(
        current: &Current,
        entry: &Entry,
        document: &Document,
        plain: Option<&Value>,
        permissions: Permissions,
        today: &str,
    ) -> Result<Self> {
        let api = document.api;
        let smaller = document.summary.check_not_smaller_than(&current.summary);
        let mut required = Permissions {
            allow_shrink: smaller.is_err(),
            ..Permissions::default()
        };
        if !permissions.allow_shrink {
            smaller?;
        }
        let mut changes = Vec::new();
        let mut notices = Vec::new();
        let (overlays, changed) = resolve_overlays(current, document, permissions, &mut notices)?;
        required.drop_stale = !changed.is_empty();
        for (file, content) in changed {
            changes.push(Change {
                path: overlays_path(api).join(file),
                content,
            });
        }
        let availability = current.extended(document, plain)?;
        let after = generated(
            &document.text,
            availability.as_ref(),
            &overlays.values(),
            SpecSource::Committed,
        );
        let after = after.map_err(|error| {
            anyhow!(
                "{}: no code can be generated from it: {error:#}",
                document.origin
            )
        })?;
        notices.extend(descriptions::notices(&current.descriptions, &after));
        let update = snapshots::update(&current.snapshots, &listings(&after), permissions.accept);
        let is_same = current.text == document.text && changes.is_empty();
        let mut report = if is_same {
            unchanged(document, &after)?
        } else {
            current.compare_with(document, &after, &mut notices)?
        };
        if availability != current.availability
            && let Some(after) = &availability
        {
            let before = current.availability.as_ref();
            let before = before.map(|before| (&*current.text, before));
            notices.extend(effect::notice(
                before,
                (&document.text, after),
                &overlays.values(),
            )?);
            changes.push(Change {
                path: PathBuf::from(availability::PATH),
                content: Some(after.text()?),
            });
        }
        report.notices = notices;
        if current.text != document.text {
            changes.push(Change {
                path: document_path(api),
                content: Some(document.text.clone()),
            });
        }
        required.accept = !update.files.is_empty();
        let files = update.files.into_iter().map(|(file, content)| Change {
            path: snapshots_path(api).join(file),
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
            required,
        })
    }

    /// Returns whether the checkout already follows the document.
    pub fn is_empty(&self) -> bool {
        self.report.is_empty() && self.entry.is_none() && self.changes.is_empty()
    }
}

/// Returns the overlays for the new document, without stale actions, and the files that this
/// changes.
fn resolve_overlays(
    current: &Current,
    document: &Document,
    permissions: Permissions,
    notices: &mut Vec<Notice>,
) -> Result<(Overlays, Rewritten)> {
    let stale = current.overlays.stale(&document.canonical)?;
    if stale.is_empty() {
        return Ok((current.overlays.clone(), Rewritten::new()));
    }
    let folder = overlays_path(document.api);
    if !permissions.drop_stale {
        bail!("{}", stale_message(&stale, &folder, document));
    }
    notices.push(Notice {
        heading: "Overlay actions that no longer match anything were removed".to_owned(),
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
    current.overlays.without(&stale)
}

fn stale_message(stale: &[StaleAction], folder: &Path, document: &Document) -> String {
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
        "{} overlay actions match nothing in {}:\n{}\nIf the vendor has corrected the declarations, \
         delete the actions or add --drop-stale; if the declarations have moved, adapt the targets. \
         Then run the command again",
        stale.len(),
        document.origin,
        lines.collect::<Vec<_>>().join("\n")
    )
}

/// Returns the report on a document that has not changed.
fn unchanged(document: &Document, model: &model::Api) -> Result<Report> {
    let [old, new] = correct_alike([&document.text; 2], &[])?;
    Ok(compare(&old, &new).with_rust(model, model, CRATE_VERSION))
}
