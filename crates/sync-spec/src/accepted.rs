//! Which changes have reviewers accepted? Reads `specs/accepted-changes.toml`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use zenml_api_diff::Accepted;

/// The path of the file in a checkout. It may be missing.
pub const PATH: &str = "specs/accepted-changes.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accepted: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    at: String,
    reason: String,
}

/// Reads accepted changes from a file.
///
/// # Errors
/// Returns an error if the file cannot be read or is malformed, or an entry gives no reason.
pub fn read(path: &Path) -> Result<Vec<Accepted>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File =
        toml::from_str(&text).with_context(|| format!("{} is malformed", path.display()))?;
    let entries = file.accepted.into_iter().map(|entry| {
        if entry.reason.trim().is_empty() {
            bail!(
                "{}: the entry for `{}` at `{}` has no reason; give one",
                path.display(),
                entry.rule,
                entry.at
            );
        }
        Ok(Accepted {
            rule: entry.rule,
            at: entry.at,
            reason: entry.reason,
        })
    });
    entries.collect()
}

/// Reads the accepted changes of a checkout, if it has any.
///
/// # Errors
/// Returns the errors of [`read`].
pub fn of_checkout(root: &Path) -> Result<Vec<Accepted>> {
    let path = root.join(PATH);
    if path.exists() {
        read(&path)
    } else {
        Ok(Vec::new())
    }
}
