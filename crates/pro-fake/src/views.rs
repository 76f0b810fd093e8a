//! How does the API show each thing? These are the `…Read` schemas of the document.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    model::{
        Account, ApiKey, Assignment, Details, Invitation, Role, Subject, Team, Workspace,
        to_json_time,
    },
    state::State,
};

impl State {
    pub fn view_organization(&self, id: Uuid) -> Value {
        self.organization(id).map_or(Value::Null, |organization| {
            json!({
                "id": organization.id,
                "name": organization.name,
                "owner": null,
                "has_active_subscription": true,
                "created": to_json_time(organization.created),
                "updated": to_json_time(organization.created),
            })
        })
    }

    pub fn view_workspace(&self, workspace: &Workspace) -> Value {
        let view = json!({
            "id": workspace.id,
            "name": workspace.name,
            "organization": self.view_organization(workspace.organization),
            "owner": workspace.owner.map(|owner| self.view_account_of(owner)),
            "is_managed": workspace.is_managed,
            "status": workspace.status,
            "state_reason": workspace.state_reason,
            "desired_state": "available",
            "zenml_service": {
                "configuration": {"version": workspace.version},
                "status": {
                    "server_url": workspace.server_url,
                    "version": workspace.version,
                },
            },
            "created": to_json_time(workspace.created),
            "updated": to_json_time(workspace.created),
            "status_updated": to_json_time(workspace.created),
        });
        with(view, &workspace.details)
    }

    pub fn view_account_of(&self, id: Uuid) -> Value {
        let found = self.accounts.iter().find(|found| found.id == id);
        found.map_or(Value::Null, view_account)
    }

    pub fn view_service_account(&self, account: &Account) -> Value {
        let keys = self.keys.iter().filter(|key| key.owner == account.id);
        let view = json!({
            "id": account.id,
            "username": account.username,
            "organization_id": account.service_of,
            "is_active": true,
            "api_key_count": keys.count(),
            "created": to_json_time(account.created),
            "updated": to_json_time(account.created),
        });
        with(view, &account.details)
    }

    pub fn view_invitation(&self, invitation: &Invitation) -> Value {
        let roles: Vec<_> = self
            .assignments
            .iter()
            .filter(|assignment| assignment.subject == Subject::Invitation(invitation.id))
            .map(|assignment| self.view_role_of(assignment.role))
            .collect();
        json!({
            "id": invitation.id,
            "email": invitation.email,
            "organization_id": invitation.organization,
            "organization": self.view_organization(invitation.organization),
            "inviting_user_id": invitation.inviting,
            "expiration_date": to_json_time(invitation.expires),
            "state": if invitation.accepted { "accepted" } else { "pending" },
            "roles": roles,
        })
    }

    fn view_role_of(&self, id: Uuid) -> Value {
        self.role(id).map_or(Value::Null, view_role)
    }

    pub fn view_assignment(&self, assignment: &Assignment) -> Value {
        let view = json!({
            "organization_id": assignment.scope.organization,
            "workspace_id": assignment.scope.workspace,
            "project_id": assignment.scope.project,
            "role": self.view_role_of(assignment.role),
        });
        self.with_subject(view, assignment.subject)
    }

    /// Adds the subject as `user`, `team` or `invitation`.
    pub fn with_subject(&self, view: Value, subject: Subject) -> Value {
        let (name, value) = match subject {
            Subject::Account(id) => ("user", self.view_account_of(id)),
            Subject::Team(id) => {
                let team = self.teams.iter().find(|found| found.id == id);
                ("team", team.map_or(Value::Null, view_team))
            }
            Subject::Invitation(id) => {
                let found = self.invitations.iter().find(|found| found.id == id);
                let view = found.map_or(Value::Null, |found| self.view_invitation(found));
                ("invitation", view)
            }
        };
        with(view, &Details::from_iter([(name.to_owned(), value)]))
    }
}

pub(super) fn view_account(account: &Account) -> Value {
    let view = json!({
        "id": account.id,
        "username": account.username,
        "email": account.email,
        "is_active": true,
        "is_superuser": account.is_superuser,
        "is_service_account": account.service_of.is_some(),
        "organization_id": account.service_of,
        "is_onboarded": true,
    });
    let name = account.details.get_key_value("name");
    let name = name.map(|(key, value)| (key.clone(), value.clone()));
    with(view, &name.into_iter().collect())
}

pub(super) fn view_team(team: &Team) -> Value {
    let view = json!({
        "id": team.id,
        "name": team.name,
        "member_count": team.members.len(),
        "created": to_json_time(team.created),
        "updated": to_json_time(team.created),
    });
    with(view, &team.details)
}

pub(super) fn view_role(role: &Role) -> Value {
    let view = json!({
        "id": role.id,
        "name": role.name,
        "level": role.level,
        "organization_id": role.organization,
        "permissions": role.permissions,
        "system_managed": role.system_managed,
    });
    with(view, &role.details)
}

/// Shows a key without its value.
pub(super) fn view_key(key: &ApiKey) -> Value {
    let view = json!({
        "id": key.id,
        "name": key.name,
        "active": key.active,
        "expires_at": key.expires.map(to_json_time),
        "created": to_json_time(key.created),
        "updated": to_json_time(key.created),
        "last_rotated": key.last_rotated.map(to_json_time),
    });
    with(view, &key.details)
}

/// Shows a new key with its value, which the API shows only once.
pub(super) fn view_new_key(key: &ApiKey) -> Value {
    let value = ("key".to_owned(), key.value.clone().into());
    with(view_key(key), &Details::from_iter([value]))
}

/// Adds members to an object.
pub(super) fn with(mut view: Value, members: &Details) -> Value {
    if let Some(view) = view.as_object_mut() {
        view.extend(members.clone());
    }
    view
}
