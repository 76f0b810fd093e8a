//! How are API keys managed? Those of service accounts and the personal access tokens of users
//! differ only in their owner.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Routes, service_accounts};
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::{ApiKey, Time, TokenKind},
    state::State,
    tokens::new_key_value,
    views::{view_key, view_new_key},
};

pub(super) const ROUTES: Routes = &[
    ("GET /users/me/api_keys", list),
    ("POST /users/me/api_keys", create),
    ("GET /users/me/api_keys/{api_key_id}", get),
    ("DELETE /users/me/api_keys/{api_key_id}", delete),
    ("PUT /users/me/api_keys/{api_key_id}/rotate", rotate),
    (
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys",
        list,
    ),
    (
        "POST /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys",
        create,
    ),
    (
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}",
        get,
    ),
    (
        "DELETE /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}",
        delete,
    ),
    (
        "PUT /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}/rotate",
        rotate,
    ),
];

/// Returns the account of the path, or the caller for `/users/me`. Tokens of logins in the browser
/// are rejected, as the vendor does.
fn owner(state: &State, call: &Call<'_>, action: &str) -> Result<Uuid, ApiError> {
    let caller = call.caller()?;
    if caller.kind == TokenKind::Device {
        let text = "Token type device_code is not allowed for this endpoint";
        return Err(ApiError::with_body(401, json!({ "detail": text })));
    }
    match call.path("service_account_id") {
        "" => caller.account(),
        _ => Ok(service_accounts::find(state, call, action)?.id),
    }
}

fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let owner = owner(state, call, "read")?;
    let keys = state.keys.iter().filter(|key| key.owner == owner);
    Ok(call.page(keys.map(view_key)))
}

fn create(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let owner = owner(state, call, "update")?;
    let name = call.body_text("name").unwrap_or_default();
    let mut keys = state.keys.iter();
    let taken = keys.any(|key| key.owner == owner && key.name == name);
    ApiError::if_taken(taken, "API key", name)?;
    let expires = expiry(state, call);
    let key = state.create_key(owner, name, call.details(&["description"]), expires);
    Ok(view_new_key(&key))
}

fn get(state: &mut State, call: &Call<'_>) -> HandlerResult {
    find(state, call, "read").map(|key| view_key(key))
}

fn delete(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let id = find(state, call, "update")?.id;
    state.keys.retain(|key| key.id != id);
    Ok(Value::Null)
}

fn rotate(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let (now, expires) = (state.now(), expiry(state, call));
    let retained = call.body_number("retain_period_minutes").unwrap_or(0);
    let key = find(state, call, "update")?;
    let old = std::mem::replace(&mut key.value, new_key_value());
    let until = now + TimeDelta::try_minutes(retained).unwrap_or(TimeDelta::MAX);
    key.previous = Some((old, until));
    key.expires = expires.or(key.expires);
    key.last_rotated = Some(now);
    Ok(view_new_key(key))
}

fn find<'a>(
    state: &'a mut State,
    call: &Call<'_>,
    action: &str,
) -> Result<&'a mut ApiKey, ApiError> {
    let (owner, id) = (owner(state, call, action)?, call.id("api_key_id")?);
    let mut keys = state.keys.iter_mut();
    keys.find(|key| key.id == id && key.owner == owner)
        .ok_or_else(|| ApiError::missing("API key", id))
}

fn expiry(state: &State, call: &Call<'_>) -> Option<Time> {
    let minutes = call.body_number("expires_in_minutes")?;
    Some(state.now() + TimeDelta::try_minutes(minutes).unwrap_or(TimeDelta::MAX))
}
