//! How things come to be, by a call or by a test's hand.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::Map;
use uuid::Uuid;

use super::{
    access::SYSTEM_ROLES,
    call::Refusal,
    state::{
        Account, Assignment, Invitation, Organization, Role, Scope, State, Subject, Team, Time,
        Workspace,
    },
    tokens::{ApiKey, key_value, secret},
};

const INVITATION: TimeDelta = TimeDelta::days(7);

impl State {
    /// An organization with its roles; the owner, if there is one, administrates it.
    pub fn create_organization(&mut self, name: &str, owner: Option<Uuid>) -> Uuid {
        let (id, now) = (Uuid::new_v4(), self.now());
        self.organizations.push(Organization {
            id,
            name: name.to_owned(),
            description: None,
            logo_url: None,
            owner,
            trusted_domains: Vec::new(),
            created: now,
            updated: now,
        });
        for (level, name, actions) in SYSTEM_ROLES {
            self.roles.push(Role {
                id: Uuid::new_v4(),
                organization: id,
                name: name.to_owned(),
                description: None,
                level: level.to_owned(),
                permissions: actions.iter().map(|action| (*action).into()).collect(),
                system_managed: true,
            });
        }
        if let (Some(owner), Some(admin)) = (owner, self.role_named(id, "Organization Admin")) {
            self.assign(admin, Subject::Account(owner), Scope::organization(id));
        }
        id
    }

    /// A workspace whose server has not reported yet.
    pub fn create_workspace(&mut self, id: Uuid, organization: Uuid, name: &str) {
        let now = self.now();
        self.workspaces.push(Workspace {
            id,
            organization,
            name: name.to_owned(),
            display_name: None,
            description: None,
            logo_url: None,
            owner: None,
            is_managed: true,
            status: "pending".to_owned(),
            state_reason: None,
            pending_reads: None,
            server_url: None,
            version: None,
            enrollment_key: secret(),
            created: now,
            updated: now,
        });
    }

    /// A user who belongs to no organization.
    pub fn create_user(&mut self, username: &str) -> Uuid {
        let email = username.contains('@').then(|| username.to_owned());
        self.create_account(username, email, None)
    }

    /// A service account that may do nothing yet.
    pub fn create_service_account(&mut self, organization: Uuid, username: &str) -> Uuid {
        let id = self.create_account(username, None, Some(organization));
        self.join(Subject::Account(id), organization);
        id
    }

    fn create_account(
        &mut self,
        username: &str,
        email: Option<String>,
        service_of: Option<Uuid>,
    ) -> Uuid {
        let (id, now) = (Uuid::new_v4(), self.now());
        self.accounts.push(Account {
            id,
            service_of,
            username: username.to_owned(),
            email,
            name: None,
            description: None,
            password: None,
            is_superuser: false,
            is_active: true,
            profile: Map::new(),
            created: now,
            updated: now,
            last_login: None,
        });
        id
    }

    pub fn create_key(
        &mut self,
        owner: Uuid,
        name: &str,
        description: Option<&str>,
        expires: Option<Time>,
    ) -> ApiKey {
        let now = self.now();
        let key = ApiKey {
            id: Uuid::new_v4(),
            owner,
            name: name.to_owned(),
            description: description.map(str::to_owned),
            value: key_value(),
            previous: None,
            active: true,
            expires,
            created: now,
            updated: now,
            last_login: None,
            last_rotated: None,
        };
        self.keys.push(key.clone());
        key
    }

    pub fn create_team(&mut self, organization: Uuid, name: &str) -> Uuid {
        let (id, now) = (Uuid::new_v4(), self.now());
        self.teams.push(Team {
            id,
            organization,
            name: name.to_owned(),
            description: None,
            members: BTreeSet::new(),
            created: now,
            updated: now,
        });
        id
    }

    pub fn create_invitation(
        &mut self,
        organization: Uuid,
        email: &str,
        inviting: Option<Uuid>,
    ) -> Uuid {
        let id = Uuid::new_v4();
        self.invitations.push(Invitation {
            id,
            organization,
            email: email.to_owned(),
            inviting,
            accepted: false,
            expires: self.now() + INVITATION,
        });
        id
    }

    /// The invited becomes a member with the roles and teams that the invitation had.
    pub fn accept(&mut self, invitation: Uuid, account: Uuid) -> Result<(), Refusal> {
        let accepted = self.invitation(invitation)?;
        accepted.accepted = true;
        let organization = accepted.organization;
        for assignment in &mut self.assignments {
            if assignment.subject == Subject::Invitation(invitation) {
                assignment.subject = Subject::Account(account);
            }
        }
        for team in &mut self.teams {
            if team.members.remove(&invitation) {
                team.members.insert(account);
            }
        }
        self.join(Subject::Account(account), organization);
        Ok(())
    }

    /// Gives a role; false when it was given already.
    pub fn assign(&mut self, role: Uuid, subject: Subject, scope: Scope) -> bool {
        let assignment = Assignment {
            role,
            subject,
            scope,
        };
        let new = !self.assignments.contains(&assignment);
        if new {
            self.assignments.push(assignment);
        }
        new
    }

    /// A role of an organization, by its name.
    pub fn role_named(&self, organization: Uuid, name: &str) -> Option<Uuid> {
        let mut roles = self.roles.iter();
        roles
            .find(|role| role.organization == organization && role.name == name)
            .map(|role| role.id)
    }

    /// A role, if it is one of this organization's.
    pub fn role_of(&self, role: Uuid, organization: Uuid) -> Result<&Role, Refusal> {
        let mut roles = self.roles.iter();
        roles
            .find(|found| found.id == role && found.organization == organization)
            .ok_or_else(|| Refusal::missing("role", role))
    }

    /// Whether somebody has a role in the organization or in something of it.
    pub fn is_member(&self, subject: Subject, organization: Uuid) -> bool {
        let scope = Scope::organization(organization);
        let mut assignments = self.assignments.iter();
        assignments.any(|found| found.subject == subject && scope.covers(&found.scope))
    }

    /// Takes somebody out of an organization, out of its teams, and all roles in it away.
    pub fn leave(&mut self, account: Uuid, organization: Uuid) {
        self.assignments.retain(|found| {
            found.subject != Subject::Account(account) || found.scope.organization != organization
        });
        let teams = self.teams.iter_mut();
        for team in teams.filter(|team| team.organization == organization) {
            team.members.remove(&account);
        }
    }
}
