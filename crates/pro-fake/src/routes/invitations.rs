//! How are people invited to an organization?

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::{Invitation, Scope, Subject},
    state::State,
};

pub(super) const ROUTES: Routes = &[
    ("GET /invitations", list_own),
    ("POST /invitations/{invitation_id}", accept),
    ("GET /organizations/{organization_id}/invitations", list),
    ("POST /organizations/{organization_id}/invitations", create),
    (
        "DELETE /organizations/{organization_id}/invitations/{invitation_id}",
        delete,
    ),
];

/// Lists the invitations that the caller may accept.
fn list_own(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let email = email_of_caller(state, call)?;
    let invitations = state.invitations.iter();
    let own = invitations.filter(|found| Some(&found.email) == email.as_ref() && !found.accepted);
    Ok(own.map(|found| state.view_invitation(found)).collect())
}

fn accept(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let account = call.caller()?.account()?;
    let email = email_of_caller(state, call)?;
    let now = state.now();
    let invitation = state.invitation(call.id("invitation_id")?)?.clone();
    if email.as_ref() != Some(&invitation.email) {
        return Err(ApiError::forbidden("the invitation is for another user"));
    }
    if invitation.accepted {
        return Err(ApiError::exists("the invitation was accepted already"));
    }
    if invitation.expires <= now {
        return Err(ApiError::forbidden("the invitation has expired"));
    }
    state.accept(invitation.id, account)?;
    Ok(Value::Null)
}

fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = organization(state, call, "read")?;
    let (email, inviting) = (call.text("email"), call.query_id("inviting_user_id")?);
    let only_pending = call.flag("only_pending").unwrap_or_default();
    let invitations = state.invitations.iter();
    let found = invitations
        .filter(|found| found.organization == organization)
        .filter(|found| email.is_none_or(|email| found.email == email))
        .filter(|found| inviting.is_none() || found.inviting == inviting)
        .filter(|found| !(only_pending && found.accepted));
    Ok(found.map(|found| state.view_invitation(found)).collect())
}

fn create(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = organization(state, call, "create")?;
    let email = call.body_text("email").unwrap_or_default();
    let is_pending = |found: &Invitation| {
        found.organization == organization && found.email == email && !found.accepted
    };
    let invited = state.invitations.iter().any(is_pending);
    ApiError::if_taken(invited, "invitation", email)?;
    let member = state.accounts.iter().any(|account| {
        let subject = Subject::Account(account.id);
        account.email.as_deref() == Some(email) && state.has_role_in(subject, organization)
    });
    ApiError::if_taken(member, "member", email)?;
    let role = call.body_id("role_id")?;
    if let Some(role) = role {
        state.require_role_of(role, organization)?;
    }
    let inviting = call.caller()?.account().ok();
    let invitation = state.create_invitation(organization, email, inviting);
    if let Some(role) = role {
        let subject = Subject::Invitation(invitation.id);
        state.assign(role, subject, Scope::organization(organization));
    }
    Ok(state.view_invitation(&invitation))
}

fn delete(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let organization = organization(state, call, "delete")?;
    let id = call.id("invitation_id")?;
    if state.invitation(id)?.organization != organization {
        return Err(ApiError::missing("invitation", id));
    }
    state.remove_subject(Subject::Invitation(id));
    state.invitations.retain(|found| found.id != id);
    Ok(Value::Null)
}

fn organization(state: &State, call: &Call<'_>, action: &str) -> Result<Uuid, ApiError> {
    let id = state.organization(call.id("organization_id")?)?.id;
    state.require(call.caller()?, action, &Scope::organization(id))?;
    Ok(id)
}

fn email_of_caller(state: &mut State, call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let account = call.caller()?.account()?;
    Ok(state.account(account)?.email.clone())
}
