//! Tokens and sessions.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Routes, logins};
use crate::{
    call::{Call, Outcome, Refusal},
    state::State,
    tokens::{Kind, Who},
};

pub(super) const ROUTES: Routes = &[
    ("POST /auth/login", logins::log_in),
    ("POST /auth/device_authorization", logins::authorize_device),
    ("POST /auth/logout", log_out),
    ("GET /auth/api_token", api_token),
    ("GET /auth/connections", connections),
    ("GET /auth/authorize", authorize),
    ("GET /auth/callback", callback),
    (
        "GET /auth/workspace_authorization/{workspace_id}",
        authorize_workspace,
    ),
    (
        "POST /auth/workspace_authorization/{workspace_id}",
        authorize_workspace,
    ),
    (
        "POST /auth/tenant_authorization/{tenant_id}",
        authorize_tenant,
    ),
];

/// The documented life of these tokens.
const HOUR: Duration = Duration::from_hours(1);

fn log_out(state: &mut State, call: &Call<'_>) -> Outcome {
    let sent = call.headers.get("authorization");
    let sent = sent.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    for token in &mut state.tokens {
        token.revoked |= Some(token.value.as_str()) == sent;
    }
    Ok(Value::Null)
}

fn api_token(state: &mut State, call: &Call<'_>) -> Outcome {
    let account = call.caller()?.account()?;
    Ok(state
        .issue(Kind::Generic, Who::Account(account), HOUR)
        .into())
}

fn connections(_: &mut State, _: &Call<'_>) -> Outcome {
    Ok(json!([]))
}

/// The pages of the browser's login are no part of the double.
fn authorize(_: &mut State, _: &Call<'_>) -> Outcome {
    Ok(json!({}))
}

fn callback(_: &mut State, _: &Call<'_>) -> Outcome {
    Ok(json!({}))
}

fn authorize_workspace(state: &mut State, call: &Call<'_>) -> Outcome {
    authorize_for(state, call, "workspace_id")
}

fn authorize_tenant(state: &mut State, call: &Call<'_>) -> Outcome {
    authorize_for(state, call, "tenant_id")
}

fn authorize_for(state: &mut State, call: &Call<'_>, parameter: &str) -> Outcome {
    let account = call.caller()?.account()?;
    let workspace = state.workspace(call.id(parameter)?)?.clone();
    if !state.belongs(account, &workspace.scope()) {
        return Err(Refusal::forbidden("not a member of this workspace"));
    }
    let token = state.issue(Kind::Workspace(workspace.id), Who::Account(account), HOUR);
    Ok(json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": HOUR.as_secs(),
    }))
}
