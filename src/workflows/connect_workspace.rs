//! How does a client of the Pro API become a client of a workspace?
//!
//! The lookup is that of `zenml login` (`connect_to_pro_server` in `cli/login.py` of ZenML 0.98.0).

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::auth::session::Session;
use crate::error::body::one_line;
use crate::transport::base_url::{BaseUrl, is_same_base};
use crate::transport::hint::lacks_the_route;
use crate::workflows::workspace_locator::{Locator, PATH_SUFFIX, WorkspaceLocator};
use crate::workflows::workspace_lookup::Lookup;
use crate::workflows::workspace_record::{Organization, Workspace};
use crate::{
    Call, Credentials, Error, ErrorKind, Operation, ProClient, Result, Transport, WorkspaceClient,
};

impl ProClient {
    /// Connects to a workspace, given by its name, id or URL.
    ///
    /// The workspace client uses the login of this client, and can renew its token for as long as this
    /// client can log in. If the workspace is being deployed, the call waits for it.
    ///
    /// ```no_run
    /// # async fn example(pro: zenml::ProClient) -> zenml::Result<()> {
    /// let client = pro.connect_workspace("staging").organization("acme").send().await?;
    /// println!("{}", client.get_current_user().send().await?.name);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connect_workspace(&self, workspace: impl Into<WorkspaceLocator>) -> ConnectWorkspace {
        ConnectWorkspace {
            pro: self.transport.clone(),
            locator: workspace.into(),
            organization: None,
            deadline: DEADLINE,
        }
    }
}

/// Builder of a client for a workspace, created by [`ProClient::connect_workspace`].
#[derive(Debug, Clone)]
#[must_use = "no workspace is connected until `send` is called"]
pub struct ConnectWorkspace {
    pro: Transport,
    locator: WorkspaceLocator,
    organization: Option<String>,
    deadline: Duration,
}

// The interval and limit of the command line.
const INTERVAL: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_secs(180);

const OPERATION: &str = "connect_workspace";

// Not the generated operation, which another document of the Pro API may lack.
static GET_ORGANIZATION: Operation = Operation::get("get_organization", "/organizations/{id}");

impl ConnectWorkspace {
    /// Sets the organization, by name or id, that the workspace belongs to. Defaults to all
    /// organizations of the user.
    pub fn organization(mut self, name_or_id: impl fmt::Display) -> Self {
        self.organization = Some(name_or_id.to_string());
        self
    }

    /// Sets the maximum time to wait for a workspace that is being deployed. Defaults to 3 minutes.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Finds the workspace and returns its client.
    ///
    /// The client takes these settings from the Pro client: connections, call options, user agent, and
    /// permission to use plain HTTP. It has its own retry budget, and no default headers.
    ///
    /// # Errors
    /// - [`NotFound`](ErrorKind::NotFound): the workspace does not exist, or the user is not a member.
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): several workspaces match.
    /// - [`Configuration`](ErrorKind::Configuration): the given URL is invalid, or the URL of the
    ///   workspace is plain HTTP, which is not allowed.
    /// - [`NotRunning`](ErrorKind::NotRunning): the workspace has failed, is deactivated or deleted,
    ///   or has no URL.
    /// - [`Timeout`](ErrorKind::Timeout): the workspace was still being deployed when the `deadline`
    ///   passed.
    ///
    /// The other errors are those of all calls to the Pro API.
    pub async fn send(self) -> Result<WorkspaceClient> {
        if let Locator::Url(url) = &self.locator.0 {
            let parsed = BaseUrl::parse(url, PATH_SUFFIX);
            parsed.map_err(|error| error.with_operation(OPERATION))?;
        }
        let organization = match &self.organization {
            Some(name_or_id) => Some(self.organization_id(name_or_id).await?),
            None => None,
        };
        let mut lookup = Lookup::new(&self.pro, organization);
        let found = lookup.find(&self.locator).await;
        let mut workspace = found.map_err(|error| {
            if lacks_the_route(&error) {
                error.with_operation(OPERATION)
            } else {
                error
            }
        })?;
        let runtime = self.pro.runtime();
        let deployed = lookup.wait_while_pending(&mut workspace, INTERVAL);
        let in_time = runtime.within(Some(self.deadline), pin!(deployed)).await;
        match in_time {
            Some(deployed) => deployed?,
            None => {
                let seconds = self.deadline.as_secs_f64();
                let problem = format!("did not become available within {seconds} s");
                let hint = "set a longer `deadline`, or check the deployment in the dashboard";
                return Err(self.error(ErrorKind::Timeout, &workspace, &problem, hint));
            }
        }
        let url = self.running_server(&workspace)?;
        // A workspace has no URL while it is being deployed, so that any pending one was a match.
        if let Locator::Url(wanted) = &self.locator.0
            && !is_same_base(url, wanted, PATH_SUFFIX)
        {
            return Err(lookup.not_found(&self.locator));
        }
        let session = Session::new(Some(Credentials::pro(self.pro.clone())));
        let transport = self
            .pro
            .to_server(url, WorkspaceClient::CONFIG, Arc::new(session));
        let transport = transport.map_err(|error| error.with_operation(OPERATION))?;
        Ok(WorkspaceClient { transport })
    }

    async fn organization_id(&self, name_or_id: &str) -> Result<Uuid> {
        if let Ok(id) = name_or_id.parse() {
            return Ok(id);
        }
        let call = Call::new(&self.pro, &GET_ORGANIZATION).path("id", name_or_id);
        Ok(call.send::<Organization>().await?.id)
    }

    /// Returns the URL of the workspace's server if the workspace is available.
    fn running_server<'a>(&self, workspace: &'a Workspace) -> Result<&'a str> {
        let (problem, hint) = match (workspace.status.as_deref(), workspace.server_url()) {
            (Some("available") | None, Some(url)) => return Ok(url),
            (Some("available") | None, None) if workspace.is_kitaru() => (
                "is a Kitaru workspace, which has no ZenML server",
                "choose another workspace",
            ),
            (Some("available") | None, None) => (
                "has no URL",
                "check in the dashboard that its server is running",
            ),
            (Some("failed"), _) => (
                "has failed",
                "look up the cause in the dashboard, or ask the administrator of the organization",
            ),
            (Some("deactivated"), _) => (
                "is deactivated",
                "activate it in the dashboard, or ask the administrator of the organization",
            ),
            (Some("not_initialized"), _) => (
                "has not been deployed",
                "deploy it in the dashboard, or ask the administrator of the organization",
            ),
            (Some("deleted"), _) => ("has been deleted", "choose another workspace"),
            (Some(_), _) => (
                "is not available",
                "check its status in the dashboard, or choose another workspace",
            ),
        };
        Err(self.error(ErrorKind::NotRunning, workspace, problem, hint))
    }

    fn error(&self, kind: ErrorKind, workspace: &Workspace, problem: &str, hint: &str) -> Error {
        let Workspace { name, id, .. } = workspace;
        let organization = &workspace.organization.name;
        let mut status = workspace.status.as_deref().unwrap_or("unknown").to_owned();
        if let Some(reason) = workspace.state_reason.as_deref()
            && !reason.is_empty()
        {
            status.push_str(&format!(": {}", one_line(reason)));
        }
        let (base, who) = (self.pro.base(), self.pro.authenticator().name());
        let message = format!(
            "workspace {name:?} ({id}) of organization {organization:?} {problem} (status {status}; \
             as ZenML Pro at {base} reports to {who})"
        );
        Error::new(kind, message)
            .with_operation(OPERATION)
            .with_hint(Some(hint.to_owned()))
    }
}

#[cfg(test)]
mod tests;
