//! What does the client of the Workspace API offer beside its operations?

use crate::client::define::define_client;
use crate::transport::api::{ApiConfig, ApiKind};
use crate::workspace;

define_client! {
    /// Client of a ZenML server: the Workspace API.
    ///
    /// It has a method for each operation. The method returns a builder with a setter for each
    /// parameter, and `send` sends the request. A client is cheap to clone; all clones share
    /// connections and login.
    ///
    /// ```no_run
    /// # async fn example() -> zenml::Result<()> {
    /// use zenml::{Credentials, WorkspaceClient};
    ///
    /// let client = WorkspaceClient::builder("https://zenml.example.com")
    ///     .credentials(Credentials::api_key("ZENKEY_…"))
    ///     .build()?;
    /// for stack in client.list_stacks().name("contains:prod").send().await?.into_inner() {
    ///     println!("{}", stack.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    WorkspaceClient: ApiConfig {
        kind: ApiKind::Workspace,
        path_suffix: "/api/v1",
        login_path: "/api/v1/login",
        device_path: "/api/v1/device_authorization",
        document_version: Some(workspace::DOCUMENT_VERSION),
        deduplicates_post: true,
    };

    /// Configures a client of the server at this URL, such as `https://zenml.example.com`. A base
    /// path may follow. A trailing slash or `/api/v1` is ignored.
    fn builder;

    /// Creates a client of the server that the environment names.
    ///
    /// It follows the official client. The server is `ZENML_STORE_URL`, or else the one that the
    /// `zenml` command line is connected to. The credentials are `ZENML_STORE_API_KEY`,
    /// `ZENML_STORE_API_TOKEN`, or `ZENML_STORE_USERNAME` with `ZENML_STORE_PASSWORD`. If none is
    /// set, the client uses what `zenml login` has stored (in `~/.config/zenml` on Linux, or
    /// `ZENML_CONFIG_PATH`). It reads that store again when the login expires, and never writes it.
    ///
    /// `ZENML_STORE_VERIFY_SSL` (a bool, a file with certificates, or PEM text) and
    /// `ZENML_STORE_HTTP_TIMEOUT` (the time limit of one attempt in seconds) apply too.
    ///
    /// ```no_run
    /// # async fn example() -> zenml::Result<()> {
    /// let client = zenml::WorkspaceClient::from_env()?;
    /// println!("{}", client.server_info().send().await?.version);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if no URL is set or a
    /// variable is not usable, and [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if
    /// there are no credentials; the message lists the places searched.
    fn from_env;
}
