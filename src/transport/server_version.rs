//! Which version does a server report?

use std::cmp::Ordering;
use std::fmt;

use super::api::ApiConfig;
use crate::availability::release::Release;
use crate::codec::object::readable;

/// Maximum length of a version, in characters.
const MAX_LENGTH: usize = 64;

/// Version that a server reports in the response of `GET /api/v1/info`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServerVersion {
    text: String,
    release: Release,
}

impl ServerVersion {
    /// Path of the operation that reports the version.
    pub const PATH: &str = "/api/v1/info";

    /// Reads a response of [`PATH`](Self::PATH), or returns `None` if it is something else.
    pub fn read(body: &[u8]) -> Option<Self> {
        struct Info {
            version: String,
        }

        readable! { Info required { "version" version } nullable {} optional {} }

        let info: Info = serde_json::from_slice(body).ok()?;
        // Messages quote it.
        let is_version = info.version.len() <= MAX_LENGTH
            && info.version.bytes().all(|byte| byte.is_ascii_graphic());
        let text = is_version.then_some(info.version)?;
        let release = Release::parse(&text)?;
        Some(Self { text, release })
    }

    /// Returns the release that the version is, or belongs to.
    pub fn release(&self) -> Release {
        self.release
    }

    /// Compares the version with that of a document.
    pub fn compare(&self, document: &str) -> Ordering {
        Some(self.release).cmp(&Release::parse(document))
    }

    /// Describes the server, if it is older than all supported ones.
    pub fn unsupported(&self, api: &ApiConfig) -> Option<String> {
        let oldest = api
            .oldest_supported
            .filter(|oldest| self.release < *oldest)?;
        Some(format!(
            "the server is ZenML {self}, which this client does not support; upgrade it to ZenML \
             {oldest} or newer"
        ))
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_without_a_version_does_not_come_from_a_zenml_server() {
        let long = format!(r#"{{"version":"0.98.{}"}}"#, "1".repeat(100));
        for body in [
            "",
            "{}",
            "[]",
            r#"{"version":"x"}"#,
            r#"{"version":5}"#,
            r#"{"version":"0.98.1\u001b[31m"}"#,
            r#"{"version":"0.98.1\u202e"}"#,
            &long,
        ] {
            assert_eq!(ServerVersion::read(body.as_bytes()), None, "{body}");
        }
        let version = ServerVersion::read(br#"{"version":"0.98.1rc1","id":5}"#).unwrap();
        assert_eq!(version.to_string(), "0.98.1rc1");
    }

    #[test]
    fn patch_versions_count() {
        let version = ServerVersion::read(br#"{"version":"0.98.1"}"#).unwrap();
        assert_eq!(version.compare("0.98.1"), Ordering::Equal);
        assert_eq!(version.compare("0.98.0"), Ordering::Greater);
        assert_eq!(version.compare("0.97.5"), Ordering::Greater);
        assert_eq!(version.compare("0.100.0"), Ordering::Less);
        assert_eq!(version.compare("1.0.0"), Ordering::Less);
    }
}
