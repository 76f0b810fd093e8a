//! Does the version of a server match that of the client?

use std::cmp::Ordering;
use std::fmt;

use http::Method;

use crate::transport::request::{Accept, Request};
use crate::transport::server_version::ServerVersion;
use crate::{Error, ErrorKind, Result, WorkspaceClient};

/// Version of a server, compared with the version of ZenML that this client was generated for.
///
/// Patch versions are ignored: servers of one minor version have the same API. `Display` explains a
/// difference in one sentence.
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
    ordering: Ordering,
}

impl VersionCheck {
    /// Returns whether server and client have the same minor version.
    #[must_use]
    pub fn is_match(&self) -> bool {
        self.ordering.is_eq()
    }

    /// Returns whether the server is older. It may then lack operations and fields.
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
        let Self { server, client, .. } = self;
        let meaning = match self.ordering {
            Ordering::Equal => "the versions match",
            Ordering::Less => "the server may lack operations and fields; upgrade the server",
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
    /// The client does not compare the versions on its own. Call this at the start of a program, for
    /// instance to log a difference.
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
    /// Returns [`ErrorKind::Decode`] if the URL does not lead to a ZenML server, and the errors of any
    /// other call.
    pub async fn check_version(&self) -> Result<VersionCheck> {
        let request = Request {
            authenticated: false,
            ..Request::new("check_version", Method::GET, ServerVersion::PATH)
        };
        let response = self.transport.send(request, Accept::Json).await?;
        let server = ServerVersion::read(&response.body).ok_or_else(|| {
            let message = "the response does not contain a version; check that the URL leads to a \
                           ZenML server";
            let error = Error::new(ErrorKind::Decode, message).with_status(response.status);
            response.context.explain(error)
        })?;
        let client = crate::workspace::DOCUMENT_VERSION;
        Ok(VersionCheck {
            ordering: server.cmp_minor(client),
            server: server.to_string(),
            client: client.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
