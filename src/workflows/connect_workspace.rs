//! From the Pro API to one of its workspaces, as `zenml login` does it (`connect_to_pro_server` in
//! `cli/login.py` of ZenML 0.98.0).

use std::collections::HashSet;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::auth::session::Session;
use crate::error::body::one_line;
use crate::pro::types::WorkspaceRead;
use crate::transport::base_url::BaseUrl;
use crate::transport::hint::lacks_the_route;
use crate::{Credentials, Error, ErrorKind, ItemStream, ProClient, Result, WorkspaceClient};

/// Which workspace. Text that is a UUID is an id, text with `http://` or `https://` before it is a
/// URL, and any other a name.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkspaceLocator {
    /// Its id.
    Id(Uuid),
    /// Its name, which only its organization has once.
    Name(String),
    /// The URL of its server.
    Url(String),
}

impl From<Uuid> for WorkspaceLocator {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for WorkspaceLocator {
    fn from(text: &str) -> Self {
        if text.starts_with("https://") || text.starts_with("http://") {
            return Self::Url(text.trim_end_matches('/').to_owned());
        }
        text.parse()
            .map_or_else(|_| Self::Name(text.to_owned()), Self::Id)
    }
}

impl From<String> for WorkspaceLocator {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl fmt::Display for WorkspaceLocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "with the id {id}"),
            Self::Name(name) => write!(f, "named {name:?}"),
            // What is no URL of a server may hold a password.
            Self::Url(url) => match BaseUrl::parse(url, WorkspaceClient::CONFIG.path_suffix) {
                Ok(url) => write!(f, "at {url}"),
                Err(_) => f.write_str("at what is no URL of a server"),
            },
        }
    }
}

impl fmt::Debug for WorkspaceLocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "workspace {self}")
    }
}

/// A workspace being looked for; made by [`ProClient::connect_workspace`]. Await it for the
/// workspace's client.
///
/// That client has the settings of the Pro client (connections, options, user agent, the right to
/// plain http) but not its default headers, and a retry budget of its own.
///
/// # Errors
/// - [`NotFound`](ErrorKind::NotFound): none is so named, or the user is no member of it.
/// - [`InvalidRequest`](ErrorKind::InvalidRequest): several are.
/// - [`Configuration`](ErrorKind::Configuration): the URL that it is to have is none.
/// - [`NotRunning`](ErrorKind::NotRunning): it has failed, is deactivated or being deleted, or it
///   has no URL.
/// - [`Timeout`](ErrorKind::Timeout): it was still being deployed at the end of the time.
/// - What calls of the Pro API fail with, and its login.
#[derive(Debug, Clone)]
#[must_use = "nothing is asked before it is awaited"]
pub struct ConnectWorkspace {
    pro: ProClient,
    locator: WorkspaceLocator,
    organization: Option<String>,
    deadline: Duration,
}

/// How often a workspace is asked for that is being deployed, and how long: as the command line does.
const INTERVAL: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_secs(180);

const OPERATION: &str = "connect_workspace";

impl ConnectWorkspace {
    pub(crate) fn new(pro: ProClient, locator: WorkspaceLocator) -> Self {
        Self {
            pro,
            locator,
            organization: None,
            deadline: DEADLINE,
        }
    }

    /// The organization that it belongs to, by name or id. Without, all that the user is a member
    /// of.
    pub fn organization(mut self, name_or_id: impl fmt::Display) -> Self {
        self.organization = Some(name_or_id.to_string());
        self
    }

    /// How long to wait for a workspace that is being deployed; 3 minutes if not given.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    async fn connect(self) -> Result<WorkspaceClient> {
        if let WorkspaceLocator::Url(url) = &self.locator {
            let is_url = BaseUrl::parse(url, WorkspaceClient::CONFIG.path_suffix);
            is_url.map_err(|error| error.with_operation(OPERATION))?;
        }
        let mut asking = Asking {
            organization: match &self.organization {
                Some(name_or_id) => Some(self.organization_id(name_or_id).await?),
                None => None,
            },
            pro: &self.pro,
            knows_workspaces: true,
        };
        let found = asking.find(&self.locator).await;
        let mut workspace = found.map_err(|error| match lacks_the_route(&error) {
            // It is no Pro API, whichever of its routes was asked last.
            true => error.with_operation(OPERATION),
            false => error,
        })?;
        let world = self.pro.transport.runtime();
        let deployed = asking.wait_while_pending(&mut workspace);
        let in_time = world.within(Some(self.deadline), pin!(deployed)).await;
        match in_time {
            Some(deployed) => deployed?,
            None => {
                let seconds = self.deadline.as_secs_f64();
                let message = format!("it did not become available within {seconds} s");
                let hint = "wait longer, by `deadline`, or look into the dashboard";
                return Err(self.error(ErrorKind::Timeout, &workspace, &message, hint));
            }
        }
        let url = self.url(&workspace)?;
        // While it was deployed nobody knew whether it would be the one.
        if let WorkspaceLocator::Url(wanted) = &self.locator
            && !same(url, wanted)
        {
            return Err(asking.unknown(&self.locator));
        }
        let credentials = Credentials::pro(self.pro.transport.clone());
        let transport = self.pro.transport.to_server(
            url,
            WorkspaceClient::CONFIG,
            Arc::new(Session::new(Some(credentials))),
        );
        let transport = transport.map_err(|error| error.with_operation(OPERATION))?;
        Ok(WorkspaceClient { transport })
    }

    async fn organization_id(&self, name_or_id: &str) -> Result<Uuid> {
        if let Ok(id) = name_or_id.parse() {
            return Ok(id);
        }
        let call = self
            .pro
            .get_organization()
            .organization_id_or_name(name_or_id);
        Ok(call.send().await?.id)
    }

    /// The URL of a workspace that runs.
    fn url<'a>(&self, workspace: &'a WorkspaceRead) -> Result<&'a str> {
        let (what, hint) = match (workspace.status.as_deref(), server_url(workspace)) {
            (Some("available") | None, Some(url)) => return Ok(url),
            (Some("available") | None, None) => {
                let what = match workspace.kitaru_service.is_some() {
                    true => "it is one of Kitaru and has no ZenML server",
                    false => "it has no URL",
                };
                (what, "look into the dashboard whether its server runs")
            }
            (Some("failed"), _) => (
                "it has failed",
                "see the dashboard for why, or ask the administrator of the organization",
            ),
            (Some("deactivated"), _) => (
                "it is deactivated",
                "activate it in the dashboard, or ask the administrator of the organization",
            ),
            (Some("not_initialized"), _) => (
                "it has not been deployed",
                "deploy it in the dashboard, or ask the administrator of the organization",
            ),
            _ => ("it is deleted or being deleted", "choose another one"),
        };
        Err(self.error(ErrorKind::NotRunning, workspace, what, hint))
    }

    fn error(&self, kind: ErrorKind, workspace: &WorkspaceRead, what: &str, hint: &str) -> Error {
        let WorkspaceRead { name, id, .. } = workspace;
        let status = workspace.status.as_deref().unwrap_or("unknown");
        let organization = &workspace.organization.name;
        let mut message = format!(
            "workspace {name:?} ({id}) of organization {organization:?}: {what} (status {status}"
        );
        match workspace.state_reason.as_deref() {
            Some("") | None => {}
            Some(reason) => message.push_str(&format!(": {}", one_line(reason))),
        }
        let pro = &self.pro.transport;
        let (base, name) = (pro.base(), pro.authenticator().name());
        message.push_str(&format!("; says ZenML Pro at {base} to {name})"));
        Error::new(kind, message)
            .with_operation(OPERATION)
            .with_hint(Some(hint.to_owned()))
    }
}

impl IntoFuture for ConnectWorkspace {
    type Output = Result<WorkspaceClient>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.connect())
    }
}

/// How the control plane is asked.
struct Asking<'a> {
    pro: &'a ProClient,
    organization: Option<Uuid>,
    /// Not so before 2025: then they were tenants.
    knows_workspaces: bool,
}

impl Asking<'_> {
    async fn find(&mut self, locator: &WorkspaceLocator) -> Result<WorkspaceRead> {
        let found = match locator {
            WorkspaceLocator::Id(id) => match self.get(*id).await {
                Ok(workspace) => vec![workspace],
                Err(error) if error.kind() == ErrorKind::NotFound && !lacks_the_route(&error) => {
                    vec![]
                }
                Err(error) => return Err(error),
            },
            WorkspaceLocator::Name(_) | WorkspaceLocator::Url(_) => self.list(locator).await?,
        };
        let mut found: Vec<_> = found
            .into_iter()
            .filter(|workspace| {
                let of = workspace.organization.id;
                self.organization
                    .is_none_or(|organization| organization == of)
            })
            .collect();
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => Err(self.ambiguous(locator, found.iter().chain([&last]))),
            (None, _) => Err(self.unknown(locator)),
        }
    }

    /// Waits in a place that outlives the waiting: whoever gives it up wants to say what the last
    /// status was.
    async fn wait_while_pending(&mut self, workspace: &mut WorkspaceRead) -> Result<()> {
        while workspace.status.as_deref() == Some("pending") {
            self.pro.transport.runtime().clock.sleep(INTERVAL).await;
            match self.get(workspace.id).await {
                Ok(now) => *workspace = now,
                // The deployment goes on meanwhile.
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn get(&mut self, id: Uuid) -> Result<WorkspaceRead> {
        if self.knows_workspaces {
            let call = self.pro.get_workspace().workspace_id_or_name(id);
            match call.send().await {
                Err(error) if lacks_the_route(&error) => {}
                answer => return Ok(answer?.into_inner()),
            }
        }
        #[allow(deprecated, reason = "the control plane knows no other")]
        let call = self.pro.get_workspace_via_tenants().tenant_id_or_name(id);
        let workspace = call.send().await?.into_inner();
        // A 404 alone could have been one of the workspace.
        self.knows_workspaces = false;
        Ok(workspace)
    }

    /// All of that name or URL. The control plane may take the text for a part of it.
    async fn list(&mut self, locator: &WorkspaceLocator) -> Result<Vec<WorkspaceRead>> {
        let mut found = match self.workspaces(locator).collect().await {
            Err(error) if lacks_the_route(&error) => {
                self.knows_workspaces = false;
                self.tenants(locator).collect().await?
            }
            found => found?,
        };
        // Pages may overlap while somebody creates others.
        let mut seen = HashSet::new();
        found.retain(|workspace| fits(locator, workspace) && seen.insert(workspace.id));
        let has_url = |workspace: &WorkspaceRead| server_url(workspace).is_some();
        if matches!(locator, WorkspaceLocator::Url(_)) && found.iter().any(has_url) {
            found.retain(has_url);
        }
        Ok(found)
    }

    fn workspaces(&self, locator: &WorkspaceLocator) -> ItemStream<WorkspaceRead> {
        let call = self.pro.list_workspaces().member_only(true);
        let call = match self.organization {
            Some(id) => call.organization_id(id),
            None => call,
        };
        let call = match locator {
            WorkspaceLocator::Id(id) => call.workspace_id(*id),
            WorkspaceLocator::Name(name) => call.workspace_name(name),
            WorkspaceLocator::Url(url) => call.url(normalised(url)),
        };
        call.stream()
    }

    #[allow(deprecated, reason = "the control plane knows no other")]
    fn tenants(&self, locator: &WorkspaceLocator) -> ItemStream<WorkspaceRead> {
        let call = self.pro.list_workspaces_via_tenants();
        let call = match self.organization {
            Some(id) => call.organization_id(id),
            None => call,
        };
        let call = match locator {
            WorkspaceLocator::Id(id) => call.tenant_id(*id),
            WorkspaceLocator::Name(name) => call.tenant_name(name),
            WorkspaceLocator::Url(url) => call.url(normalised(url)),
        };
        call.stream()
    }

    fn unknown(&self, locator: &WorkspaceLocator) -> Error {
        let place = match self.organization {
            Some(id) => format!(" in organization {id}"),
            None => String::new(),
        };
        let pro = &self.pro.transport;
        let message = format!(
            "no workspace {locator}{place} that {} is a member of, says ZenML Pro at {}",
            pro.authenticator().name(),
            pro.base()
        );
        let hint = "`list_workspaces` shows those there are; a member is who has a role on it";
        Error::new(ErrorKind::NotFound, message)
            .with_operation(OPERATION)
            .with_hint(Some(hint.to_owned()))
    }

    fn ambiguous<'w>(
        &self,
        locator: &WorkspaceLocator,
        found: impl Iterator<Item = &'w WorkspaceRead>,
    ) -> Error {
        let found = found
            .map(|workspace| {
                let organization = &workspace.organization.name;
                format!("{} of organization {organization:?}", workspace.id)
            })
            .collect::<Vec<_>>()
            .join(", ");
        let message = format!("several workspaces {locator}: {found}");
        let hint = "name the `organization`, or the workspace by its id";
        Error::new(ErrorKind::InvalidRequest, message)
            .with_operation(OPERATION)
            .with_hint(Some(hint.to_owned()))
    }
}

fn fits(locator: &WorkspaceLocator, workspace: &WorkspaceRead) -> bool {
    match locator {
        WorkspaceLocator::Id(id) => workspace.id == *id,
        WorkspaceLocator::Name(name) => workspace.name == *name,
        // One that is being deployed may have none yet.
        WorkspaceLocator::Url(url) => match server_url(workspace) {
            Some(known) => same(known, url),
            None => workspace.status.as_deref() == Some("pending"),
        },
    }
}

fn server_url(workspace: &WorkspaceRead) -> Option<&str> {
    let service = workspace.zenml_service.as_ref()?;
    let url = service.status.as_ref()?.server_url.as_deref()?;
    (!url.is_empty()).then_some(url)
}

/// As control planes write it: without a path of the API's or a slash at the end.
fn normalised(url: &str) -> String {
    match BaseUrl::parse(url, WorkspaceClient::CONFIG.path_suffix) {
        Ok(base) => base.to_string(),
        Err(_) => url.to_owned(),
    }
}

fn same(one: &str, other: &str) -> bool {
    normalised(one) == normalised(other)
}

#[cfg(test)]
mod tests;
