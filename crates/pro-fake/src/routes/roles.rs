//! Roles, and whom they are given to.

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{Role, Scope, State, Subject},
    views::view_role,
};

pub(super) const ROUTES: Routes = &[
    ("GET /organizations/{organization_id}/roles", list),
    ("POST /roles", create),
    ("GET /roles/{role_id}", get),
    ("PATCH /roles/{role_id}", update),
    ("DELETE /roles/{role_id}", delete),
    ("GET /roles/{role_id}/assignments", list_assignments),
    ("POST /roles/{role_id}/assignments", assign),
    ("DELETE /roles/{role_id}/assignments", revoke),
];

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.demand_member(call.caller()?, &Scope::organization(organization))?;
    let (name, level) = (call.text("name"), call.text("level"));
    let roles = state.roles.iter();
    let found = roles
        .filter(|role| role.organization == organization)
        .filter(|role| name.is_none_or(|name| role.name == name))
        .filter(|role| level.is_none_or(|level| role.level == level));
    Ok(found.map(view_role).collect())
}

fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = call.body_id("organization_id")?.unwrap_or_default();
    let organization = state.organization(organization)?.id;
    state.demand(call.caller()?, "create", &Scope::organization(organization))?;
    let name = call.body_text("name").unwrap_or_default();
    refuse_taken(state, organization, name)?;
    let level = call.body_text("level").unwrap_or("organization");
    if !["organization", "workspace", "project"].contains(&level) {
        return Err(Refusal::invalid(&["body", "level"], "no such level"));
    }
    let role = Role {
        id: Uuid::new_v4(),
        organization,
        name: name.to_owned(),
        description: call.body_text("description").map(str::to_owned),
        level: level.to_owned(),
        permissions: permissions(call).unwrap_or_default(),
        system_managed: false,
    };
    let view = view_role(&role);
    state.roles.push(role);
    Ok(view)
}

fn get(state: &mut State, call: &Call<'_>) -> Outcome {
    let role = state.role(call.id("role_id")?)?.clone();
    state.demand_member(call.caller()?, &Scope::organization(role.organization))?;
    Ok(view_role(&role))
}

fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    let old = own(state, call, "update")?;
    let name = call.body_text("name").unwrap_or(&old.name);
    if name != old.name {
        refuse_taken(state, old.organization, name)?;
    }
    let role = state.role(old.id)?;
    role.name = name.to_owned();
    call.update("description", &mut role.description);
    role.permissions = permissions(call).unwrap_or(old.permissions);
    Ok(view_role(role))
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = own(state, call, "delete")?.id;
    state.assignments.retain(|found| found.role != id);
    state.roles.retain(|role| role.id != id);
    Ok(Value::Null)
}

fn list_assignments(state: &mut State, call: &Call<'_>) -> Outcome {
    let role = state.role(call.id("role_id")?)?.clone();
    state.demand_member(call.caller()?, &Scope::organization(role.organization))?;
    let (workspace, project) = (
        call.id_in_query("workspace_id")?,
        call.id_in_query("project_id")?,
    );
    let assignments = state.assignments.iter();
    let found = assignments
        .filter(|found| found.role == role.id)
        .filter(|found| workspace.is_none() || found.scope.workspace == workspace)
        .filter(|found| project.is_none() || found.scope.project == project);
    Ok(found.map(|found| state.view_assignment(found)).collect())
}

fn assign(state: &mut State, call: &Call<'_>) -> Outcome {
    let (role, subject, scope) = assignment(state, call)?;
    if !state.assign(role.id, subject, scope) {
        return Err(Refusal::exists("the role has been assigned already"));
    }
    let assignments = state.assignments.last();
    Ok(assignments.map_or(Value::Null, |last| state.view_assignment(last)))
}

fn revoke(state: &mut State, call: &Call<'_>) -> Outcome {
    let (role, subject, scope) = assignment(state, call)?;
    let before = state.assignments.len();
    state
        .assignments
        .retain(|found| found.role != role.id || found.subject != subject || found.scope != scope);
    match state.assignments.len() < before {
        true => Ok(Value::Null),
        false => Err(Refusal::missing("assignment of the role", role.name)),
    }
}

/// What the query says: which role, to whom, where.
fn assignment(state: &mut State, call: &Call<'_>) -> Result<(Role, Subject, Scope), Refusal> {
    let role = state.role(call.id("role_id")?)?.clone();
    let project = call.id_in_query("project_id")?;
    let mut scope = Scope {
        project,
        ..Scope::organization(role.organization)
    };
    if let Some(id) = call.id_in_query("workspace_id")? {
        let workspace = state.workspace(id)?;
        if workspace.organization != role.organization {
            return Err(Refusal::missing("workspace", id));
        }
        scope.workspace = Some(id);
    }
    let wrong = |name, text: &str| Err(Refusal::invalid(&["query", name], text));
    match (role.level.as_str(), scope.workspace, project) {
        ("organization", None, None)
        | ("workspace", Some(_), None)
        | ("project", Some(_), Some(_)) => {}
        ("project", _, None) => return wrong("project_id", "a project's role needs one"),
        ("organization", ..) => {
            return wrong("workspace_id", "an organization's role holds everywhere");
        }
        (_, None, _) => return wrong("workspace_id", "this role needs a workspace"),
        _ => return wrong("project_id", "a workspace's role holds in all its projects"),
    }
    state.demand(call.caller()?, "update", &scope)?;
    let subject = subject(state, call, role.organization)?;
    Ok((role, subject, scope))
}

/// Exactly one of user (which service accounts are too), team and invitation.
fn subject(state: &mut State, call: &Call<'_>, organization: Uuid) -> Result<Subject, Refusal> {
    let given = [
        call.id_in_query("user_id")?.map(Subject::Account),
        call.id_in_query("team_id")?.map(Subject::Team),
        call.id_in_query("invitation_id")?.map(Subject::Invitation),
    ];
    let mut given = given.into_iter().flatten();
    let (Some(subject), None) = (given.next(), given.next()) else {
        let text = "one of user_id, team_id and invitation_id";
        return Err(Refusal::invalid(&["query", "user_id"], text));
    };
    let belongs = match subject {
        Subject::Account(id) => {
            state.account(id)?;
            state.is_member(subject, organization)
        }
        Subject::Team(id) => state.team(id)?.organization == organization,
        Subject::Invitation(id) => state.invitation(id)?.organization == organization,
    };
    match belongs {
        true => Ok(subject),
        false => Err(Refusal::forbidden("does not belong to the organization")),
    }
}

/// A role that may be changed.
fn own(state: &mut State, call: &Call<'_>, action: &str) -> Result<Role, Refusal> {
    let role = state.role(call.id("role_id")?)?.clone();
    state.demand(
        call.caller()?,
        action,
        &Scope::organization(role.organization),
    )?;
    match role.system_managed {
        true => Err(Refusal::forbidden("the system manages this role")),
        false => Ok(role),
    }
}

fn permissions(call: &Call<'_>) -> Option<Vec<Value>> {
    call.input.body.get("permissions")?.as_array().cloned()
}

fn refuse_taken(state: &State, organization: Uuid, name: &str) -> Result<(), Refusal> {
    match state.role_named(organization, name) {
        Some(_) => Err(Refusal::exists(format!("there is a role {name:?}"))),
        None => Ok(()),
    }
}
