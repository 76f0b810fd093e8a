//! How does a real server become a workspace of ZenML Pro?

use anyhow::{Context, Result};
use tokio::time::timeout;

use zenml_test_server::{Options as ServerOptions, Server, paths};

use crate::{Account, ControlPlane, Options, Organization, Workspace};

/// A real ZenML server in Pro mode, together with the fake control plane that it belongs to.
///
/// The server reports a triggered run as running and then as completed. With
/// `extra: {"outcome": "failed"}` in the run configuration the run fails; with `"held"` it keeps
/// running.
///
/// ```no_run
/// # async fn example() -> anyhow::Result<()> {
/// use zenml_pro_fake::ProWorkspace;
///
/// let pro = ProWorkspace::start().await?;
/// let key = pro.admin.key();
/// println!("{} belongs to {}", pro.server.url(), pro.plane.url());
/// pro.stop().await
/// # }
/// ```
#[derive(Debug)]
pub struct ProWorkspace {
    /// The server.
    pub server: Server,
    /// The control plane.
    pub plane: ControlPlane,
    /// The organization `acme`, which owns the workspace.
    pub organization: Organization,
    /// The workspace `prod`, which the server serves.
    pub workspace: Workspace,
    /// A service account with all permissions in the organization.
    pub admin: Account,
}

impl ProWorkspace {
    /// Starts both with an empty database, and waits until the server has reported to the control
    /// plane.
    ///
    /// # Errors
    /// Returns the errors of [`Server::start`] and [`ControlPlane::start`].
    pub async fn start() -> Result<Self> {
        Self::start_with(ServerOptions::default(), Options::default()).await
    }

    /// Starts both with these options.
    ///
    /// # Errors
    /// Returns the errors of [`ProWorkspace::start`].
    pub async fn start_with(server: ServerOptions, plane: Options) -> Result<Self> {
        let plane = ControlPlane::start_with(plane).await?;
        let organization = plane.organization("acme");
        let workspace = organization.enroll("prod");
        let (url, deadline) = (plane.url(), server.time_to_start());
        let server = server
            .plugins(paths::workspace().join("crates/pro-fake/plugins"))
            .env("ZENML_SERVER_AUTO_ACTIVATE", "")
            .env("ZENML_SERVER_DEPLOYMENT_TYPE", "cloud")
            .env("ZENML_SERVER_PRO_API_URL", &url)
            // Required, but not used.
            .env("ZENML_SERVER_PRO_DASHBOARD_URL", &url)
            .env("ZENML_SERVER_PRO_OAUTH2_AUDIENCE", &url)
            .env(
                "ZENML_SERVER_PRO_OAUTH2_CLIENT_SECRET",
                workspace.client_secret(),
            )
            .env(
                "ZENML_SERVER_PRO_ORGANIZATION_ID",
                organization.id().to_string(),
            )
            .env("ZENML_SERVER_PRO_ORGANIZATION_NAME", organization.name())
            .env("ZENML_SERVER_PRO_WORKSPACE_ID", workspace.id().to_string())
            .env("ZENML_SERVER_PRO_WORKSPACE_NAME", workspace.name())
            .env(
                "ZENML_SERVER_WORKLOAD_MANAGER_IMPLEMENTATION_SOURCE",
                "report_runs.ReportRuns",
            );
        let server = Server::start(server).await?;
        let reported = plane.wait_until(|_| workspace.status() == "available");
        timeout(deadline, reported)
            .await
            .context("the server did not report to the control plane in time")?;
        let admin = organization
            .service_account("admin")
            .with_role("Organization Admin");
        Ok(Self {
            server,
            plane,
            organization,
            workspace,
            admin,
        })
    }

    /// Stops both.
    ///
    /// # Errors
    /// Returns the errors of [`Server::stop`] and [`ControlPlane::finish`].
    pub async fn stop(self) -> Result<()> {
        self.server.stop().await?;
        self.plane.finish()
    }
}
