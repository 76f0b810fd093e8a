//! Operations that are about the control plane itself.

use serde_json::{Value, json};

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::State,
};

pub(super) const ROUTES: Routes = &[
    ("GET /health", |_, _| Ok("OK".into())),
    ("GET /server/info", |_, _| {
        Ok(json!({ "version": "0.13.0" }))
    }),
    ("GET /permissions", permissions),
    ("GET /releases", releases),
    ("GET /releases/{release_service}", release),
    ("POST /stigg-webhook", |_, _| Ok(Value::Null)),
];

/// The actions that roles can permit.
fn permissions(_: &mut State, _: &Call<'_>) -> Outcome {
    Ok(json!([
        "*",
        "create",
        "read",
        "update",
        "delete",
        "read_secret_value",
        "prune",
        "client",
        "promote",
        "backup_restore",
        "share"
    ]))
}

fn releases(state: &mut State, call: &Call<'_>) -> Outcome {
    let service = call.text("release_service").unwrap_or_default();
    let versions = of_service(state, service)?;
    Ok(versions
        .iter()
        .map(|version| json!({ "version": version }))
        .collect())
}

/// The newest, or that of a version.
fn release(state: &mut State, call: &Call<'_>) -> Outcome {
    let service = call.path("release_service");
    let wanted = call.text("version");
    let mut versions = of_service(state, service)?.iter();
    versions
        .find(|version| wanted.is_none_or(|wanted| *version == wanted))
        .map(|version| json!({ "version": version }))
        .ok_or_else(|| Refusal::missing("release", wanted.unwrap_or(service)))
}

fn of_service<'a>(state: &'a State, service: &str) -> Result<&'a Vec<String>, Refusal> {
    let found = state.releases.get(service);
    found.ok_or_else(|| Refusal::missing("releases of", service))
}
