use std::ops::Deref;

use http::Method;
use uuid::Uuid;

use crate::client::environment;
use crate::transport::api::{Api, Facts, Family};
use crate::{
    CallOptions, ClientBuilder, RawCall, Result, Runnable, Transport, Trigger, WaitForRun,
    workspace,
};

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

    /// A client of the server that the environment names.
    ///
    /// As the official client does it: the server is `ZENML_STORE_URL`, or else the one that the
    /// `zenml` command line is connected to. The credentials are `ZENML_STORE_API_KEY`,
    /// `ZENML_STORE_API_TOKEN`, or `ZENML_STORE_USERNAME` with `ZENML_STORE_PASSWORD`, or else what
    /// `zenml login` has stored (in `~/.config/zenml` on Linux, or `ZENML_CONFIG_PATH`). That store
    /// is read again when a login ends, and never written.
    ///
    /// `ZENML_STORE_VERIFY_SSL` (a bool, a file with certificates, or PEM text) and
    /// `ZENML_STORE_HTTP_TIMEOUT` (seconds that one attempt may take) count too.
    ///
    /// ```no_run
    /// # async fn example() -> zenml::Result<()> {
    /// let zenml = zenml::WorkspaceClient::from_env()?;
    /// println!("{}", zenml.server_info().send().await?.version);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Configuration`](crate::ErrorKind::Configuration): there is no server's URL, or a variable
    /// is not usable. [`Credentials`](crate::ErrorKind::Credentials): nothing to log in with; the
    /// error lists where it was looked for.
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

    /// Runs a run template or a snapshot, as it is or configured otherwise. For workspaces of ZenML
    /// Pro: other servers run nothing.
    ///
    /// ```no_run
    /// # async fn example(ws: zenml::WorkspaceClient) -> zenml::Result<()> {
    /// use zenml::RunTemplate;
    ///
    /// let run = ws
    ///     .trigger(RunTemplate::named("nightly"))
    ///     .project("default")
    ///     .parameter("trainer", "learning_rate", 0.01)
    ///     .await?;
    /// let run = ws.wait_for_run(run.id).await?;
    /// println!("{} is {}", run.name, run.status().map_or("hidden", |status| status.as_str()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn trigger(&self, runnable: impl Into<Runnable>) -> Trigger {
        Trigger::new(self.transport(), runnable.into())
    }

    /// Waits for the end of a run.
    ///
    /// ```no_run
    /// # async fn example(ws: zenml::WorkspaceClient, id: uuid::Uuid) -> zenml::Result<()> {
    /// use std::time::Duration;
    ///
    /// let run = ws
    ///     .wait_for_run(id)
    ///     .deadline(Duration::from_secs(3600))
    ///     .on_status(|status| eprintln!("{status}"))
    ///     .await?;
    /// let is_good = run.status().is_some_and(|status| status.is_successful());
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_run(&self, run: Uuid) -> WaitForRun {
        WaitForRun::new(self.clone(), run)
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
        let path = path.into();
        // The server deduplicates what is posted (`zen_server/request_management.py`), but events:
        // of a run (`routers/runs_endpoints.py`) and of webhooks (`routers/webhook_endpoints.py`).
        let route = path.split('?').next().unwrap_or_default();
        let deduplicated = method == Method::POST && !route.ends_with("/events");
        RawCall::new(self.transport(), method, path, deduplicated)
    }
}

impl Api for WorkspaceClient {
    const FACTS: Facts = Facts {
        family: Family::Workspace,
        path_suffix: "/api/v1",
        login_path: "/api/v1/login",
        device_path: "/api/v1/device_authorization",
        document_version: Some(workspace::DOCUMENT_VERSION),
    };

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
