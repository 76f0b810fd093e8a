//! How do users, service accounts and workspace servers log in?

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::{Device, Principal, TokenKind},
    state::State,
    tokens::new_secret,
};

pub(super) const ROUTES: Routes = &[
    ("POST /auth/login", log_in),
    ("POST /auth/device_authorization", authorize_device),
];

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The time within which a user must confirm a login in the browser.
const CONFIRMATION: TimeDelta = TimeDelta::minutes(5);
const DEVICE_SESSION: Duration = Duration::from_hours(24);

fn log_in(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let field = |name| call.body_text(name).filter(|text| !text.is_empty());
    match (field("grant_type"), field("username"), field("client_id")) {
        (Some(DEVICE_GRANT), _, Some(client)) => by_device(state, client, field("device_code")),
        (Some("client_credentials") | None, _, Some(client)) => {
            by_client(state, client, field("client_secret"))
        }
        (Some("password") | None, Some(user), None) => by_password(state, user, field("password")),
        (Some("zenml_api_key") | None, None, None) if state.settings.exchanges_keys => {
            match field("password") {
                Some(key) => {
                    let owner = state.owner_of_key(key)?;
                    Ok(session(state, Principal::Account(owner)))
                }
                None => Err(ApiError::oauth(
                    "invalid_request",
                    "no credentials were sent",
                )),
            }
        }
        _ => Err(ApiError::oauth(
            "unsupported_grant_type",
            "the grant type is not supported",
        )),
    }
}

/// Logs in to a local account of a self-hosted control plane.
fn by_password(state: &mut State, user: &str, password: Option<&str>) -> HandlerResult {
    let mut accounts = state.accounts.iter();
    let account = accounts
        .find(|account| account.username == user && account.service_of.is_none())
        .filter(|account| password.is_some() && account.password.as_deref() == password)
        .ok_or_else(|| ApiError::unauthorized("wrong username or password"))?;
    let principal = Principal::Account(account.id);
    Ok(session(state, principal))
}

/// Logs in a workspace server, by its id and enrollment key.
fn by_client(state: &mut State, client: &str, secret: Option<&str>) -> HandlerResult {
    let mut workspaces = state.workspaces.iter();
    let workspace = workspaces
        .find(|workspace| {
            workspace.id.to_string() == client && secret == Some(workspace.enrollment_key.as_str())
        })
        .ok_or_else(|| ApiError::unauthorized("wrong client credentials"))?;
    let principal = Principal::Server(workspace.id);
    Ok(session(state, principal))
}

fn session(state: &mut State, principal: Principal) -> Value {
    let lifetime = state.settings.session_lifetime;
    token_response(
        state.issue(TokenKind::Session, principal, lifetime),
        lifetime,
    )
}

fn by_device(state: &mut State, client: &str, code: Option<&str>) -> HandlerResult {
    let now = state.now();
    let device = state
        .devices
        .iter_mut()
        .find(|device| Some(device.device_code.as_str()) == code)
        .filter(|device| device.client.to_string() == client)
        .ok_or_else(|| ApiError::oauth("invalid_client", "the device is unknown"))?;
    if device.denied {
        return Err(ApiError::oauth("access_denied", "the login was denied"));
    }
    if device.expires <= now {
        return Err(ApiError::oauth(
            "expired_token",
            "the login was not confirmed in time",
        ));
    }
    let Some(user) = device.user else {
        return Err(ApiError::oauth(
            "authorization_pending",
            "the login is not confirmed yet",
        ));
    };
    // A device code can be used once.
    device.device_code = new_secret();
    let principal = Principal::Account(user);
    let token = state.issue(TokenKind::Device, principal, DEVICE_SESSION);
    Ok(token_response(token, DEVICE_SESSION))
}

fn token_response(token: String, lifetime: Duration) -> Value {
    json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": lifetime.as_secs(),
        "device_id": null,
        "device_metadata": null,
    })
}

fn authorize_device(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let device = Device {
        client: call.required_body_id("client_id")?,
        user_code: new_secret().chars().take(8).collect(),
        device_code: new_secret(),
        user: None,
        denied: false,
        expires: state.now() + CONFIRMATION,
    };
    let response = json!({
        "device_code": device.device_code,
        "user_code": device.user_code,
        // The vendor's URI may be relative to the URL of the API.
        "verification_uri": "/devices/verify",
        "verification_uri_complete": format!("/devices/verify?user_code={}", device.user_code),
        "expires_in": CONFIRMATION.num_seconds(),
        "interval": state.settings.device_interval,
    });
    state.devices.push(device);
    Ok(response)
}
