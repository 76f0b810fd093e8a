//! Who belongs to an organization? Everyone with a role in it or below it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Routes;
use crate::{
    call::{Call, HandlerResult},
    model::{Scope, Subject},
    state::State,
};

pub(super) const ROUTES: Routes = &[("GET /organizations/{organization_id}/members", list)];

fn list(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let scope = Scope::organization(state.organization(call.id("organization_id")?)?.id);
    state.require_member(call.caller()?, &scope)?;
    let role = call.query_id("role_id")?;
    let mut members: Vec<(Subject, Vec<Uuid>)> = Vec::new();
    for assignment in &state.assignments {
        let subject = assignment.subject;
        if !scope.covers(&assignment.scope) || !is_included(state, call, subject) {
            continue;
        }
        match members.iter_mut().find(|(member, _)| *member == subject) {
            Some((_, roles)) => roles.push(assignment.role),
            None => members.push((subject, vec![assignment.role])),
        }
    }
    members.retain(|(_, roles)| role.is_none_or(|role| roles.contains(&role)));
    let views = members.into_iter().map(|(subject, roles)| {
        let roles = roles.into_iter().map(|id| {
            let level = state.role(id).ok().map(|role| role.level.as_str());
            json!({ "role_id": id, "level": level, "via_team": false })
        });
        state.with_subject(json!({ "roles": roles.collect::<Value>() }), subject)
    });
    Ok(views.collect())
}

/// Returns whether the `include_…` parameters select this subject.
fn is_included(state: &State, call: &Call<'_>, subject: Subject) -> bool {
    let is_service_account = |id| {
        let mut accounts = state.accounts.iter();
        accounts.any(|found| found.id == id && found.service_of.is_some())
    };
    let parameter = match subject {
        Subject::Team(_) => "include_teams",
        Subject::Account(id) if is_service_account(id) => "include_service_accounts",
        Subject::Account(_) | Subject::Invitation(_) => "include_users",
    };
    call.flag(parameter).unwrap_or(true)
}
