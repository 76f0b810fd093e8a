//! Workspaces, under this name and under that of before 2025.

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{Scope, State, Workspace},
};

pub(super) const ROUTES: Routes = &[
    ("GET /workspaces", list),
    ("POST /workspaces", create),
    ("GET /workspaces/{workspace_id_or_name}", |s, c| {
        get(s, c, c.path("workspace_id_or_name"))
    }),
    ("PATCH /workspaces/{workspace_id}", |s, c| {
        update(s, c, c.id("workspace_id")?)
    }),
    ("DELETE /workspaces/{workspace_id}", |s, c| {
        delete(s, c, c.id("workspace_id")?)
    }),
    ("PATCH /workspaces/{workspace_id}/deploy", |s, c| {
        set_status(s, c, c.id("workspace_id")?, "available")
    }),
    ("PATCH /workspaces/{workspace_id}/deactivate", |s, c| {
        set_status(s, c, c.id("workspace_id")?, "deactivated")
    }),
    ("PATCH /workspace_status", report_status),
    ("GET /tenants", list),
    ("POST /tenants", create),
    ("DELETE /tenants", delete_all),
    ("GET /tenants/{tenant_id_or_name}", |s, c| {
        get(s, c, c.path("tenant_id_or_name"))
    }),
    ("PATCH /tenants/{tenant_id}", |s, c| {
        update(s, c, c.id("tenant_id")?)
    }),
    ("DELETE /tenants/{tenant_id}", |s, c| {
        delete(s, c, c.id("tenant_id")?)
    }),
    ("PATCH /tenants/{tenant_id}/deploy", |s, c| {
        set_status(s, c, c.id("tenant_id")?, "available")
    }),
    ("PATCH /tenants/{tenant_id}/deactivate", |s, c| {
        set_status(s, c, c.id("tenant_id")?, "deactivated")
    }),
    ("PATCH /tenant_status", report_status),
    ("GET /organizations/{organization_id}/workspaces", list),
    ("GET /organizations/{organization_id}/tenants", list),
    (
        "GET /organizations/{organization_id}/workspace/{workspace_name}",
        |s, c| get(s, c, c.path("workspace_name")),
    ),
    (
        "GET /organizations/{organization_id}/tenant/{tenant_name}",
        |s, c| get(s, c, c.path("tenant_name")),
    ),
    (
        "GET /organizations/{organization_id}/validation/workspace_name/{workspace_name}",
        |s, c| validate_name(s, c, c.path("workspace_name")),
    ),
    (
        "GET /organizations/{organization_id}/validation/tenant_name/{tenant_name}",
        |s, c| validate_name(s, c, c.path("tenant_name")),
    ),
];

/// The organization of the path, where there is one.
fn organization(state: &mut State, call: &Call<'_>) -> Result<Option<Uuid>, Refusal> {
    if call.path("organization_id").is_empty() {
        return Ok(None);
    }
    let id = state.organization(call.id("organization_id")?)?.id;
    state.demand_member(call.caller()?, &Scope::organization(id))?;
    Ok(Some(id))
}

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let caller = call.caller()?;
    let organization = match organization(state, call)? {
        Some(id) => Some(id),
        None => call.id_in_query("organization_id")?,
    };
    let id = call.id_in_query("workspace_id")?;
    let id = id.or(call.id_in_query("tenant_id")?);
    let name = call.text("workspace_name").or(call.text("tenant_name"));
    let (owner, status) = (call.id_in_query("owner_id")?, call.text("status"));
    let (url, is_managed) = (call.text("url"), call.flag("is_managed"));
    let chosen: Vec<_> = state
        .workspaces
        .iter()
        .filter(|found| state.demand_member(caller, &found.scope()).is_ok())
        .filter(|found| organization.is_none_or(|id| found.organization == id))
        .filter(|found| id.is_none_or(|id| found.id == id))
        .filter(|found| name.is_none_or(|name| found.name == name))
        .filter(|found| owner.is_none() || found.owner == owner)
        .filter(|found| url.is_none() || found.server_url.as_deref() == url)
        .filter(|found| is_managed.is_none_or(|managed| found.is_managed == managed))
        .filter(|found| status.is_none_or(|status| found.status == status))
        .map(|found| found.id)
        .collect();
    let mut views = Vec::new();
    for id in chosen {
        views.push(read(state, id)?);
    }
    Ok(call.page(views))
}

fn get(state: &mut State, call: &Call<'_>, wanted: &str) -> Outcome {
    let organization = organization(state, call)?;
    let mut workspaces = state.workspaces.iter();
    let found = workspaces
        .find(|found| {
            organization.is_none_or(|id| found.organization == id)
                && (found.id.to_string() == wanted || found.name == wanted)
        })
        .ok_or_else(|| Refusal::missing("workspace", wanted))?;
    state.demand_member(call.caller()?, &found.scope())?;
    let id = found.id;
    read(state, id)
}

/// Says what a workspace is, and counts that for one that is to become available.
fn read(state: &mut State, id: Uuid) -> Outcome {
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

/// Creates one that is managed and waits for its deployment, or enrols a self-hosted one, whose
/// key is said once.
fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let account = call.caller()?.account()?;
    let organization = match call.body_id("organization_id")? {
        Some(id) => state.organization(id)?.id,
        None => only_organization(state, account)?,
    };
    state.demand(call.caller()?, "create", &Scope::organization(organization))?;
    state.demand_entitlement(organization, "workspace")?;
    let name = call.body_text("name").or(call.text("name"));
    let name = name.ok_or_else(|| Refusal::invalid(&["body", "name"], "Field required"))?;
    refuse_taken(state, organization, name)?;
    let id = call.body_id("id")?.unwrap_or_else(Uuid::new_v4);
    if state.workspace(id).is_ok() {
        return Err(Refusal::exists(format!("there is a workspace {id}")));
    }
    let enroll = call.flag("enroll").unwrap_or_default();
    state.create_workspace(id, organization, name);
    let workspace = state.workspace(id)?;
    workspace.owner = Some(account);
    workspace.is_managed = call.body_flag("is_managed").unwrap_or(true) && !enroll;
    if let Some(key) = call.body_text("enrollment_key") {
        workspace.enrollment_key = key.to_owned();
    }
    write(call, workspace)?;
    let (workspace, enrolled) = (workspace.clone(), !workspace.is_managed);
    let mut view = state.view_workspace(&workspace);
    if let (true, Some(view)) = (enrolled, view.as_object_mut()) {
        let key = workspace.enrollment_key.into();
        view.insert("enrollment_key".to_owned(), key);
    }
    Ok(view)
}

/// Where a workspace goes if nobody says so.
fn only_organization(state: &State, account: Uuid) -> Result<Uuid, Refusal> {
    let organizations = state.organizations.iter().map(|found| found.id);
    let mut own = organizations.filter(|id| state.belongs(account, &Scope::organization(*id)));
    match (own.next(), own.next()) {
        (Some(id), None) => Ok(id),
        _ => Err(Refusal::invalid(
            &["body", "organization_id"],
            "needed unless the caller belongs to one organization",
        )),
    }
}

fn update(state: &mut State, call: &Call<'_>, id: Uuid) -> Outcome {
    let workspace = state.workspace(id)?.clone();
    state.demand(call.caller()?, "update", &workspace.scope())?;
    if let Some(name) = call
        .body_text("name")
        .filter(|name| *name != workspace.name)
    {
        refuse_taken(state, workspace.organization, name)?;
    }
    let now = state.now();
    let workspace = state.workspace(id)?;
    write(call, workspace)?;
    workspace.updated = now;
    let workspace = workspace.clone();
    Ok(state.view_workspace(&workspace))
}

/// Writes what a body says of a workspace.
fn write(call: &Call<'_>, workspace: &mut Workspace) -> Result<(), Refusal> {
    if let Some(name) = call.body_text("name") {
        workspace.name = name.to_owned();
    }
    workspace.owner = call.body_id("owner_id")?.or(workspace.owner);
    call.update("display_name", &mut workspace.display_name);
    call.update("description", &mut workspace.description);
    call.update("logo_url", &mut workspace.logo_url);
    call.update("state_reason", &mut workspace.state_reason);
    let service = call
        .input
        .body
        .pointer("/zenml_service/configuration/version");
    if let Some(version) = service.and_then(Value::as_str) {
        workspace.version = Some(version.to_owned());
    }
    match call.body_text("desired_state") {
        Some(state @ ("available" | "deactivated")) => workspace.status = state.to_owned(),
        Some(_) => {
            let text = "`available` or `deactivated`";
            return Err(Refusal::invalid(&["body", "desired_state"], text));
        }
        None => {}
    }
    Ok(())
}

fn delete(state: &mut State, call: &Call<'_>, id: Uuid) -> Outcome {
    let scope = state.workspace(id)?.scope();
    state.demand(call.caller()?, "delete", &scope)?;
    remove(state, id);
    Ok(Value::Null)
}

/// All that the caller may delete: the document says no more than the name does.
fn delete_all(state: &mut State, call: &Call<'_>) -> Outcome {
    let account = call.caller()?.account()?;
    let workspaces = state.workspaces.iter();
    let own: Vec<_> = workspaces
        .filter(|found| state.allows(account, "delete", &found.scope()))
        .map(|found| found.id)
        .collect();
    if own.is_empty() {
        return Err(Refusal::forbidden("there is none that you may delete"));
    }
    for id in own {
        remove(state, id);
    }
    Ok(Value::Null)
}

fn remove(state: &mut State, id: Uuid) {
    state.workspaces.retain(|found| found.id != id);
    state
        .assignments
        .retain(|found| found.scope.workspace != Some(id));
}

fn set_status(state: &mut State, call: &Call<'_>, id: Uuid, status: &str) -> Outcome {
    let scope = state.workspace(id)?.scope();
    state.demand(call.caller()?, "update", &scope)?;
    state.workspace(id)?.status = status.to_owned();
    Ok(Value::Null)
}

/// The server of a workspace says that it runs, and where.
fn report_status(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = call.caller()?.server()?;
    let header = |name: &str| Some(call.headers.get(name)?.to_str().ok()?.to_owned());
    let now = state.now();
    let workspace = state.workspace(id)?;
    workspace.version = header("zenml-server-version").or(workspace.version.take());
    workspace.server_url = header("zenml-server-url").or(workspace.server_url.take());
    if workspace.status == "pending" {
        workspace.status = "available".to_owned();
    }
    workspace.updated = now;
    Ok(Value::Null)
}

fn validate_name(state: &mut State, call: &Call<'_>, name: &str) -> Outcome {
    let organization = organization(state, call)?.unwrap_or_default();
    refuse_taken(state, organization, name).map(|()| Value::Bool(true))
}

fn refuse_taken(state: &State, organization: Uuid, name: &str) -> Result<(), Refusal> {
    let mut workspaces = state.workspaces.iter();
    match workspaces.any(|found| found.organization == organization && found.name == name) {
        true => Err(Refusal::exists(format!("there is a workspace {name:?}"))),
        false => Ok(()),
    }
}
