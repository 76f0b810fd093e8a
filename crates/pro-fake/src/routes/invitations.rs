//! Invitations to an organization.

use serde_json::Value;
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{Invitation, Scope, State, Subject},
};

pub(super) const ROUTES: Routes = &[
    ("GET /invitations", list_own),
    ("GET /invitations/{invitation_id}", get),
    ("POST /invitations/{invitation_id}", accept),
    ("GET /organizations/{organization_id}/invitations", list),
    ("POST /organizations/{organization_id}/invitations", create),
    (
        "DELETE /organizations/{organization_id}/invitations/{invitation_id}",
        delete,
    ),
];

/// Those that the caller may accept.
fn list_own(state: &mut State, call: &Call<'_>) -> Outcome {
    let email = email_of(state, call)?;
    let invitations = state.invitations.iter();
    let own = invitations.filter(|found| Some(&found.email) == email.as_ref() && !found.accepted);
    Ok(own.map(|found| state.view_invitation(found)).collect())
}

fn get(state: &mut State, call: &Call<'_>) -> Outcome {
    let invitation = state.invitation(call.id("invitation_id")?)?.clone();
    if email_of(state, call)?.as_ref() != Some(&invitation.email) {
        let scope = Scope::organization(invitation.organization);
        state.demand(call.caller()?, "read", &scope)?;
    }
    Ok(state.view_invitation(&invitation))
}

fn accept(state: &mut State, call: &Call<'_>) -> Outcome {
    let account = call.caller()?.account()?;
    let email = email_of(state, call)?;
    let now = state.now();
    let invitation = state.invitation(call.id("invitation_id")?)?.clone();
    if email.as_ref() != Some(&invitation.email) {
        return Err(Refusal::forbidden("the invitation is somebody else's"));
    }
    if invitation.accepted {
        return Err(Refusal::exists("the invitation has been accepted"));
    }
    if invitation.expires <= now {
        return Err(Refusal::forbidden("the invitation has expired"));
    }
    state.accept(invitation.id, account)?;
    Ok(Value::Null)
}

fn list(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = of_organization(state, call, "read")?;
    let (email, inviting) = (call.text("email"), call.id_in_query("inviting_user_id")?);
    let only_pending = call.flag("only_pending").unwrap_or_default();
    let invitations = state.invitations.iter();
    let found = invitations
        .filter(|found| found.organization == organization)
        .filter(|found| email.is_none_or(|email| found.email == email))
        .filter(|found| inviting.is_none() || found.inviting == inviting)
        .filter(|found| !(only_pending && found.accepted));
    Ok(found.map(|found| state.view_invitation(found)).collect())
}

fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = of_organization(state, call, "create")?;
    let email = call.body_text("email").unwrap_or_default();
    let is_pending = |found: &Invitation| {
        found.organization == organization && found.email == email && !found.accepted
    };
    if state.invitations.iter().any(is_pending) {
        return Err(Refusal::exists(format!("{email} has been invited already")));
    }
    let member = state.accounts.iter().any(|account| {
        let subject = Subject::Account(account.id);
        account.email.as_deref() == Some(email) && state.is_member(subject, organization)
    });
    if member {
        return Err(Refusal::exists(format!("{email} is a member already")));
    }
    let role = call.body_id("role_id")?;
    if let Some(role) = role {
        state.role_of(role, organization)?;
    }
    let id = state.create_invitation(organization, email, call.caller()?.account().ok());
    if let Some(role) = role {
        let scope = Scope::organization(organization);
        state.assign(role, Subject::Invitation(id), scope);
    }
    let invitation = state.invitation(id)?.clone();
    Ok(state.view_invitation(&invitation))
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let organization = of_organization(state, call, "delete")?;
    let id = call.id("invitation_id")?;
    if state.invitation(id)?.organization != organization {
        return Err(Refusal::missing("invitation", id));
    }
    state.forget(Subject::Invitation(id));
    state.invitations.retain(|found| found.id != id);
    Ok(Value::Null)
}

fn of_organization(state: &mut State, call: &Call<'_>, action: &str) -> Result<Uuid, Refusal> {
    let id = state.organization(call.id("organization_id")?)?.id;
    state.demand(call.caller()?, action, &Scope::organization(id))?;
    Ok(id)
}

fn email_of(state: &mut State, call: &Call<'_>) -> Result<Option<String>, Refusal> {
    let account = call.caller()?.account()?;
    Ok(state.account(account)?.email.clone())
}
