//! Where does a document come from, and how is it fetched?

mod file;
mod http;
mod pypi;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use zenml_test_server::Progress;

pub use http::{Limits, Token};
pub use pypi::{Edition, document as pypi_document};

/// Source of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The document that a version of the PyPI package prints, configured as a Pro workspace.
    Pypi(Version),
    /// The response of a server at this URL.
    Url(reqwest::Url),
    /// A file.
    File(PathBuf),
}

/// Version of the PyPI package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// The newest version that is not a pre-release.
    Latest,
    /// The version with this number.
    Exact(String),
}

/// A document as it was fetched.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The bytes.
    pub raw: Vec<u8>,
    /// The origin for `sources.toml` and for messages, without credentials and without paths of
    /// this machine.
    pub origin: String,
    /// The versions of the packages that printed the document, if known.
    pub printed_by: Option<String>,
}

impl Source {
    /// Fetches the document.
    ///
    /// # Errors
    /// Returns an error if the document cannot be fetched within `limits`.
    pub async fn fetch(
        &self,
        token: Option<&Token>,
        limits: &Limits,
        progress: &dyn Progress,
    ) -> Result<Fetched> {
        match self {
            Self::Pypi(version) => pypi::fetch(version, token, progress).await,
            Self::Url(url) => http::fetch(url, token, limits, progress).await,
            Self::File(path) => file::fetch(path, limits.bytes).await,
        }
    }

    /// Fetches the document of a version as a server prints it that is not a Pro workspace, if the
    /// source has it.
    ///
    /// # Errors
    /// Returns an error if the document cannot be fetched.
    pub async fn fetch_plain(
        &self,
        version: &str,
        token: Option<&Token>,
        progress: &dyn Progress,
    ) -> Result<Option<Fetched>> {
        match self {
            Self::Pypi(_) => pypi_document(version, Edition::OpenSource, token, progress)
                .await
                .map(Some),
            Self::Url(_) | Self::File(_) => Ok(None),
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(version) = text.strip_prefix("pypi:") {
            return match version {
                "" => Err("the version is missing; write pypi:0.98.0 or pypi:latest".to_owned()),
                "latest" => Ok(Self::Pypi(Version::Latest)),
                version => Ok(Self::Pypi(Version::Exact(version.to_owned()))),
            };
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return http::document_url(text).map(Self::Url);
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(format!(
                "{scheme}: is not supported; give an http: or https: URL, pypi:VERSION or a file"
            ));
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pypi(Version::Latest) => f.write_str("pypi:latest"),
            Self::Pypi(Version::Exact(version)) => write!(f, "pypi:{version}"),
            Self::Url(url) => f.write_str(&http::without_secrets(url)),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn displayed(text: &str) -> String {
        text.parse::<Source>().unwrap().to_string()
    }

    #[test]
    fn a_server_publishes_its_document_at_openapi_json() {
        for server in ["https://zenml.example.com", "https://zenml.example.com/"] {
            assert_eq!(displayed(server), "https://zenml.example.com/openapi.json");
        }
        assert_eq!(
            displayed("https://example.com/zenml/"),
            "https://example.com/zenml/openapi.json"
        );
    }

    #[test]
    fn the_url_of_a_document_is_used_unchanged() {
        let url = "https://example.com/specs/zenml-0.98.0.json";
        assert_eq!(displayed(url), url);
    }

    #[test]
    fn credentials_in_a_url_are_not_shown() {
        assert_eq!(
            displayed("https://me:secret@example.com/openapi.json?key=secret#secret"),
            "https://example.com/openapi.json"
        );
    }

    #[test]
    fn package_versions_and_files_are_sources() {
        assert_eq!("pypi:latest".parse(), Ok(Source::Pypi(Version::Latest)));
        assert_eq!(
            "pypi:0.97.0".parse(),
            Ok(Source::Pypi(Version::Exact("0.97.0".to_owned())))
        );
        assert_eq!("a/b.json".parse(), Ok(Source::File("a/b.json".into())));
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in ["pypi:", "ftp://example.com/openapi.json", "https://"] {
            assert!(text.parse::<Source>().is_err(), "{text}");
        }
    }
}
