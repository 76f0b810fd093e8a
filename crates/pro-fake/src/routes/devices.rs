//! Machines that users log in on through a browser.

use serde_json::Value;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::State,
    tokens::{Device, Who},
    views::view_device,
};

pub(super) const ROUTES: Routes = &[
    ("GET /devices", list),
    ("PUT /devices/verify", verify),
    ("GET /devices/{device_id_or_user_code}", get),
    ("PUT /devices/{device_id}", update),
    ("DELETE /devices/{device_id}", delete),
];

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let user = call.caller()?.account()?;
    let devices = state.devices.iter();
    let own = devices.filter(|device| device.user == Some(user));
    Ok(own.map(view_device).collect())
}

fn verify(state: &mut State, call: &Call<'_>) -> Outcome {
    let user = call.caller()?.account()?;
    let code = call.body_text("user_code").unwrap_or_default();
    let now = state.now();
    let mut devices = state.devices.iter_mut();
    let device = devices
        .find(|device| device.user_code == code && device.user.is_none())
        .ok_or_else(|| Refusal::missing("device with the code", code))?;
    if device.expires <= now {
        return Err(Refusal::forbidden(
            "the login has not been confirmed in time",
        ));
    }
    device.user = Some(user);
    device.trusted = call.body_flag("trusted_device").unwrap_or_default();
    device.metadata = call.input.body.get("device_metadata").cloned();
    Ok(view_device(device))
}

fn get(state: &mut State, call: &Call<'_>) -> Outcome {
    let user = call.caller()?.account()?;
    let wanted = call.path("device_id_or_user_code");
    // One that waits for confirmation belongs to nobody yet: whoever has the code may see it.
    let mut devices = state.devices.iter();
    devices
        .find(|device| match device.user {
            Some(owner) => owner == user && device.id.to_string() == wanted,
            None => device.user_code == wanted,
        })
        .map(view_device)
        .ok_or_else(|| Refusal::missing("device", wanted))
}

fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    let device = own(state, call)?;
    device.locked = call.body_flag("locked").unwrap_or(device.locked);
    let (view, locked, user) = (view_device(device), device.locked, device.user);
    for token in &mut state.tokens {
        let of_device = matches!(token.kind, crate::tokens::Kind::Device);
        token.revoked |= locked && of_device && user.map(Who::Account) == Some(token.who);
    }
    Ok(view)
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = own(state, call)?.id;
    state.devices.retain(|device| device.id != id);
    Ok(Value::Null)
}

fn own<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut Device, Refusal> {
    let (user, id) = (call.caller()?.account()?, call.id("device_id")?);
    let mut devices = state.devices.iter_mut();
    devices
        .find(|device| device.id == id && device.user == Some(user))
        .ok_or_else(|| Refusal::missing("device", id))
}
