use std::ops::Deref;

use http::Method;

use crate::builder::{Api, ClientBuilder};
use crate::{RawCall, Transport, workspace};

/// Client of a ZenML server: the Workspace API.
///
/// It dereferences to [`workspace::Client`], which has a method for each operation. Cheap to
/// clone; all clones share connections and login.
///
/// ```no_run
/// # async fn example() -> zenml::Result<()> {
/// use zenml::{Credentials, WorkspaceClient};
///
/// let zenml = WorkspaceClient::builder("https://zenml.example.com")
///     .credentials(Credentials::api_key("ZENKEY_…"))
///     .build()?;
/// for stack in zenml.list_stacks().name("contains:prod").send().await?.into_inner() {
///     println!("{}", stack.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct WorkspaceClient(workspace::Client);

impl WorkspaceClient {
    /// Configures a client of the server at this URL (`https://zenml.example.com`). A base path
    /// may follow; a trailing slash or `/api/v1` makes no difference.
    pub fn builder(url: impl Into<String>) -> ClientBuilder<Self> {
        ClientBuilder::new(url.into())
    }

    /// A call of a route that the crate's document lacks, with the client's credentials.
    ///
    /// ```no_run
    /// # async fn example(zenml: zenml::WorkspaceClient) -> zenml::Result<()> {
    /// let plugins = zenml
    ///     .request(zenml::Method::GET, "/api/v1/plugins")
    ///     .query("page", 1)
    ///     .send::<serde_json::Value>()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        // The server deduplicates every authenticated POST (`zen_server/request_management.py`).
        let deduplicated = method == Method::POST;
        RawCall::new(self.transport(), method, path.into(), deduplicated)
    }
}

impl Api for WorkspaceClient {
    const PATH_SUFFIX: &str = "/api/v1";
    const LOGIN_PATH: &str = "/api/v1/login";

    fn over(transport: Transport) -> Self {
        Self(workspace::Client::new(transport))
    }
}

impl Deref for WorkspaceClient {
    type Target = workspace::Client;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
