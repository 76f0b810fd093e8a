//! Which workspace of the Pro API does a locator select?

use std::collections::HashSet;
use std::time::Duration;

use uuid::Uuid;

use crate::transport::base_url::{is_same_base, normalized};
use crate::transport::hint::lacks_the_route;
use crate::workflows::workspace_locator::{Locator, PATH_SUFFIX, WorkspaceLocator};
use crate::workflows::workspace_record::Workspace;
use crate::{Call, Error, ErrorKind, Operation, Result, Transport};

/// The routes of one or of all workspaces. Workspaces were called tenants before 2025.
struct Routes {
    get: Operation,
    list: Operation,
    name_parameter: &'static str,
    has_member_only: bool,
}

// Not the generated operations, which another document of the Pro API may lack.
static WORKSPACES: Routes = Routes {
    get: Operation::get("get_workspace", "/workspaces/{id}"),
    list: Operation::get("list_workspaces", "/workspaces"),
    name_parameter: "workspace_name",
    has_member_only: true,
};

static TENANTS: Routes = Routes {
    get: Operation::get("get_workspace_via_tenants", "/tenants/{id}"),
    list: Operation::get("list_workspaces_via_tenants", "/tenants"),
    name_parameter: "tenant_name",
    has_member_only: false,
};

/// A lookup of workspaces in the Pro API.
pub(crate) struct Lookup<'a> {
    pro: &'a Transport,
    organization: Option<Uuid>,
    routes: &'static Routes,
    /// The routes to use if the Pro API lacks `routes`.
    fallback: Option<&'static Routes>,
}

impl<'a> Lookup<'a> {
    /// Creates a lookup in one organization, or in all organizations of the user.
    pub fn new(pro: &'a Transport, organization: Option<Uuid>) -> Self {
        Self {
            pro,
            organization,
            routes: &WORKSPACES,
            fallback: Some(&TENANTS),
        }
    }

    /// Returns the only workspace that matches.
    pub async fn find(&mut self, locator: &WorkspaceLocator) -> Result<Workspace> {
        let mut found = match &locator.0 {
            Locator::Id(id) => match self.get(*id).await {
                Err(error) if error.kind() == ErrorKind::NotFound && !lacks_the_route(&error) => {
                    vec![]
                }
                found => vec![found?],
            },
            Locator::Name(name) => {
                let named = self.list(|routes| (routes.name_parameter, name.clone()));
                named.await?
            }
            Locator::Url(url) => self.list(|_| ("url", normalized(url, PATH_SUFFIX))).await?,
        };
        // Pages may overlap if a workspace is created while they are read.
        let mut seen = HashSet::new();
        found.retain(|workspace| {
            let organization = workspace.organization.id;
            self.organization.is_none_or(|id| id == organization)
                && matches(&locator.0, workspace)
                && seen.insert(workspace.id)
        });
        let has_url = |workspace: &Workspace| workspace.server_url().is_some();
        if matches!(locator.0, Locator::Url(_)) && found.iter().any(has_url) {
            found.retain(has_url);
        }
        match (found.pop(), &*found) {
            (Some(only), []) => Ok(only),
            (Some(last), _) => Err(ambiguous(locator, found.iter().chain([&last]))),
            (None, _) => Err(self.not_found(locator)),
        }
    }

    /// Polls a pending workspace until its status changes. The last state outlives the future, which
    /// the deadline drops.
    pub async fn wait_while_pending(
        &mut self,
        workspace: &mut Workspace,
        interval: Duration,
    ) -> Result<()> {
        while workspace.status.as_deref() == Some("pending") {
            self.pro.runtime().clock.sleep(interval).await;
            match self.get(workspace.id).await {
                Ok(now) => *workspace = now,
                // The deployment continues meanwhile.
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn get(&mut self, id: Uuid) -> Result<Workspace> {
        let pro = self.pro;
        let workspace = self.with_fallback(|routes| {
            let call = Call::new(pro, &routes.get).path("id", id);
            call.send::<Workspace>()
        });
        Ok(workspace.await?.into_inner())
    }

    /// Lists workspaces with a filter of a name and a value, which the Pro API may match loosely.
    async fn list(
        &mut self,
        filter: impl Fn(&Routes) -> (&'static str, String),
    ) -> Result<Vec<Workspace>> {
        let (pro, organization) = (self.pro, self.organization);
        let workspaces = self.with_fallback(|routes| {
            let mut call = Call::new(pro, &routes.list);
            if routes.has_member_only {
                call = call.query("member_only", true);
            }
            if let Some(id) = organization {
                call = call.query("organization_id", id);
            }
            let (name, value) = filter(routes);
            call.query(name, value).items().try_collect()
        });
        workspaces.await
    }

    /// Sends a request and falls back to the other routes if the Pro API lacks the current ones.
    async fn with_fallback<T, F: Future<Output = Result<T>>>(
        &mut self,
        request: impl Fn(&'static Routes) -> F,
    ) -> Result<T> {
        match (request(self.routes).await, self.fallback) {
            (Err(error), Some(fallback)) if lacks_the_route(&error) => {
                let response = request(fallback).await?;
                // Only a success proves that the Pro API has the other routes.
                (self.routes, self.fallback) = (fallback, None);
                Ok(response)
            }
            (result, _) => result,
        }
    }

    /// Creates the error for a workspace that does not exist or is hidden from the user.
    pub fn not_found(&self, locator: &WorkspaceLocator) -> Error {
        let place = match self.organization {
            Some(id) => format!(" in organization {id}"),
            None => String::new(),
        };
        let (base, who) = (self.pro.base(), self.pro.authenticator().name());
        let message =
            format!("there is no {locator}{place} that {who} is a member of at ZenML Pro ({base})");
        let hint = "list the workspaces with `list_workspaces`; the members of a workspace are those \
                    with a role on it";
        Error::new(ErrorKind::NotFound, message)
            .with_operation("connect_workspace")
            .with_hint(Some(hint.to_owned()))
    }
}

fn ambiguous<'w>(locator: &WorkspaceLocator, found: impl Iterator<Item = &'w Workspace>) -> Error {
    let found = found
        .map(|workspace| {
            let organization = &workspace.organization.name;
            format!("{} of organization {organization:?}", workspace.id)
        })
        .collect::<Vec<_>>()
        .join(", ");
    let message = format!("{locator} is ambiguous; it matches {found}");
    let hint = "set the `organization`, or select the workspace by its id";
    Error::new(ErrorKind::InvalidRequest, message)
        .with_operation("connect_workspace")
        .with_hint(Some(hint.to_owned()))
}

fn matches(locator: &Locator, workspace: &Workspace) -> bool {
    match locator {
        Locator::Id(id) => workspace.id == *id,
        Locator::Name(name) => workspace.name == *name,
        // A workspace that is being deployed may not have a URL yet.
        Locator::Url(url) => match workspace.server_url() {
            Some(known) => is_same_base(known, url, PATH_SUFFIX),
            None => workspace.status.as_deref() == Some("pending"),
        },
    }
}
