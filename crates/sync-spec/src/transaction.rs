//! How do several files change all together or not at all?
//!
//! Before the first file changes, an undo log with the old and the new contents is written, in one
//! file. It is deleted after the last change. If a run is interrupted in between, the next run
//! finds the log, restores the old contents and starts again: its report compares with what was
//! there before the interrupted run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::files;

/// The undo log, in the root of the checkout; ignored by git.
pub const UNDO_LOG: &str = ".sync-spec";

/// A file that gets another content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path below the root of the checkout.
    pub path: PathBuf,
    /// The new content; `None` deletes the file.
    pub content: Option<String>,
}

/// A line of the undo log.
#[derive(Serialize, Deserialize)]
struct Undo {
    path: PathBuf,
    before: Option<String>,
    after: Option<String>,
}

/// Makes the changes, in their order. `watch` is called with the path of each file that has just
/// been written, the undo log included.
///
/// # Errors
/// Returns an error if a file cannot be read or written. All files have their old contents then.
pub fn commit(root: &Path, changes: &[Change], watch: &mut dyn FnMut(&Path)) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let log = changes.iter().map(|change| {
        Ok(Undo {
            path: change.path.clone(),
            before: files::read(&root.join(&change.path))?,
            after: change.content.clone(),
        })
    });
    let log = serde_json::to_string(&log.collect::<Result<Vec<Undo>>>()?)?;
    put(&root.join(UNDO_LOG), Some(&log))?;
    watch(Path::new(UNDO_LOG));
    for change in changes {
        if let Err(error) = put(&root.join(&change.path), change.content.as_deref()) {
            let failed = format!("{error:#}; the next run restores the other files");
            roll_back(root).context(failed)?;
            return Err(error);
        }
        watch(&change.path);
    }
    files::delete(&root.join(UNDO_LOG))
}

/// Undoes an interrupted [`commit`]; returns whether there was one. A file that was edited after
/// the interruption keeps its content.
///
/// # Errors
/// Returns an error if a file cannot be read or written.
pub fn roll_back(root: &Path) -> Result<bool> {
    let Some(log) = files::read(&root.join(UNDO_LOG))? else {
        return Ok(false);
    };
    let log: Vec<Undo> = serde_json::from_str(&log).with_context(|| {
        format!(
            "the undo log of an interrupted run is damaged: restore specs/ and tests/snapshots/ \
             with git, and delete {UNDO_LOG}"
        )
    })?;
    for Undo {
        path,
        before,
        after,
    } in log
    {
        let path = root.join(path);
        if files::read(&path).is_ok_and(|now| now == after) {
            put(&path, before.as_deref())?;
        }
    }
    files::delete(&root.join(UNDO_LOG))?;
    Ok(true)
}

fn put(path: &Path, content: Option<&str>) -> Result<()> {
    match content {
        Some(content) => files::write(path, content),
        None => files::delete(path),
    }
}
