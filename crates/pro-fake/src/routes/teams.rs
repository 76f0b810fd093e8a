//! Teams and their members.

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{Scope, State, Subject, Team},
};

pub(super) const ROUTES: Routes = &[
    ("GET /organizations/{organization_id}/teams", list),
    ("POST /teams", create),
    ("GET /teams/{team_id}", get),
    ("PATCH /teams/{team_id}", update),
    ("DELETE /teams/{team_id}", delete),
    ("GET /teams/{team_id}/members", list_members),
    ("POST /teams/{team_id}/members", add_member),
    ("DELETE /teams/{team_id}/members", remove_member),
];

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.demand_member(call.caller()?, &Scope::organization(organization))?;
    let teams = state.teams.iter();
    let own = teams.filter(|team| team.organization == organization);
    Ok(own.map(|team| state.view_team(team)).collect())
}

fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = call.body_id("organization_id")?.unwrap_or_default();
    let organization = state.organization(organization)?.id;
    state.demand(call.caller()?, "create", &Scope::organization(organization))?;
    let name = call.body_text("name").unwrap_or_default();
    refuse_taken(state, organization, name)?;
    let id = state.create_team(organization, name);
    call.update("description", &mut state.team(id)?.description);
    let team = state.team(id)?.clone();
    Ok(state.view_team(&team))
}

fn get(state: &mut State, call: &Call<'_>) -> Outcome {
    let team = visible(state, call)?;
    Ok(state.view_team(&team))
}

fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    let old = permitted(state, call, "update")?;
    let name = call.body_text("name").unwrap_or(&old.name);
    if name != old.name {
        refuse_taken(state, old.organization, name)?;
    }
    let now = state.now();
    let team = state.team(old.id)?;
    team.name = name.to_owned();
    call.update("description", &mut team.description);
    team.updated = now;
    let team = team.clone();
    Ok(state.view_team(&team))
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = permitted(state, call, "delete")?.id;
    state.forget(Subject::Team(id));
    state.teams.retain(|team| team.id != id);
    Ok(Value::Null)
}

/// Users only: the document has no place for invitations here.
fn list_members(state: &mut State, call: &Call<'_>) -> Outcome {
    let team = visible(state, call)?;
    let accounts = state.accounts.iter();
    let members = accounts.filter(|account| team.members.contains(&account.id));
    Ok(members.map(|account| state.view_account(account)).collect())
}

fn add_member(state: &mut State, call: &Call<'_>) -> Outcome {
    let team = permitted(state, call, "update")?;
    let member = member(state, call, team.organization)?;
    match state.team(team.id)?.members.insert(member) {
        true => Ok(Value::Null),
        false => Err(Refusal::exists("is in the team already")),
    }
}

fn remove_member(state: &mut State, call: &Call<'_>) -> Outcome {
    let team = permitted(state, call, "update")?;
    let member = member(state, call, team.organization)?;
    match state.team(team.id)?.members.remove(&member) {
        true => Ok(Value::Null),
        false => Err(Refusal::missing("member", member)),
    }
}

/// The user or the invitation that the query names.
fn member(state: &mut State, call: &Call<'_>, organization: Uuid) -> Result<Uuid, Refusal> {
    match (
        call.id_in_query("user_id")?,
        call.id_in_query("invitation_id")?,
    ) {
        (Some(user), None) if state.is_member(Subject::Account(user), organization) => Ok(user),
        (Some(user), None) => Err(Refusal::missing("member of the organization", user)),
        (None, Some(id)) => match state.invitation(id)?.organization == organization {
            true => Ok(id),
            false => Err(Refusal::missing("invitation", id)),
        },
        _ => {
            let text = "one of user_id and invitation_id";
            Err(Refusal::invalid(&["query", "user_id"], text))
        }
    }
}

fn visible(state: &mut State, call: &Call<'_>) -> Result<Team, Refusal> {
    let team = state.team(call.id("team_id")?)?.clone();
    state.demand_member(call.caller()?, &Scope::organization(team.organization))?;
    Ok(team)
}

fn permitted(state: &mut State, call: &Call<'_>, action: &str) -> Result<Team, Refusal> {
    let team = state.team(call.id("team_id")?)?.clone();
    state.demand(
        call.caller()?,
        action,
        &Scope::organization(team.organization),
    )?;
    Ok(team)
}

fn refuse_taken(state: &State, organization: Uuid, name: &str) -> Result<(), Refusal> {
    let mut teams = state.teams.iter();
    match teams.any(|team| team.organization == organization && team.name == name) {
        true => Err(Refusal::exists(format!("there is a team {name:?}"))),
        false => Ok(()),
    }
}
