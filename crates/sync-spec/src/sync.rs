//! How does a checkout follow the document at a source? Implements `cargo xtask sync-spec`.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::slice;

use anyhow::{Context, Result, bail};
use zenml_api_diff::Notice;
use zenml_test_server::Progress;

use crate::accepted;
use crate::api::Api;
use crate::compile::{self, Compiled};
use crate::document::Document;
use crate::plan::{Current, Permissions, Plan};
use crate::snapshots::is_pending;
use crate::source::{Limits, Source, Token};
use crate::sources_file::SourcesFile;
use crate::transaction::{self, Change};

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write the changes.
    Write {
        /// Then check that the crate compiles.
        compile: bool,
    },
    /// Only report what would change.
    DryRun,
    /// Only report whether anything would change.
    Check,
}

/// Options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The documents to follow, and where to fetch them.
    pub sources: Vec<(Api, Source)>,
    /// How far to go.
    pub mode: Mode,
    /// Decisions that the run may take.
    pub permissions: Permissions,
    /// A token for servers that show their document to users only.
    pub token: Option<Token>,
    /// Limits on servers and files.
    pub limits: Limits,
    /// The date for `sources.toml`, such as `2026-11-21`.
    pub today: String,
}

/// Result of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether an interrupted run was undone first.
    pub rolled_back: bool,
    /// The plan for each API.
    pub plans: Vec<Plan>,
    /// The files that were written, or would be.
    pub changes: Vec<Change>,
    /// The result of compiling the crate, if requested.
    pub compiled: Option<Compiled>,
}

/// Runs the command in the checkout at `root`. `watch` is called with the path of each file that
/// has just been written.
///
/// # Errors
/// Returns an error if a document cannot be fetched or used, or a file cannot be written. No file
/// has changed then. A crate that does not compile is a result, not an error.
pub async fn sync(
    root: &Path,
    options: &Options,
    progress: &dyn Progress,
    watch: &mut dyn FnMut(&Path),
) -> Result<Outcome> {
    let _lock = lock(root)?;
    let rolled_back = transaction::roll_back(root)?;
    let mut documents = Vec::new();
    for (api, source) in &options.sources {
        let token = options.token.as_ref();
        let fetched = source.fetch(token, &options.limits, progress).await?;
        let document = Document::new(fetched, Some(*api))?;
        let plain = match api {
            Api::Workspace => {
                let version = &document.summary.version;
                source.fetch_plain(version, token, progress).await?
            }
            Api::Pro => None,
        };
        let plain = plain.map(|plain| Document::new(plain, Some(*api)));
        documents.push((document, plain.transpose()?));
    }
    let sources_path = PathBuf::from("specs/sources.toml");
    let sources_text = fs::read_to_string(root.join(&sources_path))
        .with_context(|| format!("cannot read {}", sources_path.display()))?;
    let mut sources = SourcesFile::parse(&sources_text)?;
    let accepted = accepted::of_checkout(root)?;
    let mut changes = Vec::new();
    let mut plans = Vec::new();
    for (document, plain) in &documents {
        let api = document.api;
        progress.stage(&format!("Generating from the {api} and comparing"));
        let current = Current::read(root, api)?;
        let entry = sources.entry(api);
        let permissions = match options.mode {
            // Nothing is written, so that no decision is needed.
            Mode::Check => Permissions {
                accept: true,
                allow_shrink: true,
                drop_stale: true,
            },
            Mode::Write { .. } | Mode::DryRun => options.permissions,
        };
        let plain = plain.as_ref().map(|plain| &plain.canonical);
        let today = &options.today;
        let mut plan = Plan::new(&current, entry, document, plain, permissions, today)?;
        plan.report = plan.report.accepting(&accepted);
        changes.extend(plan.changes.iter().cloned());
        if let Some(entry) = &plan.entry {
            sources.set(api, entry.clone());
        }
        plans.push(plan);
    }
    if plans.iter().any(|plan| plan.entry.is_some()) {
        changes.push(Change {
            path: sources_path,
            content: Some(sources.text()?),
        });
    }
    if options.mode == Mode::Check {
        changes.retain(|change| !is_pending(&change.path.to_string_lossy()));
    }
    let mut compiled = None;
    if let Mode::Write { compile } = options.mode {
        transaction::commit(root, &changes, watch)?;
        if compile && !changes.is_empty() {
            compiled = Some(compile::check(root, progress).await);
        }
    }
    // In each report, because either document may be the cause.
    for plan in &mut plans {
        plan.report.notices.extend(notice(compiled.as_ref()));
    }
    Ok(Outcome {
        rolled_back,
        plans,
        changes,
        compiled,
    })
}

/// Returns the notice for a report, unless the crate compiles.
fn notice(compiled: Option<&Compiled>) -> Option<Notice> {
    let (heading, errors) = match compiled? {
        Compiled::Succeeded => return None,
        Compiled::Failed(errors) => (
            "The crate does not compile with this document",
            errors.as_slice(),
        ),
        Compiled::NotRun(error) => (
            "Could not check whether the crate compiles",
            slice::from_ref(error),
        ),
    };
    Some(Notice {
        heading: heading.to_owned(),
        lines: errors.iter().map(|error| format!("`{error}`")).collect(),
    })
}

/// Lock of a checkout. Ends with the value, or with the process.
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough while a process is being forked that inherits it.
        self.0.unlock().ok();
    }
}

/// Locks the checkout against a second run.
fn lock(root: &Path) -> Result<Lock> {
    let folder = root.join("specs");
    let folder = File::open(&folder)
        .with_context(|| format!("{} is not a checkout: cannot open specs/", root.display()))?;
    match folder.try_lock() {
        Ok(()) => Ok(Lock(folder)),
        Err(TryLockError::WouldBlock) => {
            bail!("another sync-spec is running in this checkout; wait until it has ended")
        }
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock specs/"),
    }
}
