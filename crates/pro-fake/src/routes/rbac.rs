//! Which permissions does a workspace server ask for before it acts?

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult, strings},
    model::{Caller, Principal, Scope, Share, Subject},
    state::State,
};

pub(super) const ROUTES: Routes = &[
    ("GET /permissions", list_permissions),
    ("GET /rbac/check_permissions", |state, call| {
        check(state, call, &call.texts("resources"))
    }),
    ("POST /rbac/check_permissions", |state, call| {
        check(state, call, &strings(Some(&call.input.body)))
    }),
    ("GET /rbac/allowed_resource_ids", allowed_ids),
    ("GET /rbac/resource_members", list_members),
    ("POST /rbac/resource_members", update_members),
    ("DELETE /rbac/resources", delete_resources),
    ("GET /rbac/user_team_ids", list_team_ids),
];

/// Lists the actions that a role can permit.
fn list_permissions(_: &mut State, _: &Call<'_>) -> HandlerResult {
    Ok(json!([
        "*",
        "create",
        "read",
        "update",
        "delete",
        "read_secret_value",
        "prune",
        "client",
        "promote",
        "backup_restore",
        "share"
    ]))
}

fn check(state: &mut State, call: &Call<'_>, resources: &[String]) -> HandlerResult {
    let user = user(state, call)?;
    let action = call.text("action").unwrap_or_default();
    let mut response = Map::new();
    for resource in resources {
        let scope = scope(state, call.caller()?, resource)?;
        let allowed = state.is_allowed(user, action, &scope)
            || shares(state, user, action).any(|share| share.resource == *resource);
        response.insert(resource.clone(), allowed.into());
    }
    Ok(response.into())
}

fn allowed_ids(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let user = user(state, call)?;
    let action = call.text("action").unwrap_or_default();
    let resource = call.text("resource").unwrap_or_default();
    let scope = scope(state, call.caller()?, resource)?;
    let shared = shares(state, user, action).filter_map(|share| {
        let (kind, id) = share.resource.rsplit_once('/')?;
        (kind == resource).then(|| Value::from(id))
    });
    Ok(json!({
        "full_access": state.is_allowed(user, action, &scope),
        "ids": shared.collect::<Value>(),
    }))
}

fn list_members(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let resource = call.text("resource").unwrap_or_default();
    let scope = scope(state, call.caller()?, resource)?;
    state.require(call.caller()?, "read", &scope)?;
    let shares = state.shares.iter();
    let own = shares.filter(|share| share.resource == resource);
    let views = own.map(|share| {
        let view = json!({ "allowed_actions": share.actions });
        state.with_subject(view, share.subject)
    });
    Ok(views.collect())
}

/// Sets the actions that an object is shared for. Without actions it is not shared any more.
fn update_members(state: &mut State, call: &Call<'_>) -> HandlerResult {
    call.caller()?.server()?;
    let subject = match (call.body_id("user_id")?, call.body_id("team_id")?) {
        (Some(user), None) => Subject::Account(state.account(user)?.id),
        (None, Some(team)) => Subject::Team(state.team(team)?.id),
        _ => {
            let text = "give either user_id or team_id";
            return Err(ApiError::invalid(&["body", "user_id"], text));
        }
    };
    let resource = call.body_text("resource").unwrap_or_default().to_owned();
    let actions = strings(call.input.body.get("actions"));
    state
        .shares
        .retain(|share| share.subject != subject || share.resource != resource);
    if !actions.is_empty() {
        state.shares.push(Share {
            resource,
            subject,
            actions,
        });
    }
    Ok(Value::Null)
}

fn delete_resources(state: &mut State, call: &Call<'_>) -> HandlerResult {
    call.caller()?.server()?;
    let resources = call.texts("resources");
    state
        .shares
        .retain(|share| !resources.contains(&share.resource));
    Ok(Value::Null)
}

fn list_team_ids(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let user = user(state, call)?;
    let teams = state.teams.iter();
    let own = teams.filter(|team| team.members.contains(&user));
    Ok(own.map(|team| Value::from(team.id.to_string())).collect())
}

/// Returns the account of the query. Accounts may ask only about themselves.
fn user(state: &mut State, call: &Call<'_>) -> Result<Uuid, ApiError> {
    let user = call.required_query_id("user_id")?;
    match call.caller()?.principal {
        Principal::Account(caller) if caller != user => {
            Err(ApiError::forbidden("only for the calling user"))
        }
        _ => Ok(state.account(user)?.id),
    }
}

fn shares<'a>(state: &'a State, user: Uuid, action: &'a str) -> impl Iterator<Item = &'a Share> {
    let subjects = state.subjects_of(user);
    state.shares.iter().filter(move |share| {
        subjects.contains(&share.subject) && share.actions.iter().any(|found| found == action)
    })
}

/// Returns the place of an object. Servers write `[<project>:]<type>[/<id>]` for an object of their
/// workspace; accounts write `organization/<id>` and `workspace/<id>`.
fn scope(state: &mut State, caller: Caller, resource: &str) -> Result<Scope, ApiError> {
    let unreadable = || ApiError::missing("resource", resource);
    if let Principal::Server(id) = caller.principal {
        let project = resource.split_once(':').map(|(project, _)| project.parse());
        let project = project.transpose().map_err(|_| unreadable())?;
        return Ok(Scope {
            project,
            ..state.workspace(id)?.scope()
        });
    }
    let (kind, id) = resource.split_once('/').ok_or_else(unreadable)?;
    let id = id.parse().map_err(|_| unreadable())?;
    match kind {
        "organization" => Ok(Scope::organization(state.organization(id)?.id)),
        "workspace" => Ok(state.workspace(id)?.scope()),
        _ => Err(unreadable()),
    }
}
