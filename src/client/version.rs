//! Does the version of a server match that of the client?

use std::cmp::Ordering;
use std::fmt;

use crate::{Result, WorkspaceClient, workspace};

/// Version of a server, compared with the version of ZenML that this client was generated for.
///
/// `Display` explains a difference in one sentence.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// let check = client.check_version().await?;
/// if check.is_server_older() {
///     eprintln!("{check}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionCheck {
    /// Version that the server reports.
    pub server: String,
    /// Version of ZenML that the client was generated for.
    pub client: String,
    /// Oldest version of ZenML that the client supports.
    pub oldest_supported: String,
    ordering: Ordering,
    is_supported: bool,
}

impl VersionCheck {
    /// Returns whether server and client have the same version. Release candidates and nightly builds
    /// count as their release.
    #[must_use]
    pub fn is_match(&self) -> bool {
        self.ordering.is_eq()
    }

    /// Returns whether the client supports the server: it is not older than
    /// [`oldest_supported`](Self::oldest_supported).
    #[must_use]
    pub fn is_server_supported(&self) -> bool {
        self.is_supported
    }

    /// Returns whether the server is older. It may then lack operations, parameters and fields; the
    /// client refuses requests that would have another effect.
    #[must_use]
    pub fn is_server_older(&self) -> bool {
        self.ordering.is_lt()
    }

    /// Returns whether the server is newer. It may then send fields, and have operations, that the
    /// client does not know.
    #[must_use]
    pub fn is_server_newer(&self) -> bool {
        self.ordering.is_gt()
    }
}

impl fmt::Display for VersionCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            server,
            client,
            oldest_supported,
            ..
        } = self;
        if !self.is_supported {
            return write!(
                f,
                "the server is ZenML {server}, which this client does not support; upgrade it to \
                 ZenML {oldest_supported} or newer"
            );
        }
        let meaning = match self.ordering {
            Ordering::Equal => "the versions match",
            Ordering::Less => {
                "the server lacks what ZenML has added since; upgrade the server to use it"
            }
            Ordering::Greater => {
                "new fields arrive in `unknown_fields`, new operations need `request`; upgrade this \
                 crate"
            }
        };
        write!(
            f,
            "the server is ZenML {server}, the client was generated for ZenML {client}: {meaning}"
        )
    }
}

impl WorkspaceClient {
    /// Requests the version of the server and compares it with that of the client.
    ///
    /// The client asks for the version on its own only before a request that an older server may not
    /// know (see [`allow_unsupported`](crate::CallOptions::allow_unsupported)), and to explain an
    /// error. Call this at the start of a program, for instance to log a difference.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
    /// let check = client.check_version().await?;
    /// if !check.is_match() {
    ///     eprintln!("warning: {check}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the URL does not lead to a ZenML
    /// server, and the errors of any other call.
    pub async fn check_version(&self) -> Result<VersionCheck> {
        let server = self.transport.request_version().await?.version;
        let (client, oldest) = (workspace::DOCUMENT_VERSION, workspace::OLDEST_SUPPORTED);
        Ok(VersionCheck {
            ordering: server.compare(client),
            is_supported: server.release() >= oldest,
            oldest_supported: oldest.to_string(),
            server: server.to_string(),
            client: client.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
