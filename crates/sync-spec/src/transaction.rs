//! Changes of several files that happen all or not at all, whenever the process ends.
//!
//! The new contents are written to a folder of their own. Then a journal says which of them goes
//! where: its appearance is the moment of decision. Without it, the next run forgets what was
//! staged, and nothing has happened; with it, the next run completes what is left.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use serde::{Deserialize, Serialize};

use crate::document::sha256;

/// In the checkout, so that renaming stays on one file system; ignored by git.
const FOLDER: &str = ".sync-spec";
const JOURNAL: &str = "journal.json";

/// One file that gets another content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path below the root of the checkout.
    pub path: PathBuf,
    /// What it gets; none if it goes.
    pub content: Option<String>,
}

/// What a transaction has just done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The new content of a file is on the disk, beside the old one.
    Staged(PathBuf),
    /// It is decided.
    Decided,
    /// A file has its new content, or is gone.
    Replaced(PathBuf),
    /// Nothing is left to do.
    Finished,
}

/// What became of a transaction that had been interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing of it had happened, and nothing will.
    RolledBack,
    /// The rest of it has happened now.
    Completed,
}

#[derive(Serialize, Deserialize)]
struct Journal {
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    path: PathBuf,
    /// The checksum of the old content; none if there was no file.
    before: Option<String>,
    /// That of the new one; none if the file goes.
    after: Option<String>,
}

/// Makes the changes. `watch` is told after each step.
///
/// # Errors
/// When a file cannot be read or written: then nothing has changed, unless the error says that
/// the next run completes it.
pub fn commit(root: &Path, changes: &[Change], watch: &mut dyn FnMut(&Step)) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let folder = root.join(FOLDER);
    let staged = stage(root, &folder, changes, watch);
    let journal = match staged {
        Ok(journal) => journal,
        Err(error) => return Err(abandon(&folder, error)),
    };
    watch(&Step::Decided);
    complete(root, &folder, &journal, watch)
        .context("the files are half replaced, and running the command again completes it")
}

/// Takes back what was staged, after an error. The journal first, which may be there already: with
/// it, the next run would look for what is gone.
fn abandon(folder: &Path, error: Error) -> Error {
    match fs::remove_file(folder.join(JOURNAL)) {
        Err(left) if left.kind() != io::ErrorKind::NotFound => error.context(format!(
            "it is decided all the same, because the journal cannot be removed ({left}): running \
             the command again completes it"
        )),
        _ => {
            // The error is what matters; the next run removes what is left.
            fs::remove_dir_all(folder).ok();
            error
        }
    }
}

/// Ends what an interrupted run has begun. None if there is nothing to end.
///
/// # Errors
/// When a file cannot be written, or somebody has edited one in the meantime.
pub fn recover(root: &Path) -> Result<Option<Recovery>> {
    let folder = root.join(FOLDER);
    if !folder.exists() {
        return Ok(None);
    }
    let journal = match fs::read(folder.join(JOURNAL)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Empty: nothing had begun yet, or everything had ended.
            let is_empty = fs::read_dir(&folder)
                .with_context(|| format!("cannot read {}", folder.display()))?
                .next()
                .is_none();
            remove_folder(root, &folder)?;
            return Ok((!is_empty).then_some(Recovery::RolledBack));
        }
        Err(error) => return Err(error).context("cannot read the journal of an interrupted run"),
    };
    let journal: Journal = serde_json::from_slice(&journal).with_context(|| {
        format!("the journal of an interrupted run is damaged: restore specs/ and tests/snapshots/ by git, and delete {FOLDER}/")
    })?;
    refuse_edits(root, &folder, &journal)?;
    complete(root, &folder, &journal, &mut |_| {})?;
    Ok(Some(Recovery::Completed))
}

fn stage(
    root: &Path,
    folder: &Path,
    changes: &[Change],
    watch: &mut dyn FnMut(&Step),
) -> Result<Journal> {
    fs::create_dir(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut entries = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        if let Some(content) = &change.content {
            write(&folder.join(index.to_string()), content)?;
        }
        entries.push(Entry {
            path: change.path.clone(),
            before: checksum(&root.join(&change.path))?,
            after: change
                .content
                .as_ref()
                .map(|content| sha256(content.as_bytes())),
        });
        watch(&Step::Staged(change.path.clone()));
    }
    let journal = Journal { entries };
    let draft = folder.join("journal.draft");
    write(&draft, &serde_json::to_string_pretty(&journal)?)?;
    sync_folder(folder)?;
    fs::rename(&draft, folder.join(JOURNAL)).context("cannot write the journal")?;
    sync_folder(folder)?;
    Ok(journal)
}

fn complete(
    root: &Path,
    folder: &Path,
    journal: &Journal,
    watch: &mut dyn FnMut(&Step),
) -> Result<()> {
    for (index, entry) in journal.entries.iter().enumerate() {
        let target = root.join(&entry.path);
        let cannot = || format!("cannot replace {}", target.display());
        let parent = target.parent().unwrap_or(root);
        match &entry.after {
            Some(_) => {
                let staged = folder.join(index.to_string());
                if staged.exists() {
                    fs::create_dir_all(parent).with_context(cannot)?;
                    fs::rename(&staged, &target).with_context(cannot)?;
                }
            }
            None => match fs::remove_file(&target) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(cannot);
                }
                _ => {}
            },
        }
        if parent.exists() {
            sync_folder(parent)?;
        }
        watch(&Step::Replaced(entry.path.clone()));
    }
    remove_folder(root, folder)?;
    watch(&Step::Finished);
    Ok(())
}

/// An interrupted run is completed only over what it has seen: each file is as it was, or done.
fn refuse_edits(root: &Path, folder: &Path, journal: &Journal) -> Result<()> {
    for (index, entry) in journal.entries.iter().enumerate() {
        let now = checksum(&root.join(&entry.path))?;
        let staged = checksum(&folder.join(index.to_string()))?;
        let is_done = now == entry.after && (staged.is_none() || staged == entry.after);
        let is_to_do = now == entry.before && staged == entry.after;
        if !is_done && !is_to_do {
            bail!(
                "an earlier run was interrupted while it replaced files, and {} has been edited \
                 since: restore specs/ and tests/snapshots/ by git, delete {FOLDER}/, and run the \
                 command again",
                entry.path.display()
            );
        }
    }
    Ok(())
}

/// The journal first: without it, the rest means nothing.
fn remove_folder(root: &Path, folder: &Path) -> Result<()> {
    let cannot = || format!("cannot remove {}", folder.display());
    match fs::remove_file(folder.join(JOURNAL)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(cannot);
        }
        _ => {}
    }
    sync_folder(folder)?;
    fs::remove_dir_all(folder).with_context(cannot)?;
    sync_folder(root)
}

fn write(path: &Path, content: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(cannot)?;
    file.write_all(content.as_bytes()).with_context(cannot)?;
    file.sync_all().with_context(cannot)
}

fn checksum(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(sha256(&content))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Makes renamed entries last.
fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("cannot write {} to disk", folder.display()))
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn what_was_staged_goes_after_an_error_and_the_journal_with_it() {
        let root = TempDir::new().unwrap();
        let folder = root.path().join(FOLDER);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(JOURNAL), "{}").unwrap();
        fs::write(folder.join("0"), "new").unwrap();
        let error = abandon(&folder, anyhow!("no space"));
        assert_eq!(error.to_string(), "no space");
        assert_eq!(recover(root.path()).unwrap(), None);
    }

    #[test]
    fn as_long_as_there_is_a_journal_nothing_goes_that_it_names() {
        let root = TempDir::new().unwrap();
        // A folder cannot be removed as a file.
        let journal = root.path().join(JOURNAL);
        fs::create_dir(&journal).unwrap();
        fs::write(root.path().join("0"), "new").unwrap();
        let error = abandon(root.path(), anyhow!("no space"));
        assert!(error.to_string().contains("again completes it"), "{error}");
        assert!(root.path().join("0").exists());
    }
}
