//! Service accounts of an organization.

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{Account, Scope, State, Subject},
};

pub(super) const ROUTES: Routes = &[
    (
        "GET /organizations/{organization_id}/service_accounts",
        list,
    ),
    (
        "POST /organizations/{organization_id}/service_accounts",
        create,
    ),
    (
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}",
        get,
    ),
    (
        "PATCH /organizations/{organization_id}/service_accounts/{service_account_id}",
        update,
    ),
    (
        "DELETE /organizations/{organization_id}/service_accounts/{service_account_id}",
        delete,
    ),
];

/// The service account of the path, which takes an id or a username.
pub(super) fn named<'a>(
    state: &'a mut State,
    call: &Call<'_>,
    action: &str,
) -> Result<&'a mut Account, Refusal> {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.demand(call.caller()?, action, &Scope::organization(organization))?;
    let wanted = call.path("service_account_id");
    let mut accounts = state.accounts.iter_mut();
    accounts
        .find(|account| {
            account.service_of == Some(organization)
                && (account.id.to_string() == wanted || account.username == wanted)
        })
        .ok_or_else(|| Refusal::missing("service account", wanted))
}

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.demand(call.caller()?, "read", &Scope::organization(organization))?;
    let accounts = state.accounts.iter();
    let own = accounts.filter(|account| account.service_of == Some(organization));
    let views = own.map(|account| state.view_service_account(account));
    Ok(call.page(views.collect()))
}

fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.demand(call.caller()?, "create", &Scope::organization(organization))?;
    let username = call.body_text("username").unwrap_or_default();
    refuse_taken(state, organization, username)?;
    let role = call.body_id("role_id")?;
    if let Some(role) = role {
        state.role_of(role, organization)?;
    }
    let id = state.create_service_account(organization, username);
    let account = state.account(id)?;
    call.update("name", &mut account.name);
    call.update("description", &mut account.description);
    if let Some(role) = role {
        let subject = Subject::Account(id);
        state.forget(subject);
        state.assign(role, subject, Scope::organization(organization));
    }
    let account = state.account(id)?.clone();
    Ok(state.view_service_account(&account))
}

fn get(state: &mut State, call: &Call<'_>) -> Outcome {
    let account = named(state, call, "read")?.clone();
    Ok(state.view_service_account(&account))
}

fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = call.id("organization_id")?;
    let old = named(state, call, "update")?.username.clone();
    let username = call.body_text("username").unwrap_or(&old);
    if username != old {
        refuse_taken(state, organization, username)?;
    }
    let now = state.now();
    let account = named(state, call, "update")?;
    account.username = username.to_owned();
    call.update("name", &mut account.name);
    call.update("description", &mut account.description);
    account.is_active = call.body_flag("is_active").unwrap_or(account.is_active);
    account.updated = now;
    let account = account.clone();
    Ok(state.view_service_account(&account))
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = named(state, call, "delete")?.id;
    state.forget(Subject::Account(id));
    state.accounts.retain(|account| account.id != id);
    Ok(Value::Null)
}

fn refuse_taken(state: &State, organization: Uuid, username: &str) -> Result<(), Refusal> {
    let taken = |account: &Account| {
        account.service_of == Some(organization) && account.username == username
    };
    match state.accounts.iter().any(taken) {
        true => Err(Refusal::exists(format!("there is an account {username:?}"))),
        false => Ok(()),
    }
}
