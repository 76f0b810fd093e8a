//! Which workspaces are there, and do their servers run?

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::{Details, Scope},
    state::State,
    views::with,
};

pub(super) const ROUTES: Routes = &[
    ("GET /workspaces", list),
    ("POST /workspaces", create),
    ("GET /workspaces/{workspace_id_or_name}", |state, call| {
        get(state, call, call.path("workspace_id_or_name"))
    }),
    ("PATCH /workspace_status", report_status),
    ("GET /organizations/{organization_id}/workspaces", list),
    (
        "GET /organizations/{organization_id}/workspace/{workspace_name}",
        |state, call| get(state, call, call.path("workspace_name")),
    ),
];

/// Returns the organization of the path, if the path has one.
fn organization(state: &State, call: &Call<'_>) -> Result<Option<Uuid>, ApiError> {
    if call.path("organization_id").is_empty() {
        return Ok(None);
    }
    let id = state.organization(call.id("organization_id")?)?.id;
    state.require_member(call.caller()?, &Scope::organization(id))?;
    Ok(Some(id))
}

fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let caller = call.caller()?;
    let organization = match organization(state, call)? {
        Some(id) => Some(id),
        None => call.query_id("organization_id")?,
    };
    let (id, name) = (call.query_id("workspace_id")?, call.text("workspace_name"));
    let (owner, status) = (call.query_id("owner_id")?, call.text("status"));
    let (url, is_managed) = (call.text("url"), call.flag("is_managed"));
    let found: Vec<_> = state
        .workspaces
        .iter()
        .filter(|found| state.require_member(caller, &found.scope()).is_ok())
        .filter(|found| organization.is_none_or(|id| found.organization == id))
        .filter(|found| id.is_none_or(|id| found.id == id))
        .filter(|found| name.is_none_or(|name| found.name == name))
        .filter(|found| owner.is_none() || found.owner == owner)
        .filter(|found| url.is_none() || found.server_url.as_deref() == url)
        .filter(|found| is_managed.is_none_or(|managed| found.is_managed == managed))
        .filter(|found| status.is_none_or(|status| found.status == status))
        .map(|found| found.id)
        .collect();
    let views: Result<Vec<_>, _> = found.into_iter().map(|id| read(state, id)).collect();
    Ok(call.page(views?.into_iter()))
}

fn get(state: &mut State, call: &Call<'_>, wanted: &str) -> HandlerResult {
    let organization = organization(state, call)?;
    let mut workspaces = state.workspaces.iter();
    let found = workspaces
        .find(|found| {
            organization.is_none_or(|id| found.organization == id)
                && (found.id.to_string() == wanted || found.name == wanted)
        })
        .ok_or_else(|| ApiError::missing("workspace", wanted))?;
    state.require_member(call.caller()?, &found.scope())?;
    let id = found.id;
    read(state, id)
}

/// Shows a workspace, and counts the read of one that becomes available after some reads.
fn read(state: &mut State, id: Uuid) -> HandlerResult {
    let workspace = state.workspace(id)?;
    if let Some(left) = workspace.pending_reads {
        workspace.pending_reads = left.checked_sub(1);
        if workspace.pending_reads.is_none() {
            workspace.status = "available".to_owned();
        }
    }
    let workspace = workspace.clone();
    Ok(state.view_workspace(&workspace))
}

/// Creates a managed workspace, which is pending, or enrolls a self-hosted one. The response to an
/// enrollment contains its key.
fn create(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let account = call.caller()?.account()?;
    let organization = match call.body_id("organization_id")? {
        Some(id) => state.organization(id)?.id,
        None => only_organization(state, account)?,
    };
    state.require(call.caller()?, "create", &Scope::organization(organization))?;
    state.require_entitlement(organization, "workspace")?;
    let name = call.body_text("name").or(call.text("name"));
    let name = name.ok_or_else(|| ApiError::invalid(&["body", "name"], "Field required"))?;
    let mut workspaces = state.workspaces.iter();
    let taken = workspaces.any(|found| found.organization == organization && found.name == name);
    ApiError::if_taken(taken, "workspace", name)?;
    let workspace = state.create_workspace(organization, name);
    workspace.owner = Some(account);
    workspace.is_managed = !call.flag("enroll").unwrap_or_default()
        && call.input.body.get("is_managed") != Some(&Value::Bool(false));
    workspace.details = call.details(&["display_name", "description", "logo_url"]);
    let workspace = workspace.clone();
    let view = state.view_workspace(&workspace);
    if workspace.is_managed {
        return Ok(view);
    }
    let key = ("enrollment_key".to_owned(), workspace.enrollment_key.into());
    Ok(with(view, &Details::from_iter([key])))
}

/// Returns the caller's organization; fails if there are several.
fn only_organization(state: &State, account: Uuid) -> Result<Uuid, ApiError> {
    let organizations = state.organizations.iter().map(|found| found.id);
    let mut own = organizations.filter(|id| state.is_member(account, &Scope::organization(*id)));
    match (own.next(), own.next()) {
        (Some(id), None) => Ok(id),
        _ => Err(ApiError::invalid(
            &["body", "organization_id"],
            "required, because the caller does not belong to exactly one organization",
        )),
    }
}

/// Stores what a workspace's server reports: that it runs, where, and its version.
fn report_status(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let id = call.caller()?.server()?;
    let header = |name: &str| Some(call.headers.get(name)?.to_str().ok()?.to_owned());
    let workspace = state.workspace(id)?;
    workspace.version = header("zenml-server-version").or(workspace.version.take());
    workspace.server_url = header("zenml-server-url").or(workspace.server_url.take());
    if workspace.status == "pending" {
        workspace.status = "available".to_owned();
    }
    Ok(Value::Null)
}
