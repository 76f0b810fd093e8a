//! Which service accounts does an organization have?

use serde_json::Value;

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::{Account, Scope, Subject},
    state::State,
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
        "DELETE /organizations/{organization_id}/service_accounts/{service_account_id}",
        delete,
    ),
];

/// Finds the service account of the path, by id or username.
pub(super) fn find<'a>(
    state: &'a State,
    call: &Call<'_>,
    action: &str,
) -> Result<&'a Account, ApiError> {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.require(call.caller()?, action, &Scope::organization(organization))?;
    let wanted = call.path("service_account_id");
    let mut accounts = state.accounts.iter();
    accounts
        .find(|account| {
            account.service_of == Some(organization)
                && (account.id.to_string() == wanted || account.username == wanted)
        })
        .ok_or_else(|| ApiError::missing("service account", wanted))
}

fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.require(call.caller()?, "read", &Scope::organization(organization))?;
    let accounts = state.accounts.iter();
    let own = accounts.filter(|account| account.service_of == Some(organization));
    Ok(call.page(own.map(|account| state.view_service_account(account))))
}

fn create(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = state.organization(call.id("organization_id")?)?.id;
    state.require(call.caller()?, "create", &Scope::organization(organization))?;
    let username = call.body_text("username").unwrap_or_default();
    let taken = |account: &Account| {
        account.service_of == Some(organization) && account.username == username
    };
    let taken = state.accounts.iter().any(taken);
    ApiError::if_taken(taken, "service account", username)?;
    let role = call.body_id("role_id")?;
    if let Some(role) = role {
        state.require_role_of(role, organization)?;
    }
    let id = state.create_service_account(organization, username);
    if let Some(role) = role {
        let subject = Subject::Account(id);
        state.remove_subject(subject);
        state.assign(role, subject, Scope::organization(organization));
    }
    let account = state.account(id)?;
    account.details = call.details(&["name", "description"]);
    let account = account.clone();
    Ok(state.view_service_account(&account))
}

fn delete(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let id = find(state, call, "delete")?.id;
    state.remove_subject(Subject::Account(id));
    state.accounts.retain(|account| account.id != id);
    Ok(Value::Null)
}
