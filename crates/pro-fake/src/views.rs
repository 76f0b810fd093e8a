//! What is said about each thing: the `…Read` schemas of the document.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    state::{
        Account, Assignment, Invitation, Organization, Role, State, Subject, Team, Workspace, said,
    },
    tokens::{ApiKey, Device},
};

impl State {
    pub fn view_organization(&self, organization: &Organization) -> Value {
        json!({
            "id": organization.id,
            "name": organization.name,
            "description": organization.description,
            "logo_url": organization.logo_url,
            "owner": self.view_account_with(organization.owner),
            "trusted_domains": organization.trusted_domains,
            "has_active_subscription": true,
            "trial_expiry": null,
            "created": said(organization.created),
            "updated": said(organization.updated),
        })
    }

    fn view_organization_with(&self, id: Uuid) -> Value {
        let found = self.organizations.iter().find(|found| found.id == id);
        found.map_or(Value::Null, |found| self.view_organization(found))
    }

    pub fn view_workspace(&self, workspace: &Workspace) -> Value {
        json!({
            "id": workspace.id,
            "name": workspace.name,
            "display_name": workspace.display_name,
            "description": workspace.description,
            "logo_url": workspace.logo_url,
            "organization": self.view_organization_with(workspace.organization),
            "owner": self.view_account_with(workspace.owner),
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
            "created": said(workspace.created),
            "updated": said(workspace.updated),
            "status_updated": said(workspace.updated),
        })
    }

    pub fn view_account(&self, account: &Account) -> Value {
        let mut view = json!({
            "id": account.id,
            "username": account.username,
            "email": account.email,
            "name": account.name,
            "is_active": account.is_active,
            "is_superuser": account.is_superuser,
            "is_service_account": account.service_of.is_some(),
            "organization_id": account.service_of,
            "is_onboarded": true,
        });
        if let Some(view) = view.as_object_mut() {
            view.extend(account.profile.clone());
        }
        view
    }

    fn view_account_with(&self, id: Option<Uuid>) -> Value {
        let found = self.accounts.iter().find(|found| Some(found.id) == id);
        found.map_or(Value::Null, |found| self.view_account(found))
    }

    pub fn view_service_account(&self, account: &Account) -> Value {
        let keys = self.keys.iter().filter(|key| key.owner == account.id);
        json!({
            "id": account.id,
            "username": account.username,
            "name": account.name,
            "description": account.description,
            "organization_id": account.service_of,
            "is_active": account.is_active,
            "api_key_count": keys.count(),
            "created": said(account.created),
            "updated": said(account.updated),
            "last_login": account.last_login.map(said),
        })
    }

    pub fn view_team(&self, team: &Team) -> Value {
        json!({
            "id": team.id,
            "name": team.name,
            "description": team.description,
            "member_count": team.members.len(),
            "created": said(team.created),
            "updated": said(team.updated),
        })
    }

    pub fn view_invitation(&self, invitation: &Invitation) -> Value {
        let roles: Vec<_> = self
            .assignments
            .iter()
            .filter(|assignment| assignment.subject == Subject::Invitation(invitation.id))
            .map(|assignment| self.view_role_with(assignment.role))
            .collect();
        json!({
            "id": invitation.id,
            "email": invitation.email,
            "organization_id": invitation.organization,
            "organization": self.view_organization_with(invitation.organization),
            "inviting_user_id": invitation.inviting,
            "expiration_date": said(invitation.expires),
            "state": if invitation.accepted { "accepted" } else { "pending" },
            "roles": roles,
        })
    }

    pub fn view_role_with(&self, id: Uuid) -> Value {
        let found = self.roles.iter().find(|found| found.id == id);
        found.map_or(Value::Null, view_role)
    }

    pub fn view_assignment(&self, assignment: &Assignment) -> Value {
        let mut view = json!({
            "organization_id": assignment.scope.organization,
            "workspace_id": assignment.scope.workspace,
            "project_id": assignment.scope.project,
            "role": self.view_role_with(assignment.role),
        });
        self.add_subject(&mut view, assignment.subject);
        view
    }

    /// Says who or what has a role: `user`, `team` or `invitation`.
    pub fn add_subject(&self, view: &mut Value, subject: Subject) {
        let (name, value) = match subject {
            Subject::Account(id) => ("user", self.view_account_with(Some(id))),
            Subject::Team(id) => {
                let found = self.teams.iter().find(|found| found.id == id);
                (
                    "team",
                    found.map_or(Value::Null, |found| self.view_team(found)),
                )
            }
            Subject::Invitation(id) => {
                let found = self.invitations.iter().find(|found| found.id == id);
                let view = found.map_or(Value::Null, |found| self.view_invitation(found));
                ("invitation", view)
            }
        };
        if let Some(view) = view.as_object_mut() {
            view.insert(name.to_owned(), value);
        }
    }
}

pub(super) fn view_role(role: &Role) -> Value {
    json!({
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "level": role.level,
        "organization_id": role.organization,
        "permissions": role.permissions,
        "system_managed": role.system_managed,
    })
}

/// Without the key's value, which is said once: when it is new.
pub(super) fn view_key(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "description": key.description,
        "active": key.active,
        "expires_at": key.expires.map(said),
        "created": said(key.created),
        "updated": said(key.updated),
        "last_login": key.last_login.map(said),
        "last_rotated": key.last_rotated.map(said),
    })
}

pub(super) fn view_device(device: &Device) -> Value {
    let status = match (device.locked, device.user) {
        (true, _) => "locked",
        (false, None) => "pending",
        (false, Some(_)) => "active",
    };
    json!({
        "id": device.id,
        "client_id": device.client,
        "user_id": device.user,
        "status": status,
        "trusted_device": device.trusted,
        "created": said(device.created),
        "expires": said(device.expires),
    })
}
