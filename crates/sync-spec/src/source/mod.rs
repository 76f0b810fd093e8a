//! Where a document comes from.

mod file;
mod http;
mod pypi;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use zenml_test_server::Progress;

pub use http::{Limits, Token};

/// The place of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// What a version of the PyPI package prints, configured as a Pro workspace.
    Pypi(Version),
    /// What a server answers at this URL.
    Url(reqwest::Url),
    /// A file.
    File(PathBuf),
}

/// Which version of the PyPI package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// The newest that is no pre-release.
    Latest,
    /// This one.
    Exactly(String),
}

/// A document as it was obtained.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The bytes.
    pub raw: Vec<u8>,
    /// Where they are from, for `sources.toml` and for messages: without credentials, and without
    /// paths of this machine.
    pub origin: String,
    /// What wrote the document, where that is known.
    pub printed_by: Option<String>,
}

impl Source {
    /// Obtains the document.
    ///
    /// # Errors
    /// When that is impossible or takes more than `limits` allow: says why and what to do.
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
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(version) = text.strip_prefix("pypi:") {
            return match version {
                "" => Err("name a version: pypi:0.98.0 or pypi:latest".to_owned()),
                "latest" => Ok(Self::Pypi(Version::Latest)),
                version => Ok(Self::Pypi(Version::Exactly(version.to_owned()))),
            };
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return http::document_url(text).map(Self::Url);
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(format!(
                "{scheme}: is not supported, only http:, https:, pypi: and paths of files"
            ));
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pypi(Version::Latest) => f.write_str("pypi:latest"),
            Self::Pypi(Version::Exactly(version)) => write!(f, "pypi:{version}"),
            Self::Url(url) => f.write_str(&http::shown(url)),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Source>().unwrap().to_string()
    }

    #[test]
    fn a_server_publishes_its_document_at_openapi_json() {
        for server in ["https://zenml.example.com", "https://zenml.example.com/"] {
            assert_eq!(shown(server), "https://zenml.example.com/openapi.json");
        }
        assert_eq!(
            shown("https://example.com/zenml/"),
            "https://example.com/zenml/openapi.json"
        );
    }

    #[test]
    fn the_url_of_a_document_is_taken_as_it_is() {
        let url = "https://example.com/specs/zenml-0.98.0.json";
        assert_eq!(shown(url), url);
    }

    #[test]
    fn credentials_in_a_url_are_not_shown() {
        assert_eq!(
            shown("https://me:secret@example.com/openapi.json?key=secret#secret"),
            "https://example.com/openapi.json"
        );
    }

    #[test]
    fn versions_of_the_package_and_files_are_sources() {
        assert_eq!("pypi:latest".parse(), Ok(Source::Pypi(Version::Latest)));
        assert_eq!(
            "pypi:0.97.0".parse(),
            Ok(Source::Pypi(Version::Exactly("0.97.0".to_owned())))
        );
        assert_eq!("a/b.json".parse(), Ok(Source::File("a/b.json".into())));
    }

    #[test]
    fn what_is_no_source_is_refused() {
        for text in ["pypi:", "ftp://example.com/openapi.json", "https://"] {
            assert!(text.parse::<Source>().is_err(), "{text}");
        }
    }
}
