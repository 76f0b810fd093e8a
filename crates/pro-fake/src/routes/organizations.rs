//! Which organizations are there, and what does their plan include?

use serde_json::Value;

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::Scope,
    state::State,
};

pub(super) const ROUTES: Routes = &[
    ("GET /organizations", list),
    ("GET /organizations/{organization_id_or_name}", get),
    (
        "GET /organizations/{organization_id}/entitlement/{feature}",
        entitlement,
    ),
];

/// Organizations of the fake have no owner, so that a filter by owner finds none.
fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let account = call.caller()?.account()?;
    let name = call.text("name");
    let by_owner = call.text("owner_id").or(call.text("owner_username"));
    let found = state
        .organizations
        .iter()
        .filter(|found| by_owner.is_none() && name.is_none_or(|name| found.name == name))
        .map(|found| found.id)
        .filter(|id| state.is_member(account, &Scope::organization(*id)))
        .map(|id| state.view_organization(id));
    Ok(call.page(found))
}

fn get(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let wanted = call.path("organization_id_or_name");
    let mut organizations = state.organizations.iter();
    let found = organizations
        .find(|found| found.id.to_string() == wanted || found.name == wanted)
        .ok_or_else(|| ApiError::missing("organization", wanted))?;
    state.require_member(call.caller()?, &Scope::organization(found.id))?;
    Ok(state.view_organization(found.id))
}

/// The plan has no limits but those that a test sets.
fn entitlement(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let id = state.organization(call.id("organization_id")?)?.id;
    state.require_member(call.caller()?, &Scope::organization(id))?;
    state.require_entitlement(id, call.path("feature"))?;
    Ok(Value::Null)
}
