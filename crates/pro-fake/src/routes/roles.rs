//! Which roles are there, and who holds them?

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::{Role, Scope, Subject},
    state::State,
    views::view_role,
};

pub(super) const ROUTES: Routes = &[
    ("GET /organizations/{organization_id}/roles", list),
    ("POST /roles", create),
    ("GET /roles/{role_id}/assignments", list_assignments),
    ("POST /roles/{role_id}/assignments", assign),
    ("DELETE /roles/{role_id}/assignments", revoke),
];

fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.require_member(call.caller()?, &Scope::organization(organization))?;
    let (name, level) = (call.text("name"), call.text("level"));
    let roles = state.roles.iter();
    let found = roles
        .filter(|role| role.organization == organization)
        .filter(|role| name.is_none_or(|name| role.name == name))
        .filter(|role| level.is_none_or(|level| role.level == level));
    Ok(found.map(view_role).collect())
}

fn create(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = call.required_body_id("organization_id")?;
    let organization = state.organization(organization)?.id;
    state.require(call.caller()?, "create", &Scope::organization(organization))?;
    let name = call.body_text("name").unwrap_or_default();
    let taken = state.role_named(organization, name).is_some();
    ApiError::if_taken(taken, "role", name)?;
    let level = call.body_text("level").unwrap_or("organization");
    if !["organization", "workspace", "project"].contains(&level) {
        return Err(ApiError::invalid(&["body", "level"], "unknown level"));
    }
    let permissions = call.input.body.get("permissions").and_then(Value::as_array);
    let role = Role {
        id: Uuid::new_v4(),
        organization,
        name: name.to_owned(),
        level: level.to_owned(),
        permissions: permissions.cloned().unwrap_or_default(),
        system_managed: false,
        details: call.details(&["description"]),
    };
    let view = view_role(&role);
    state.roles.push(role);
    Ok(view)
}

fn list_assignments(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let role = state.role(call.id("role_id")?)?;
    state.require_member(call.caller()?, &Scope::organization(role.organization))?;
    let workspace = call.query_id("workspace_id")?;
    let project = call.query_id("project_id")?;
    let assignments = state.assignments.iter();
    let found = assignments
        .filter(|found| found.role == role.id)
        .filter(|found| workspace.is_none() || found.scope.workspace == workspace)
        .filter(|found| project.is_none() || found.scope.project == project);
    Ok(found.map(|found| state.view_assignment(found)).collect())
}

fn assign(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let (role, subject, scope) = assignment(state, call)?;
    let assigned = state.assign(role.id, subject, scope);
    let assigned = assigned.ok_or_else(|| ApiError::exists("the role is assigned already"))?;
    Ok(state.view_assignment(&assigned))
}

fn revoke(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let (role, subject, scope) = assignment(state, call)?;
    let before = state.assignments.len();
    state
        .assignments
        .retain(|found| found.role != role.id || found.subject != subject || found.scope != scope);
    if state.assignments.len() < before {
        Ok(Value::Null)
    } else {
        Err(ApiError::missing("assignment of the role", role.name))
    }
}

/// Reads the query: which role, for whom, where.
fn assignment(state: &mut State, call: &Call<'_>) -> Result<(Role, Subject, Scope), ApiError> {
    let role = state.role(call.id("role_id")?)?.clone();
    let project = call.query_id("project_id")?;
    let mut scope = Scope {
        project,
        ..Scope::organization(role.organization)
    };
    if let Some(id) = call.query_id("workspace_id")? {
        let workspace = state.workspace(id)?;
        if workspace.organization != role.organization {
            return Err(ApiError::missing("workspace", id));
        }
        scope.workspace = Some(id);
    }
    let wrong = |name, text: &str| Err(ApiError::invalid(&["query", name], text));
    match (role.level.as_str(), scope.workspace, project) {
        ("organization", None, None)
        | ("workspace", Some(_), None)
        | ("project", Some(_), Some(_)) => {}
        ("project", _, None) => return wrong("project_id", "required for a project role"),
        ("organization", ..) => {
            return wrong("workspace_id", "not allowed for an organization role");
        }
        (_, None, _) => return wrong("workspace_id", "required for this role"),
        _ => return wrong("project_id", "not allowed for a workspace role"),
    }
    state.require(call.caller()?, "update", &scope)?;
    let subject = subject(state, call, role.organization)?;
    Ok((role, subject, scope))
}

/// Reads the subject of the query. A service account is given as a user.
fn subject(state: &mut State, call: &Call<'_>, organization: Uuid) -> Result<Subject, ApiError> {
    let given = [
        call.query_id("user_id")?.map(Subject::Account),
        call.query_id("team_id")?.map(Subject::Team),
        call.query_id("invitation_id")?.map(Subject::Invitation),
    ];
    let mut given = given.into_iter().flatten();
    let (Some(subject), None) = (given.next(), given.next()) else {
        let text = "give one of user_id, team_id and invitation_id";
        return Err(ApiError::invalid(&["query", "user_id"], text));
    };
    let belongs = match subject {
        Subject::Account(id) => {
            state.account(id)?;
            state.has_role_in(subject, organization)
        }
        Subject::Team(id) => state.team(id)?.organization == organization,
        Subject::Invitation(id) => state.invitation(id)?.organization == organization,
    };
    if belongs {
        Ok(subject)
    } else {
        Err(ApiError::forbidden("does not belong to the organization"))
    }
}
