//! What does the client of the Workspace API offer besides its operations?

use crate::client::define::define_client;
use crate::transport::api::{ApiConfig, ApiKind};
use crate::{ClientBuilder, workspace};

define_client! {
    /// Client of the Workspace API, the API of every ZenML server.
    ///
    /// The client has a method for each operation. The method returns a builder with a setter for
    /// each parameter, and `send` sends the request. The operations stand below in groups, which
    /// [`workspace`](crate::workspace) lists. A client is cheap to clone; all clones share connections
    /// and login.
    ///
    /// ```no_run
    /// # async fn example() -> zenml::Result<()> {
    /// use zenml::{Credentials, WorkspaceClient};
    ///
    /// let client = WorkspaceClient::builder("https://zenml.example.com")
    ///     .credentials(Credentials::api_key("ZENKEY_…"))
    ///     .build()?;
    /// let stacks = client.list_stacks().name("contains:prod").send().await?;
    /// for stack in &stacks.items {
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
        oldest_supported: Some(workspace::OLDEST_SUPPORTED),
        routes: &workspace::ROUTES,
        deduplicates_post: true,
    };

    /// Returns the builder of a client for the server at this URL, such as
    /// `https://zenml.example.com`.
    ///
    /// The URL may contain a base path. A trailing slash or `/api/v1` is ignored.
    fn builder;

    /// Creates a client from environment variables and the login of the `zenml` command line.
    ///
    /// The variables are those of the official client. The first one that is set decides:
    ///
    /// | setting | sources, in this order |
    /// | --- | --- |
    /// | server | `ZENML_STORE_URL`; the server that the command line is connected to |
    /// | credentials | `ZENML_STORE_API_KEY`; `ZENML_STORE_API_TOKEN`; `ZENML_STORE_USERNAME` with `ZENML_STORE_PASSWORD`; the login that `zenml login` stored |
    /// | default project | `ZENML_ACTIVE_PROJECT_ID`; the active project of the command line, if it is connected to this server |
    /// | certificates | `ZENML_STORE_VERIFY_SSL`: a bool, a file with certificates, or PEM text; the setting of the command line's connection |
    /// | time limit of one attempt | `ZENML_STORE_HTTP_TIMEOUT`, in seconds |
    ///
    /// The command line stores its logins in `ZENML_CONFIG_PATH`, or else in `~/.config/zenml` on
    /// Linux. The client reads the store again when the login expires, and never writes it. If
    /// `DISABLE_CREDENTIALS_DISK_CACHING` is true, the client does not use stored logins. Without the
    /// cargo feature `cli-login`, which is enabled by default, the variables are the only source.
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
    /// there are no credentials; the message lists the places searched, and names the feature
    /// `cli-login` if it is not enabled.
    fn from_env;
}

impl ClientBuilder<WorkspaceClient> {
    /// Sets the default project by name or id: lists whose calls do not name a project contain only
    /// what belongs to it. Defaults to none: the server then reads its own default project, and rejects
    /// the call if it has none, as a workspace of ZenML Pro does.
    ///
    /// The default project fills the optional query parameter `project` or `project_name_or_id` of
    /// lists, and nothing else: neither paths and bodies, nor operations that create, change or delete.
    /// The `all_projects` method of a list's builder lifts it for a call.
    ///
    /// ```
    /// use zenml::{Credentials, WorkspaceClient};
    ///
    /// let client = WorkspaceClient::builder("https://zenml.example.com")
    ///     .credentials(Credentials::api_key("ZENKEY_…"))
    ///     .project("default")
    ///     .build()?;
    /// let runs = client.list_runs();
    /// let runs_of_another_project = client.list_runs().project("research");
    /// # Ok::<(), zenml::Error>(())
    /// ```
    pub fn project(self, name_or_id: impl Into<String>) -> Self {
        self.project_or_none(Some(name_or_id.into()))
    }

    /// Removes the default project, which [`builder_from_env`](WorkspaceClient::builder_from_env) may
    /// have found.
    pub fn all_projects(self) -> Self {
        self.project_or_none(None)
    }
}
