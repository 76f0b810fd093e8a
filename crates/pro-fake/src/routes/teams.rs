//! Which teams are there, and who is in them?

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::{Scope, Subject, Team},
    state::State,
    views::{view_account, view_team},
};

pub(super) const ROUTES: Routes = &[
    ("GET /organizations/{organization_id}/teams", list),
    ("POST /teams", create),
    ("GET /teams/{team_id}/members", list_members),
    ("POST /teams/{team_id}/members", add_member),
    ("DELETE /teams/{team_id}/members", remove_member),
];

fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.require_member(call.caller()?, &Scope::organization(organization))?;
    let teams = state.teams.iter();
    let own = teams.filter(|team| team.organization == organization);
    Ok(own.map(view_team).collect())
}

fn create(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = call.required_body_id("organization_id")?;
    let organization = state.organization(organization)?.id;
    state.require(call.caller()?, "create", &Scope::organization(organization))?;
    let name = call.body_text("name").unwrap_or_default();
    let mut teams = state.teams.iter();
    let taken = teams.any(|team| team.organization == organization && team.name == name);
    ApiError::if_taken(taken, "team", name)?;
    let team = state.create_team(organization, name, call.details(&["description"]));
    Ok(view_team(&team))
}

/// Lists the accounts only: the document declares no place for invitations.
fn list_members(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let team = team(state, call, "read")?;
    let accounts = state.accounts.iter();
    let members = accounts.filter(|account| team.members.contains(&account.id));
    Ok(members.map(view_account).collect())
}

fn add_member(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let team = team(state, call, "update")?;
    let member = member(state, call, team.organization)?;
    if state.team(team.id)?.members.insert(member) {
        Ok(Value::Null)
    } else {
        Err(ApiError::exists("is already in the team"))
    }
}

fn remove_member(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let team = team(state, call, "update")?;
    let member = member(state, call, team.organization)?;
    if state.team(team.id)?.members.remove(&member) {
        Ok(Value::Null)
    } else {
        Err(ApiError::missing("member", member))
    }
}

/// Reads the user or the invitation of the query.
fn member(state: &mut State, call: &Call<'_>, organization: Uuid) -> Result<Uuid, ApiError> {
    match (call.query_id("user_id")?, call.query_id("invitation_id")?) {
        (Some(user), None) if state.has_role_in(Subject::Account(user), organization) => Ok(user),
        (Some(user), None) => Err(ApiError::missing("member of the organization", user)),
        (None, Some(id)) => {
            if state.invitation(id)?.organization == organization {
                Ok(id)
            } else {
                Err(ApiError::missing("invitation", id))
            }
        }
        _ => {
            let text = "give either user_id or invitation_id";
            Err(ApiError::invalid(&["query", "user_id"], text))
        }
    }
}

fn team(state: &mut State, call: &Call<'_>, action: &str) -> Result<Team, ApiError> {
    let team = state.team(call.id("team_id")?)?.clone();
    let scope = Scope::organization(team.organization);
    state.require(call.caller()?, action, &scope)?;
    Ok(team)
}
