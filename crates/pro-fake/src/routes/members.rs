//! Who belongs to an organization, a workspace or a project: whoever has a role there.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{Scope, State, Subject},
};

pub(super) const ROUTES: Routes = &[
    ("GET /organizations/{organization_id}/members", |s, c| {
        let id = s.organization(c.id("organization_id")?)?.id;
        list(s, c, Scope::organization(id))
    }),
    ("DELETE /organizations/{organization_id}/members", remove),
    ("GET /workspaces/{workspace_id}/members", |s, c| {
        let scope = workspace(s, c, "workspace_id")?;
        list(s, c, scope)
    }),
    ("POST /workspaces/{workspace_id}/members", |s, c| {
        join(s, c, "workspace_id")
    }),
    ("DELETE /workspaces/{workspace_id}/members", |s, c| {
        leave(s, c, "workspace_id")
    }),
    (
        "GET /workspaces/{workspace_id}/projects/{project_id}/members",
        |s, c| {
            let project = Some(c.id("project_id")?);
            let scope = workspace(s, c, "workspace_id")?;
            list(s, c, Scope { project, ..scope })
        },
    ),
    ("GET /tenants/{tenant_id}/members", |s, c| {
        let scope = workspace(s, c, "tenant_id")?;
        list(s, c, scope)
    }),
    ("POST /tenants/{tenant_id}/members", |s, c| {
        join(s, c, "tenant_id")
    }),
    ("DELETE /tenants/{tenant_id}/members", |s, c| {
        leave(s, c, "tenant_id")
    }),
];

fn workspace(state: &mut State, call: &Call<'_>, parameter: &str) -> Result<Scope, Refusal> {
    Ok(state.workspace(call.id(parameter)?)?.scope())
}

/// Whoever has a role exactly there; for organizations, also those with roles in what is inside.
fn list(state: &mut State, call: &Call<'_>, scope: Scope) -> Outcome {
    state.demand_member(call.caller()?, &scope)?;
    let role = call.id_in_query("role_id")?;
    let shown = |subject: Subject| {
        let included = |name| call.flag(name).unwrap_or(true);
        match subject {
            Subject::Team(_) => included("include_teams"),
            Subject::Invitation(_) => included("include_users"),
            Subject::Account(id) => {
                let mut accounts = state.accounts.iter();
                match accounts.any(|found| found.id == id && found.service_of.is_some()) {
                    true => included("include_service_accounts"),
                    false => included("include_users"),
                }
            }
        }
    };
    let there = |found: &Scope| match scope.workspace {
        None => scope.covers(found),
        Some(_) => *found == scope,
    };
    let mut members: Vec<(Subject, Vec<Uuid>)> = Vec::new();
    for assignment in &state.assignments {
        if !there(&assignment.scope) || !shown(assignment.subject) {
            continue;
        }
        match members
            .iter_mut()
            .find(|(subject, _)| *subject == assignment.subject)
        {
            Some((_, roles)) => roles.push(assignment.role),
            None => members.push((assignment.subject, vec![assignment.role])),
        }
    }
    members.retain(|(_, roles)| role.is_none_or(|role| roles.contains(&role)));
    let views = members.into_iter().map(|(subject, roles)| {
        let roles = roles.into_iter().map(|id| {
            let level = state.roles.iter().find(|role| role.id == id);
            let level = level.map(|role| role.level.as_str());
            json!({ "role_id": id, "level": level, "via_team": false })
        });
        let mut view = json!({ "roles": roles.collect::<Value>() });
        state.add_subject(&mut view, subject);
        view
    });
    Ok(views.collect())
}

fn remove(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.demand(call.caller()?, "delete", &Scope::organization(organization))?;
    let user = call.id_in_query("user_id")?.unwrap_or_default();
    if !state.is_member(Subject::Account(user), organization) {
        return Err(Refusal::missing("member", user));
    }
    state.leave(user, organization);
    Ok(Value::Null)
}

/// The document says of no parameter who shall join, so that it can only be the caller.
fn join(state: &mut State, call: &Call<'_>, parameter: &str) -> Outcome {
    let account = call.caller()?.account()?;
    let scope = workspace(state, call, parameter)?;
    if !state.is_member(Subject::Account(account), scope.organization) {
        return Err(Refusal::forbidden("not a member of the organization"));
    }
    let role = state.role_named(scope.organization, "Workspace Viewer");
    let role = role.ok_or_else(|| Refusal::missing("role", "Workspace Viewer"))?;
    match state.assign(role, Subject::Account(account), scope) {
        true => Ok(Value::Null),
        false => Err(Refusal::exists("already a member of this workspace")),
    }
}

fn leave(state: &mut State, call: &Call<'_>, parameter: &str) -> Outcome {
    let subject = Subject::Account(call.caller()?.account()?);
    let scope = workspace(state, call, parameter)?;
    let before = state.assignments.len();
    state
        .assignments
        .retain(|found| found.subject != subject || found.scope != scope);
    match state.assignments.len() < before {
        true => Ok(Value::Null),
        false => Err(Refusal::missing("member", "that calls")),
    }
}
