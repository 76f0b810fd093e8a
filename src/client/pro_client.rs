//! What does the client of the Pro API offer besides its operations?

use crate::client::define::define_client;
use crate::client::environment;
use crate::transport::api::ApiConfig;

define_client! {
    /// Client of the ZenML Pro API: organizations, workspaces, teams, roles.
    ///
    /// The client has a method for each operation. The method returns a builder with a setter for
    /// each parameter, and `send` sends the request. A client is cheap to clone; all clones share
    /// connections and login.
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
    ProClient: ApiConfig::PRO;

    /// Returns the builder of a client for the Pro API at this URL: [`DEFAULT_URL`](Self::DEFAULT_URL),
    /// or the URL of a self-hosted control plane.
    ///
    /// If the control plane has a base path, such as `/api/v1`, the URL must include it. A trailing
    /// slash is ignored.
    fn builder;

    /// Creates a client from environment variables and the login of the `zenml` command line.
    ///
    /// The URL is `ZENML_PRO_API_URL`, or else [`DEFAULT_URL`](Self::DEFAULT_URL). The credentials
    /// are `ZENML_STORE_API_KEY`, or else the login that `zenml login` stored (with the feature
    /// `cli-login`). The variables for certificates and the time limit are those of
    /// [`WorkspaceClient::from_env`](crate::WorkspaceClient::from_env).
    ///
    /// # Errors
    ///
    /// Returns the errors of [`WorkspaceClient::from_env`](crate::WorkspaceClient::from_env).
    fn from_env;
}

impl ProClient {
    /// The URL of the Pro API that ZenML GmbH operates.
    pub const DEFAULT_URL: &str = environment::PRO_URL;
}
