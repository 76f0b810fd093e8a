//! Which versions of the server does the client support?

use std::fs;

use anyhow::{Context, Result, anyhow};

use crate::paths;

/// Returns the server version that the workspace document describes, the newest supported one.
///
/// # Errors
/// Returns an error if `specs/workspace.json` cannot be read or names no version.
pub fn default_version() -> Result<String> {
    text("specs/workspace.json", "/info/version")
}

/// Returns the oldest supported server version.
///
/// # Errors
/// Returns an error if `specs/availability.json` cannot be read or names no version.
pub fn oldest_version() -> Result<String> {
    text("specs/availability.json", "/floor")
}

/// Returns whether a version such as `0.94.6` is another one or newer.
#[must_use]
pub fn is_at_least(version: &str, other: &str) -> bool {
    numbers(version).ge(numbers(other))
}

fn numbers(version: &str) -> impl Iterator<Item = u64> {
    version.split('.').map_while(|number| number.parse().ok())
}

/// Reads a text from a JSON file of the workspace.
fn text(file: &str, pointer: &str) -> Result<String> {
    let path = paths::workspace().join(file);
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let document: serde_json::Value =
        serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    let text = document.pointer(pointer).and_then(|value| value.as_str());
    text.map(str::to_owned)
        .ok_or_else(|| anyhow!("{} has no {pointer}; restore it with git", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(is_at_least("0.100.0", "0.94.6"));
        assert!(is_at_least("0.94.6", "0.94.6"));
        assert!(!is_at_least("0.94.6", "0.94.10"));
        assert!(!is_at_least("0.9.0", "0.90.0"));
    }

    #[test]
    fn the_oldest_supported_version_is_older_than_the_newest() {
        let (oldest, newest) = (oldest_version().unwrap(), default_version().unwrap());
        assert!(is_at_least(&newest, &oldest), "{oldest} {newest}");
    }
}
