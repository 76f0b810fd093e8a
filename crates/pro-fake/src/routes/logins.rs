//! The grants of `POST /auth/login`, and the device flow.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::{Call, Outcome, Refusal},
    state::State,
    tokens::{Device, Kind, Who, secret},
};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What a login on a device must be confirmed within.
const CONFIRMATION: TimeDelta = TimeDelta::minutes(5);
const DAY: Duration = Duration::from_hours(24);

pub(super) fn log_in(state: &mut State, call: &Call<'_>) -> Outcome {
    let field = |name| call.body_text(name).filter(|text| !text.is_empty());
    match (field("grant_type"), field("username"), field("client_id")) {
        (Some(DEVICE_GRANT), _, Some(client)) => by_device(state, client, field("device_code")),
        (Some("client_credentials") | None, _, Some(client)) => {
            by_client(state, client, field("client_secret"))
        }
        (Some("password") | None, Some(user), None) => by_password(state, user, field("password")),
        (Some("zenml_api_key") | None, None, None) if state.exchanges_keys => {
            match field("password") {
                Some(key) => {
                    let owner = state.owner_of_key(key)?;
                    Ok(session(state, Who::Account(owner)))
                }
                None => Err(oauth("invalid_request", "no credentials were sent")),
            }
        }
        _ => Err(oauth("unsupported_grant_type", "no such way to log in")),
    }
}

/// Local accounts of a self-hosted control plane.
fn by_password(state: &mut State, user: &str, password: Option<&str>) -> Outcome {
    let now = state.now();
    let mut accounts = state.accounts.iter_mut();
    let account = accounts
        .find(|account| account.username == user && account.service_of.is_none())
        .filter(|account| account.is_active)
        .filter(|account| password.is_some() && account.password.as_deref() == password)
        .ok_or_else(|| Refusal::unauthorized("wrong username or password"))?;
    account.last_login = Some(now);
    let who = Who::Account(account.id);
    Ok(session(state, who))
}

/// Servers of workspaces: their id, and the key that they were enrolled with.
fn by_client(state: &mut State, client: &str, secret: Option<&str>) -> Outcome {
    let mut workspaces = state.workspaces.iter();
    let workspace = workspaces
        .find(|workspace| {
            workspace.id.to_string() == client && secret == Some(workspace.enrollment_key.as_str())
        })
        .ok_or_else(|| Refusal::unauthorized("wrong client credentials"))?;
    let who = Who::Server(workspace.id);
    Ok(session(state, who))
}

fn session(state: &mut State, who: Who) -> Value {
    let lifetime = state.session_lifetime;
    json!({
        "access_token": state.issue(Kind::Session, who, lifetime),
        "token_type": "bearer",
        "expires_in": lifetime.as_secs(),
        "device_id": null,
        "device_metadata": null,
    })
}

fn by_device(state: &mut State, client: &str, code: Option<&str>) -> Outcome {
    let now = state.now();
    let device = state
        .devices
        .iter_mut()
        .find(|device| Some(device.device_code.as_str()) == code)
        .filter(|device| device.client.to_string() == client)
        .ok_or_else(|| oauth("invalid_client", "no such device"))?;
    if device.denied || device.locked {
        return Err(oauth("access_denied", "the login was denied"));
    }
    if device.expires <= now {
        return Err(oauth("expired_token", "nobody has confirmed the login"));
    }
    let Some(user) = device.user else {
        return Err(oauth(
            "authorization_pending",
            "nobody has confirmed it yet",
        ));
    };
    let lifetime = if device.trusted { 30 * DAY } else { DAY };
    device.expires = now + TimeDelta::from_std(lifetime).unwrap_or_default();
    // A code serves once.
    device.device_code = secret();
    let device = device.clone();
    Ok(json!({
        "access_token": state.issue(Kind::Device, Who::Account(user), lifetime),
        "token_type": "bearer",
        "expires_in": lifetime.as_secs(),
        "device_id": device.id,
        "device_metadata": device.metadata,
    }))
}

pub(super) fn authorize_device(state: &mut State, call: &Call<'_>) -> Outcome {
    let client = call.body_id("client_id")?.unwrap_or_default();
    let now = state.now();
    let known = call.body_id("device_id")?;
    let known = state
        .devices
        .iter()
        .position(|device| Some(device.id) == known);
    // A device that logs in again is confirmed again.
    let id = match known.map(|known| state.devices.remove(known)) {
        Some(device) => device.id,
        None => Uuid::new_v4(),
    };
    let device = Device {
        id,
        client,
        user_code: secret().chars().take(8).collect(),
        device_code: secret(),
        user: None,
        denied: false,
        trusted: false,
        locked: false,
        metadata: None,
        created: now,
        expires: now + CONFIRMATION,
    };
    let answer = json!({
        "device_code": device.device_code,
        "user_code": device.user_code,
        // Relative, as the vendor's may be: clients put the URL of the API in front.
        "verification_uri": "/devices/verify",
        "verification_uri_complete": format!("/devices/verify?user_code={}", device.user_code),
        "expires_in": CONFIRMATION.num_seconds(),
        "interval": state.device_interval,
    });
    state.devices.push(device);
    Ok(answer)
}

/// A refusal as OAuth has it.
fn oauth(error: &str, description: &str) -> Refusal {
    Refusal::with_body(
        400,
        json!({"error": error, "error_description": description}),
    )
}
