//! How are versions of ZenML compared?

use std::fmt;

/// A version of ZenML: major, minor and patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub u32, pub u32, pub u32);

impl Release {
    /// Reads a version such as `0.98.0`. What follows the three numbers is ignored: a release
    /// candidate has the API of its release, and a nightly build (`0.98.0.dev20261126`) that of the
    /// release before it, or a newer one.
    pub(crate) fn parse(version: &str) -> Option<Self> {
        let mut numbers = version.split('.').map(|part| {
            let end = part.find(|c: char| !c.is_ascii_digit());
            part.get(..end.unwrap_or(part.len()))?.parse().ok()
        });
        let (major, minor) = (numbers.next()??, numbers.next()??);
        Some(Self(major, minor, numbers.next().flatten().unwrap_or(0)))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// The versions that have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The first version, unless the oldest supported one has it.
    pub since: Option<Release>,
    /// The first version that no longer has it.
    pub removed: Option<Release>,
}

impl Versions {
    /// Returns whether a version has it.
    pub(crate) fn include(&self, version: Release) -> bool {
        self.since.is_none_or(|since| since <= version)
            && self.removed.is_none_or(|removed| version < removed)
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.removed) {
            (Some(since), Some(removed)) => {
                write!(
                    f,
                    "existed from ZenML {since} until it was removed in {removed}"
                )
            }
            (Some(since), None) => write!(f, "exists since ZenML {since}"),
            (None, Some(removed)) => write!(f, "was removed in ZenML {removed}"),
            (None, None) => f.write_str("exists in all supported versions"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_by_number() {
        assert!(Release(0, 9, 12) < Release(0, 10, 0));
        assert!(Release(0, 98, 0) < Release(1, 0, 0));
    }

    #[test]
    fn candidates_and_nightly_builds_count_as_their_release() {
        for (text, release) in [
            ("0.98.0", Some(Release(0, 98, 0))),
            ("0.98.1rc1", Some(Release(0, 98, 1))),
            ("0.95.0.dev20261126", Some(Release(0, 95, 0))),
            ("0.95.2+local", Some(Release(0, 95, 2))),
            ("0.98", Some(Release(0, 98, 0))),
            ("0.98rc1", Some(Release(0, 98, 0))),
            ("1.0.dev1", Some(Release(1, 0, 0))),
            ("main", None),
            ("1", None),
            ("", None),
            ("0.x", None),
            ("99999999999.0.0", None),
        ] {
            assert_eq!(Release::parse(text), release, "{text}");
        }
    }

    #[test]
    fn the_first_version_is_included_and_that_of_the_removal_is_not() {
        let versions = Versions {
            since: Some(Release(0, 94, 3)),
            removed: Some(Release(0, 97, 0)),
        };
        assert!(!versions.include(Release(0, 94, 2)));
        assert!(versions.include(Release(0, 94, 3)));
        assert!(versions.include(Release(0, 96, 9)));
        assert!(!versions.include(Release(0, 97, 0)));
    }
}
