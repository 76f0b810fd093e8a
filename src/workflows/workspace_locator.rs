//! How is a workspace of ZenML Pro selected?

use std::fmt;

use uuid::Uuid;

use crate::WorkspaceClient;
use crate::transport::base_url::BaseUrl;

/// Path that the URL of a workspace may end with.
pub(crate) const PATH_SUFFIX: &str = WorkspaceClient::CONFIG.path_suffix;

/// Selects a workspace of ZenML Pro by its id, name or URL.
///
/// Text converts to a locator: a UUID is an id, text that starts with `http://` or `https://` is a
/// URL, and all other text is a name.
///
/// ```
/// use zenml::WorkspaceLocator;
///
/// let by_name: WorkspaceLocator = "staging".into();
/// assert_eq!(by_name, WorkspaceLocator::by_name("staging"));
/// let by_url: WorkspaceLocator = "https://staging.example.com".into();
/// assert_eq!(by_url, WorkspaceLocator::by_url("https://staging.example.com"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct WorkspaceLocator(pub(crate) Locator);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Locator {
    Id(Uuid),
    Name(String),
    Url(String),
}

impl WorkspaceLocator {
    /// Selects a workspace by its id.
    pub fn by_id(id: Uuid) -> Self {
        Self(Locator::Id(id))
    }

    /// Selects a workspace by its name, which is unique in its organization.
    pub fn by_name(name: impl Into<String>) -> Self {
        Self(Locator::Name(name.into()))
    }

    /// Selects a workspace by the URL of its server. A trailing slash or `/api/v1` makes no
    /// difference.
    pub fn by_url(url: impl Into<String>) -> Self {
        Self(Locator::Url(url.into()))
    }
}

impl From<Uuid> for WorkspaceLocator {
    fn from(id: Uuid) -> Self {
        Self::by_id(id)
    }
}

impl From<&str> for WorkspaceLocator {
    fn from(text: &str) -> Self {
        if text.starts_with("https://") || text.starts_with("http://") {
            return Self::by_url(text);
        }
        text.parse()
            .map_or_else(|_| Self::by_name(text), Self::by_id)
    }
}

impl From<String> for WorkspaceLocator {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl fmt::Display for WorkspaceLocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Locator::Id(id) => write!(f, "workspace with id {id}"),
            Locator::Name(name) => write!(f, "workspace named {name:?}"),
            // An invalid URL is not quoted, because it may contain a password.
            Locator::Url(url) => match BaseUrl::parse(url, PATH_SUFFIX) {
                Ok(url) => write!(f, "workspace at {url}"),
                Err(_) => f.write_str("workspace at an invalid URL"),
            },
        }
    }
}

impl fmt::Debug for WorkspaceLocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_an_id_a_url_or_a_name() {
        let id = Uuid::from_u128(1);
        for (text, locator) in [
            (&*id.to_string(), WorkspaceLocator::by_id(id)),
            ("staging", WorkspaceLocator::by_name("staging")),
            ("https://a.b/", WorkspaceLocator::by_url("https://a.b/")),
        ] {
            assert_eq!(WorkspaceLocator::from(text), locator);
        }
    }
}
