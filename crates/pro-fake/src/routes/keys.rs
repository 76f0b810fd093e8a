//! API keys: of service accounts, and personal access tokens of users. They differ in who owns them.

use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

use super::{Routes, service_accounts};
use crate::{
    call::{Call, Outcome, Refusal},
    state::{State, Time},
    tokens::{ApiKey, Kind, key_value},
    views::view_key,
};

pub(super) const ROUTES: Routes = &[
    ("GET /users/me/api_keys", |s, c| list(s, c, own(c)?)),
    ("POST /users/me/api_keys", |s, c| create(s, c, own(c)?)),
    ("GET /users/me/api_keys/{api_key_id}", |s, c| {
        get(s, c, own(c)?)
    }),
    ("PATCH /users/me/api_keys/{api_key_id}", |s, c| {
        update(s, c, own(c)?)
    }),
    ("DELETE /users/me/api_keys/{api_key_id}", |s, c| {
        delete(s, c, own(c)?)
    }),
    ("PUT /users/me/api_keys/{api_key_id}/rotate", |s, c| {
        rotate(s, c, own(c)?)
    }),
    (
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys",
        |s, c| {
            let owner = of_service_account(s, c, "read")?;
            list(s, c, owner)
        },
    ),
    (
        "POST /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys",
        |s, c| {
            let owner = of_service_account(s, c, "update")?;
            create(s, c, owner)
        },
    ),
    (
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}",
        |s, c| {
            let owner = of_service_account(s, c, "read")?;
            get(s, c, owner)
        },
    ),
    (
        "PATCH /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}",
        |s, c| {
            let owner = of_service_account(s, c, "update")?;
            update(s, c, owner)
        },
    ),
    (
        "DELETE /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}",
        |s, c| {
            let owner = of_service_account(s, c, "update")?;
            delete(s, c, owner)
        },
    ),
    (
        "PUT /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}/rotate",
        |s, c| {
            let owner = of_service_account(s, c, "update")?;
            rotate(s, c, owner)
        },
    ),
];

/// Tokens of devices are refused, as somebody saw it happen.
fn refuse_devices(call: &Call<'_>) -> Result<(), Refusal> {
    match call.caller()?.kind {
        Kind::Device => {
            let text = "Token type device_code is not allowed for this endpoint";
            Err(Refusal::with_body(
                401,
                serde_json::json!({ "detail": text }),
            ))
        }
        _ => Ok(()),
    }
}

fn own(call: &Call<'_>) -> Result<Uuid, Refusal> {
    refuse_devices(call)?;
    call.caller()?.account()
}

fn of_service_account(state: &mut State, call: &Call<'_>, action: &str) -> Result<Uuid, Refusal> {
    refuse_devices(call)?;
    Ok(service_accounts::named(state, call, action)?.id)
}

fn list(state: &mut State, call: &Call<'_>, owner: Uuid) -> Outcome {
    let keys = state.keys.iter().filter(|key| key.owner == owner);
    Ok(call.page(keys.map(view_key).collect()))
}

fn create(state: &mut State, call: &Call<'_>, owner: Uuid) -> Outcome {
    let name = call.body_text("name").unwrap_or_default();
    refuse_taken(state, owner, name)?;
    let expires = expiry(state, call);
    let key = state.create_key(owner, name, call.body_text("description"), expires);
    Ok(with_value(&key))
}

fn get(state: &mut State, call: &Call<'_>, owner: Uuid) -> Outcome {
    find(state, call, owner).map(|key| view_key(key))
}

fn update(state: &mut State, call: &Call<'_>, owner: Uuid) -> Outcome {
    let (now, name) = (state.now(), call.body_text("name"));
    let old = find(state, call, owner)?.name.clone();
    if let Some(name) = name.filter(|name| *name != old) {
        refuse_taken(state, owner, name)?;
    }
    let key = find(state, call, owner)?;
    key.name = name.unwrap_or(&old).to_owned();
    call.update("description", &mut key.description);
    key.active = call.body_flag("active").unwrap_or(key.active);
    key.updated = now;
    Ok(view_key(key))
}

fn delete(state: &mut State, call: &Call<'_>, owner: Uuid) -> Outcome {
    let id = find(state, call, owner)?.id;
    state.keys.retain(|key| key.id != id);
    Ok(Value::Null)
}

fn rotate(state: &mut State, call: &Call<'_>, owner: Uuid) -> Outcome {
    let (now, expires) = (state.now(), expiry(state, call));
    let retained = call.body_number("retain_period_minutes").unwrap_or(0);
    let key = find(state, call, owner)?;
    let old = std::mem::replace(&mut key.value, key_value());
    let until = now + TimeDelta::try_minutes(retained).unwrap_or(TimeDelta::MAX);
    key.previous = Some((old, until));
    key.expires = expires.or(key.expires);
    key.last_rotated = Some(now);
    key.updated = now;
    Ok(with_value(key))
}

fn find<'a>(state: &'a mut State, call: &Call<'_>, owner: Uuid) -> Result<&'a mut ApiKey, Refusal> {
    let id = call.id("api_key_id")?;
    let mut keys = state.keys.iter_mut();
    keys.find(|key| key.id == id && key.owner == owner)
        .ok_or_else(|| Refusal::missing("API key", id))
}

fn refuse_taken(state: &State, owner: Uuid, name: &str) -> Result<(), Refusal> {
    let mut keys = state.keys.iter();
    match keys.any(|key| key.owner == owner && key.name == name) {
        true => Err(Refusal::exists(format!("there is an API key {name:?}"))),
        false => Ok(()),
    }
}

fn expiry(state: &State, call: &Call<'_>) -> Option<Time> {
    let minutes = call.body_number("expires_in_minutes")?;
    Some(state.now() + TimeDelta::try_minutes(minutes).unwrap_or(TimeDelta::MAX))
}

fn with_value(key: &ApiKey) -> Value {
    let mut view = view_key(key);
    if let Some(view) = view.as_object_mut() {
        view.insert("key".to_owned(), key.value.clone().into());
    }
    view
}
