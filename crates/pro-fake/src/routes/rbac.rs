//! Permissions inside workspaces: what workspace servers ask before they do something.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal, strings},
    state::{Scope, Share, State, Subject},
    tokens::{Caller, Who},
};

pub(super) const ROUTES: Routes = &[
    ("GET /rbac/check_permissions", |s, c| {
        check(s, c, &c.texts("resources"))
    }),
    ("POST /rbac/check_permissions", |s, c| {
        check(s, c, &strings(Some(&c.input.body)))
    }),
    ("GET /rbac/allowed_resource_ids", allowed_ids),
    ("GET /rbac/resource_members", list_members),
    ("POST /rbac/resource_members", update_members),
    ("DELETE /rbac/resources", delete_resources),
    ("GET /rbac/user_team_ids", list_team_ids),
];

fn check(state: &mut State, call: &Call<'_>, resources: &[String]) -> Outcome {
    let user = user(state, call)?;
    let action = call.text("action").unwrap_or_default();
    let mut answer = Map::new();
    for resource in resources {
        let scope = scope(state, call.caller()?, resource)?;
        let allowed = state.allows(user, action, &scope)
            || shares(state, user, action).any(|share| share.resource == *resource);
        answer.insert(resource.clone(), allowed.into());
    }
    Ok(answer.into())
}

fn allowed_ids(state: &mut State, call: &Call<'_>) -> Outcome {
    let user = user(state, call)?;
    let action = call.text("action").unwrap_or_default();
    let resource = call.text("resource").unwrap_or_default();
    let scope = scope(state, call.caller()?, resource)?;
    let shared = shares(state, user, action).filter_map(|share| {
        let (kind, id) = share.resource.rsplit_once('/')?;
        (kind == resource).then(|| Value::from(id))
    });
    Ok(json!({
        "full_access": state.allows(user, action, &scope),
        "ids": shared.collect::<Value>(),
    }))
}

fn list_members(state: &mut State, call: &Call<'_>) -> Outcome {
    let resource = call.text("resource").unwrap_or_default();
    let scope = scope(state, call.caller()?, resource)?;
    state.demand(call.caller()?, "read", &scope)?;
    let shares = state.shares.iter();
    let own = shares.filter(|share| share.resource == resource);
    let views = own.map(|share| {
        let mut view = json!({ "allowed_actions": share.actions });
        state.add_subject(&mut view, share.subject);
        view
    });
    Ok(views.collect())
}

/// Sets what a user or a team may do with an object; no actions take it back.
fn update_members(state: &mut State, call: &Call<'_>) -> Outcome {
    call.caller()?.server()?;
    let subject = match (call.body_id("user_id")?, call.body_id("team_id")?) {
        (Some(user), None) => Subject::Account(state.account(user)?.id),
        (None, Some(team)) => Subject::Team(state.team(team)?.id),
        _ => {
            let text = "one of user_id and team_id";
            return Err(Refusal::invalid(&["body", "user_id"], text));
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

fn delete_resources(state: &mut State, call: &Call<'_>) -> Outcome {
    call.caller()?.server()?;
    let resources = call.texts("resources");
    state
        .shares
        .retain(|share| !resources.contains(&share.resource));
    Ok(Value::Null)
}

fn list_team_ids(state: &mut State, call: &Call<'_>) -> Outcome {
    let user = user(state, call)?;
    let teams = state.teams.iter();
    let own = teams.filter(|team| team.members.contains(&user));
    Ok(own.map(|team| Value::from(team.id.to_string())).collect())
}

/// The account that is asked about. Accounts may ask about themselves only.
fn user(state: &mut State, call: &Call<'_>) -> Result<Uuid, Refusal> {
    let user = call.id_in_query("user_id")?.unwrap_or_default();
    match call.caller()?.who {
        Who::Account(caller) if caller != user => Err(Refusal::forbidden("about the caller only")),
        _ => Ok(state.account(user)?.id),
    }
}

fn shares<'a>(state: &'a State, user: Uuid, action: &'a str) -> impl Iterator<Item = &'a Share> {
    let subjects = state.subjects(user);
    state.shares.iter().filter(move |share| {
        subjects.contains(&share.subject) && share.actions.iter().any(|found| found == action)
    })
}

/// Where an object is: `[<project>:]<type>[/<id>]` in the workspace of the server that asks, or
/// `organization/<id>` and `workspace/<id>` when an account asks.
fn scope(state: &mut State, caller: Caller, resource: &str) -> Result<Scope, Refusal> {
    let unreadable = || Refusal::missing("resource", resource);
    if let Who::Server(id) = caller.who {
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
