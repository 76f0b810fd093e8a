//! `cargo xtask sync-spec`: from a source to a checkout that follows it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::slice;

use anyhow::{Context, Result, bail};
use zenml_api_diff::Notice;
use zenml_test_server::Progress;

use crate::api::Api;
use crate::compile::{self, Compiled};
use crate::document::Document;
use crate::listings::is_pending;
use crate::plan::{Current, Permissions, Plan};
use crate::source::{Limits, Source, Token};
use crate::sources_file::SourcesFile;
use crate::transaction::{self, Change, Recovery};

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Writes what has changed.
    Write {
        /// And sees whether the crate compiles with it.
        compile: bool,
    },
    /// Only says what would change.
    DryRun,
    /// Only says whether something would change.
    Check,
}

/// What to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which documents, and where they are.
    pub sources: Vec<(Api, Source)>,
    /// How far to go.
    pub mode: Mode,
    /// What is allowed.
    pub permissions: Permissions,
    /// For servers that hide their documents.
    pub token: Option<Token>,
    /// What servers may take.
    pub limits: Limits,
    /// The day that `sources.toml` says, such as `2026-11-21`.
    pub today: String,
}

/// What a run has just done; each is a moment at which it may be killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A document is here.
    Fetched(Api),
    /// It is what it should be.
    Checked(Api),
    /// It is known what it changes.
    Planned(Api),
    /// A step of writing.
    Writing(transaction::Step),
}

/// What has come out.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What became of an earlier run that was interrupted.
    pub recovery: Option<Recovery>,
    /// Of each API.
    pub plans: Vec<Plan>,
    /// The files that were written, or would be.
    pub changes: Vec<Change>,
    /// Whether the crate compiles, if that was tried.
    pub compiled: Option<Compiled>,
}

/// Runs the command in the checkout at `root`. `watch` is told after each step.
///
/// # Errors
/// When a document cannot be obtained or used, or when a file cannot be written: nothing has
/// changed then, unless the error says that the next run completes it. That the crate does not
/// compile is no error but a result.
pub async fn sync(
    root: &Path,
    options: &Options,
    progress: &dyn Progress,
    watch: &mut dyn FnMut(&Step),
) -> Result<Outcome> {
    let _lock = lock(root)?;
    let recovery = transaction::recover(root)?;
    let mut documents = Vec::new();
    for (api, source) in &options.sources {
        let token = options.token.as_ref();
        let fetched = source.fetch(token, &options.limits, progress).await?;
        watch(&Step::Fetched(*api));
        documents.push(Document::new(fetched, Some(*api))?);
        watch(&Step::Checked(*api));
    }
    let sources_path = PathBuf::from("specs/sources.toml");
    let sources_text = fs::read_to_string(root.join(&sources_path))
        .with_context(|| format!("cannot read {}", sources_path.display()))?;
    let mut sources = SourcesFile::parse(&sources_text)?;
    let mut changes = Vec::new();
    let mut plans = Vec::new();
    for document in &documents {
        let api = document.api;
        progress.stage(&format!("Generating from the {api} and comparing"));
        let current = Current::read(root, api)?;
        let entry = sources.entry(api);
        let permissions = match options.mode {
            // Nothing is written, so nothing has to be asked first.
            Mode::Check => Permissions {
                accept: true,
                allow_shrink: true,
                drop_stale: true,
            },
            Mode::Write { .. } | Mode::DryRun => options.permissions,
        };
        let plan = Plan::new(&current, entry, document, permissions, &options.today)?;
        changes.extend(plan.changes.iter().cloned());
        if let Some(entry) = &plan.entry {
            sources.set(api, entry.clone());
        }
        plans.push(plan);
        watch(&Step::Planned(api));
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
        transaction::commit(root, &changes, &mut |step| {
            watch(&Step::Writing(step.clone()));
        })?;
        if compile && !changes.is_empty() {
            compiled = Some(compile::check(root, progress).await);
        }
    }
    // It is not known which of the documents is to blame.
    for plan in &mut plans {
        plan.report.notices.extend(notice(compiled.as_ref()));
    }
    Ok(Outcome {
        recovery,
        plans,
        changes,
        compiled,
    })
}

/// What a report says of the crate, unless it compiles.
fn notice(compiled: Option<&Compiled>) -> Option<Notice> {
    let (heading, errors) = match compiled? {
        Compiled::Yes => return None,
        Compiled::No(errors) => ("The crate does not compile with it", errors.as_slice()),
        Compiled::Unknown(error) => (
            "Whether the crate compiles with it could not be checked",
            slice::from_ref(error),
        ),
    };
    Some(Notice {
        heading: heading.to_owned(),
        lines: errors.iter().map(|error| format!("`{error}`")).collect(),
    })
}

/// Two runs must not write at once; the lock ends with the process, however that ends.
fn lock(root: &Path) -> Result<File> {
    let folder = root.join("specs");
    let folder = File::open(&folder)
        .with_context(|| format!("{} is no checkout: cannot open specs/", root.display()))?;
    match folder.try_lock() {
        Ok(()) => Ok(folder),
        Err(TryLockError::WouldBlock) => {
            bail!("another sync-spec is running in this checkout: wait until it has ended")
        }
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock specs/"),
    }
}
