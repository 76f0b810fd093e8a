//! Who is the caller, and who is another user?

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    state::State,
    views::view_account,
};

pub(super) const ROUTES: Routes = &[
    ("GET /users/authorize_server", authorize_server),
    ("GET /users/me", |state, call| {
        Ok(state.view_account_of(call.caller()?.account()?))
    }),
    ("GET /users/{user_id_or_email}", get),
];

/// Tells a workspace server who the caller is, and whether the workspace admits that account.
fn authorize_server(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let workspace = state.workspace(call.required_query_id("server_id")?)?;
    if workspace.status == "deactivated" {
        return Err(ApiError::forbidden("the workspace is deactivated"));
    }
    let scope = workspace.scope();
    let account = call.caller()?.account()?;
    if !state.is_member(account, &scope) {
        return Err(ApiError::forbidden("not a member of this workspace"));
    }
    Ok(state.view_account_of(account))
}

fn get(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let wanted = call.path("user_id_or_email");
    let mut accounts = state.accounts.iter();
    accounts
        .find(|found| found.id.to_string() == wanted || found.email.as_deref() == Some(wanted))
        .map(view_account)
        .ok_or_else(|| ApiError::missing("user", wanted))
}
