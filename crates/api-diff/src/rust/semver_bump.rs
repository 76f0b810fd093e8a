//! Chooses the release step that the changes require.

use super::{Effect, Item};

/// A step of semantic versioning, smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SemverBump {
    /// No public item has changed.
    Patch,
    /// Items were added or deprecated.
    Minor,
    /// Something breaks.
    Major,
}

impl SemverBump {
    pub(crate) fn of(items: &[Item]) -> Self {
        match items.iter().map(|item| item.effect).min() {
            Some(Effect::Breaking) => Self::Major,
            Some(Effect::Addition | Effect::Deprecation) => Self::Minor,
            None => Self::Patch,
        }
    }

    /// Returns the name used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// Returns the reason, and what Cargo takes the step for before and from 1.0.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Patch => "nothing changes for Rust callers: a patch release",
            Self::Minor => {
                "additions only: a patch release before 1.0, a minor release from 1.0 on"
            }
            Self::Major => "breaking: a minor release before 1.0, a major release from 1.0 on",
        }
    }

    /// Returns the version after `version` by Cargo's rules: before 1.0, a breaking change raises the
    /// minor number. Returns `None` if `version` does not have the form `major.minor.patch`.
    pub fn next(self, version: &str) -> Option<String> {
        let numbers: Vec<u64> = version
            .split('.')
            .map(|number| number.parse().ok())
            .collect::<Option<_>>()?;
        let [major, minor, patch] = numbers[..] else {
            return None;
        };
        let (major, minor, patch) = match (self, major, minor) {
            (Self::Major, 1.., _) => (major + 1, 0, 0),
            (Self::Minor, 1.., _) | (Self::Major, 0, _) => (major, minor + 1, 0),
            (Self::Patch, _, _) | (Self::Minor, 0, _) => (major, minor, patch + 1),
        };
        Some(format!("{major}.{minor}.{patch}"))
    }
}
