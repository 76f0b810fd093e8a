//! Users.

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{Account, State, Subject},
    tokens::{Kind, Who},
};

pub(super) const ROUTES: Routes = &[
    ("GET /users", list),
    ("POST /users", create),
    ("GET /users/authorize_server", authorize_server),
    ("GET /users/me", |s, c| {
        let id = c.caller()?.account()?;
        view(s, id)
    }),
    ("PATCH /users/me", |s, c| {
        let id = c.caller()?.account()?;
        update(s, c, id)
    }),
    ("GET /users/{user_id_or_email}", get),
    ("PATCH /users/{user_id}", |s, c| {
        let id = permitted(s, c)?;
        update(s, c, id)
    }),
    ("DELETE /users/{user_id}", delete),
];

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let caller = call.caller()?.account()?;
    let (id, email) = (call.id_in_query("user_id")?, call.text("email"));
    let is_active = call.flag("is_active");
    let oauth = call.text("oauth_id").or(call.text("oauth_provider"));
    let accounts = state.accounts.iter();
    let found = accounts
        .filter(|found| found.service_of.is_none() && knows(state, caller, found.id))
        .filter(|found| id.is_none_or(|id| found.id == id))
        .filter(|found| email.is_none() || found.email.as_deref() == email)
        .filter(|found| is_active.is_none_or(|active| found.is_active == active))
        // All accounts are local ones.
        .filter(|_| oauth.is_none())
        .map(|found| state.view_account(found));
    Ok(call.page(found.collect()))
}

/// Superusers know everybody, the others themselves and whom they share an organization with.
fn knows(state: &State, caller: Uuid, other: Uuid) -> bool {
    let in_organization =
        |account, organization: Uuid| state.is_member(Subject::Account(account), organization);
    caller == other
        || is_superuser(state, caller)
        || state.organizations.iter().any(|organization| {
            in_organization(caller, organization.id) && in_organization(other, organization.id)
        })
}

fn is_superuser(state: &State, id: Uuid) -> bool {
    let mut accounts = state.accounts.iter();
    accounts.any(|account| account.id == id && account.is_superuser)
}

/// Local accounts: superusers create them.
fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    if !is_superuser(state, call.caller()?.account()?) {
        return Err(Refusal::forbidden("for superusers only"));
    }
    let username = call.text("username").unwrap_or_default();
    refuse_taken(state, username)?;
    let id = state.create_user(username);
    let account = state.account(id)?;
    account.password = call.text("password").map(str::to_owned);
    account.is_superuser = call.flag("is_superuser").unwrap_or_default();
    view(state, id)
}

/// A workspace server asks who somebody is and whether she may come in.
fn authorize_server(state: &mut State, call: &Call<'_>) -> Outcome {
    let server = call.id_in_query("server_id")?.unwrap_or_default();
    let workspace = state.workspace(server)?.clone();
    let caller = call.caller()?;
    if matches!(caller.kind, Kind::Workspace(other) if other != server) {
        return Err(Refusal::forbidden("the token is for another workspace"));
    }
    if workspace.status == "deactivated" {
        return Err(Refusal::forbidden("the workspace is deactivated"));
    }
    let account = caller.account()?;
    if !state.belongs(account, &workspace.scope()) {
        return Err(Refusal::forbidden("not a member of this workspace"));
    }
    view(state, account)
}

fn get(state: &mut State, call: &Call<'_>) -> Outcome {
    let wanted = call.path("user_id_or_email");
    let mut accounts = state.accounts.iter();
    let id = accounts
        .find(|found| found.id.to_string() == wanted || found.email.as_deref() == Some(wanted))
        .map(|found| found.id)
        .ok_or_else(|| Refusal::missing("user", wanted))?;
    match call.caller()?.who {
        Who::Account(caller) if !knows(state, caller, id) => {
            Err(Refusal::forbidden("not in an organization of yours"))
        }
        _ => view(state, id),
    }
}

fn update(state: &mut State, call: &Call<'_>, id: Uuid) -> Outcome {
    let caller = call.caller()?.account()?;
    let powers = ["is_superuser", "is_active"];
    if powers.iter().any(|name| call.body_flag(name).is_some()) && !is_superuser(state, caller) {
        return Err(Refusal::forbidden("for superusers only"));
    }
    let old = state.account(id)?.username.clone();
    if let Some(username) = call.body_text("username").filter(|name| *name != old) {
        refuse_taken(state, username)?;
    }
    let now = state.now();
    let account = state.account(id)?;
    write(call, account);
    account.updated = now;
    view(state, id)
}

/// Writes what a body says of a user.
fn write(call: &Call<'_>, account: &mut Account) {
    if let Some(username) = call.body_text("username") {
        account.username = username.to_owned();
    }
    call.update("email", &mut account.email);
    call.update("name", &mut account.name);
    call.update("password", &mut account.password);
    account.is_active = call.body_flag("is_active").unwrap_or(account.is_active);
    account.is_superuser = call
        .body_flag("is_superuser")
        .unwrap_or(account.is_superuser);
    for name in ["avatar_url", "company", "job_title", "metadata"] {
        if let Some(value) = call.input.body.get(name) {
            account.profile.insert(name.to_owned(), value.clone());
        }
    }
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = permitted(state, call)?;
    if state
        .organizations
        .iter()
        .any(|found| found.owner == Some(id))
    {
        return Err(Refusal::forbidden("owns an organization"));
    }
    state.forget(Subject::Account(id));
    state.accounts.retain(|account| account.id != id);
    Ok(Value::Null)
}

/// The user of the path: oneself, or anybody for superusers.
fn permitted(state: &mut State, call: &Call<'_>) -> Result<Uuid, Refusal> {
    let (caller, id) = (call.caller()?.account()?, call.id("user_id")?);
    let id = state.account(id)?.id;
    match caller == id || is_superuser(state, caller) {
        true => Ok(id),
        false => Err(Refusal::forbidden("for superusers only")),
    }
}

fn view(state: &mut State, id: Uuid) -> Outcome {
    let account = state.account(id)?.clone();
    Ok(state.view_account(&account))
}

fn refuse_taken(state: &State, username: &str) -> Result<(), Refusal> {
    let users = state.accounts.iter();
    let mut users = users.filter(|account| account.service_of.is_none());
    match users.any(|account| account.username == username) {
        true => Err(Refusal::exists(format!("there is a user {username:?}"))),
        false => Ok(()),
    }
}
