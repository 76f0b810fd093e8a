//! How do things come into being, in a handler or a test?

use std::collections::BTreeSet;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    access::SYSTEM_ROLES,
    api_error::ApiError,
    model::{
        Account, ApiKey, Details, Invitation, Organization, Role, Subject, Team, Time, Workspace,
    },
    state::State,
    tokens::{new_key_value, new_secret},
};

const INVITATION_LIFETIME: TimeDelta = TimeDelta::days(7);

impl State {
    /// Creates an organization with its system roles.
    pub fn create_organization(&mut self, name: &str) -> Uuid {
        let (id, created) = (Uuid::new_v4(), self.now());
        self.organizations.push(Organization {
            id,
            name: name.to_owned(),
            created,
        });
        for (level, name, actions) in SYSTEM_ROLES {
            self.roles.push(Role {
                id: Uuid::new_v4(),
                organization: id,
                name: name.to_owned(),
                level: level.to_owned(),
                permissions: actions.iter().map(|action| (*action).into()).collect(),
                system_managed: true,
                details: Details::new(),
            });
        }
        id
    }

    /// Creates a workspace that is pending until its server reports.
    pub fn create_workspace(&mut self, organization: Uuid, name: &str) -> &mut Workspace {
        let created = self.now();
        self.workspaces.push_mut(Workspace {
            id: Uuid::new_v4(),
            organization,
            name: name.to_owned(),
            owner: None,
            is_managed: true,
            status: "pending".to_owned(),
            state_reason: None,
            pending_reads: None,
            server_url: None,
            version: None,
            enrollment_key: new_secret(),
            details: Details::new(),
            created,
        })
    }

    /// Creates a user who belongs to no organization. A name with an `@` is the e-mail address too.
    pub fn create_user(&mut self, username: &str) -> Uuid {
        let email = username.contains('@').then(|| username.to_owned());
        self.create_account(username, email, None)
    }

    /// Creates a service account without permissions.
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
        let (id, created) = (Uuid::new_v4(), self.now());
        self.accounts.push(Account {
            id,
            service_of,
            username: username.to_owned(),
            email,
            password: None,
            is_superuser: false,
            details: Details::new(),
            created,
        });
        id
    }

    pub fn create_key(
        &mut self,
        owner: Uuid,
        name: &str,
        details: Details,
        expires: Option<Time>,
    ) -> ApiKey {
        let key = ApiKey {
            id: Uuid::new_v4(),
            owner,
            name: name.to_owned(),
            value: new_key_value(),
            previous: None,
            active: true,
            expires,
            details,
            created: self.now(),
            last_rotated: None,
        };
        self.keys.push(key.clone());
        key
    }

    pub fn create_team(&mut self, organization: Uuid, name: &str, details: Details) -> Team {
        let team = Team {
            id: Uuid::new_v4(),
            organization,
            name: name.to_owned(),
            members: BTreeSet::new(),
            details,
            created: self.now(),
        };
        self.teams.push(team.clone());
        team
    }

    pub fn create_invitation(
        &mut self,
        organization: Uuid,
        email: &str,
        inviting: Option<Uuid>,
    ) -> Invitation {
        let invitation = Invitation {
            id: Uuid::new_v4(),
            organization,
            email: email.to_owned(),
            inviting,
            accepted: false,
            expires: self.now() + INVITATION_LIFETIME,
        };
        self.invitations.push(invitation.clone());
        invitation
    }

    /// Makes the invited account a member, with the roles and teams of the invitation.
    pub fn accept(&mut self, invitation: Uuid, account: Uuid) -> Result<(), ApiError> {
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
}
