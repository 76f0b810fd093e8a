//! Organizations.

use serde_json::{Value, json};

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal, strings},
    state::{Scope, State, Subject},
};

pub(super) const ROUTES: Routes = &[
    ("GET /organizations", list),
    ("POST /organizations", create),
    (
        "GET /organizations/validation/name/{organization_name}",
        validate_name,
    ),
    ("GET /organizations/{organization_id_or_name}", get),
    ("PATCH /organizations/{organization_id}", update),
    ("DELETE /organizations/{organization_id}", delete),
    ("GET /organizations/{organization_id}/trial", trial),
    (
        "GET /organizations/{organization_id}/entitlement/{feature}",
        entitlement,
    ),
];

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let account = call.caller()?.account()?;
    let (owner, name) = (call.id_in_query("owner_id")?, call.text("name"));
    let by = call.text("owner_username");
    let owners: Vec<_> = state
        .accounts
        .iter()
        .filter(|account| by.is_none_or(|by| account.username == by))
        .map(|account| account.id)
        .collect();
    let organizations = state.organizations.iter();
    let found = organizations
        .filter(|found| state.belongs(account, &Scope::organization(found.id)))
        .filter(|found| name.is_none_or(|name| found.name == name))
        .filter(|found| owner.is_none() || found.owner == owner)
        .filter(|found| by.is_none() || found.owner.is_some_and(|owner| owners.contains(&owner)))
        .map(|found| state.view_organization(found));
    Ok(call.page(found.collect()))
}

fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let account = call.caller()?.account()?;
    if state.account(account)?.service_of.is_some() {
        return Err(Refusal::forbidden("service accounts own no organizations"));
    }
    let name = call.body_text("name").unwrap_or_default();
    refuse_taken(state, name)?;
    let owner = call.body_id("owner_id")?.unwrap_or(account);
    state.account(owner)?;
    let id = state.create_organization(name, Some(owner));
    write(state, call, id)
}

fn validate_name(state: &mut State, call: &Call<'_>) -> Outcome {
    refuse_taken(state, call.path("organization_name")).map(|()| Value::Bool(true))
}

fn get(state: &mut State, call: &Call<'_>) -> Outcome {
    let wanted = call.path("organization_id_or_name");
    let mut organizations = state.organizations.iter();
    let found = organizations
        .find(|found| found.id.to_string() == wanted || found.name == wanted)
        .ok_or_else(|| Refusal::missing("organization", wanted))?;
    state.demand_member(call.caller()?, &Scope::organization(found.id))?;
    Ok(state.view_organization(found))
}

fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = state.organization(call.id("organization_id")?)?.clone();
    let scope = Scope::organization(organization.id);
    state.demand(call.caller()?, "update", &scope)?;
    if let Some(name) = call
        .body_text("name")
        .filter(|name| *name != organization.name)
    {
        refuse_taken(state, name)?;
    }
    if let Some(owner) = call.body_id("owner_id")? {
        state.account(owner)?;
    }
    write(state, call, organization.id)
}

/// Writes what a body says of an organization.
fn write(state: &mut State, call: &Call<'_>, id: uuid::Uuid) -> Outcome {
    let now = state.now();
    let organization = state.organization(id)?;
    if let Some(name) = call.body_text("name") {
        organization.name = name.to_owned();
    }
    organization.owner = call.body_id("owner_id")?.or(organization.owner);
    call.update("description", &mut organization.description);
    call.update("logo_url", &mut organization.logo_url);
    if let Some(domains) = call.input.body.get("trusted_domains") {
        organization.trusted_domains = strings(Some(domains));
    }
    organization.updated = now;
    let organization = organization.clone();
    Ok(state.view_organization(&organization))
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = state.organization(call.id("organization_id")?)?.id;
    state.demand(call.caller()?, "delete", &Scope::organization(id))?;
    if state
        .workspaces
        .iter()
        .any(|found| found.organization == id)
    {
        return Err(Refusal::forbidden("the organization still has workspaces"));
    }
    let accounts = state.accounts.iter();
    let own: Vec<_> = accounts
        .filter(|account| account.service_of == Some(id))
        .map(|account| account.id)
        .collect();
    for account in own {
        state.forget(Subject::Account(account));
    }
    state.accounts.retain(|found| found.service_of != Some(id));
    state.teams.retain(|found| found.organization != id);
    state.invitations.retain(|found| found.organization != id);
    state.roles.retain(|found| found.organization != id);
    state
        .assignments
        .retain(|found| found.scope.organization != id);
    state.organizations.retain(|found| found.id != id);
    Ok(Value::Null)
}

fn trial(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = state.organization(call.id("organization_id")?)?.id;
    state.demand_member(call.caller()?, &Scope::organization(id))?;
    Ok(json!({ "has_active_subscription": true, "trial_expiry": null }))
}

/// A plan without limits, but for those that a test has set.
fn entitlement(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = state.organization(call.id("organization_id")?)?.id;
    state.demand_member(call.caller()?, &Scope::organization(id))?;
    state.demand_entitlement(id, call.path("feature"))?;
    Ok(Value::Null)
}

fn refuse_taken(state: &State, name: &str) -> Result<(), Refusal> {
    match state.organizations.iter().any(|found| found.name == name) {
        true => Err(Refusal::exists(format!(
            "there is an organization {name:?}"
        ))),
        false => Ok(()),
    }
}
