use std::ops::Deref;

use http::Method;

use crate::client::environment;
use crate::transport::api::{Api, Facts};
use crate::{
    CallOptions, ClientBuilder, ConnectWorkspace, RawCall, Result, Transport, WorkspaceLocator, pro,
};

/// Client of the ZenML Pro API: organizations, workspaces, teams, roles.
///
/// It dereferences to [`pro::Client`], which has a method for each operation. Cheap to clone; all
/// clones share connections and login.
///
/// ```no_run
/// # async fn example() -> zenml::Result<()> {
/// use zenml::{Credentials, ProClient};
///
/// let pro = ProClient::builder(ProClient::DEFAULT_URL)
///     .credentials(Credentials::api_key("ZENPROKEY_…"))
///     .build()?;
/// println!("{:?}", pro.get_current_user().send().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ProClient(pro::Client);

impl ProClient {
    /// The URL of the Pro API that ZenML GmbH runs.
    pub const DEFAULT_URL: &str = environment::PRO_URL;

    /// Configures a client of the Pro API at this URL ([`DEFAULT_URL`](Self::DEFAULT_URL), or that
    /// of a self-hosted one). A base path such as `/api/v1` is part of it, a trailing slash makes
    /// no difference.
    pub fn builder(url: impl Into<String>) -> ClientBuilder<Self> {
        ClientBuilder::new(url.into())
    }

    /// A client of the Pro API that the environment names: `ZENML_PRO_API_URL`, or else
    /// [`DEFAULT_URL`](Self::DEFAULT_URL), with `ZENML_STORE_API_KEY`, or else what `zenml login`
    /// has stored. Certificates and timeout are those of
    /// [`WorkspaceClient::from_env`](crate::WorkspaceClient::from_env).
    ///
    /// # Errors
    /// As [`WorkspaceClient::from_env`](crate::WorkspaceClient::from_env).
    pub fn from_env() -> Result<Self> {
        Self::builder_from_env()?.build()
    }

    /// As [`from_env`](Self::from_env), with more to configure.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn builder_from_env() -> Result<ClientBuilder<Self>> {
        environment::from_process()
    }

    /// The same client, with other options for the calls through it. It shares connections, login
    /// and retry budget.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self::over(self.transport().with(options))
    }

    /// A client of one of the workspaces, which logs in to it with this client's login and renews
    /// that as long as this client could. Named by its name, its id, or its URL.
    ///
    /// It awaits the workspace if that is just being deployed: see [`ConnectWorkspace`].
    ///
    /// ```no_run
    /// # async fn example(pro: zenml::ProClient) -> zenml::Result<()> {
    /// let ws = pro.connect_workspace("staging").organization("acme").await?;
    /// println!("{}", ws.get_current_user().send().await?.name);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connect_workspace(&self, workspace: impl Into<WorkspaceLocator>) -> ConnectWorkspace {
        ConnectWorkspace::new(self.clone(), workspace.into())
    }

    /// A call of a route that the crate's document lacks, with the client's credentials.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(self.transport(), method, path.into(), false)
    }
}

impl Api for ProClient {
    const FACTS: Facts = Facts::PRO;

    fn over(transport: Transport) -> Self {
        Self(pro::Client::new(transport))
    }
}

impl Deref for ProClient {
    type Target = pro::Client;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
