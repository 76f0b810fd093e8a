//! What does the fake know, and how is it looked up?

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use chrono::{TimeDelta, Utc};
use uuid::Uuid;

use super::{
    api_error::ApiError,
    model::{
        Account, ApiKey, Assignment, Device, Invitation, Organization, Principal, Role, Scope,
        Share, Subject, Team, Time, Token, Usage, Workspace,
    },
    recorded_call::RecordedCall,
};

/// Everything that the fake knows, in order of creation.
#[derive(Default)]
pub(crate) struct State {
    pub settings: Settings,
    pub organizations: Vec<Organization>,
    pub workspaces: Vec<Workspace>,
    pub accounts: Vec<Account>,
    pub teams: Vec<Team>,
    pub invitations: Vec<Invitation>,
    pub roles: Vec<Role>,
    pub assignments: Vec<Assignment>,
    pub shares: Vec<Share>,
    pub keys: Vec<ApiKey>,
    pub tokens: Vec<Token>,
    pub devices: Vec<Device>,
    pub usage: Vec<Usage>,
    /// Exhausted features of a plan, as `(organization, feature)`.
    pub limits: BTreeSet<(Uuid, String)>,
    /// Errors that tests have injected, by operation.
    pub faults: BTreeMap<String, VecDeque<ApiError>>,
    pub recorded: Vec<RecordedCall>,
    /// Responses of the fake that the document does not allow.
    pub violations: Vec<String>,
}

/// Settings that tests can change at any time.
pub(crate) struct Settings {
    /// The distance by which the fake's clock is ahead.
    pub ahead: TimeDelta,
    /// The lifetime of new sessions.
    pub session_lifetime: Duration,
    /// Whether the token endpoint exchanges API keys.
    pub exchanges_keys: bool,
    /// The polling interval for logins in the browser, in seconds.
    pub device_interval: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ahead: TimeDelta::zero(),
            session_lifetime: Duration::from_hours(1),
            exchanges_keys: true,
            device_interval: 5,
        }
    }
}

impl State {
    pub fn now(&self) -> Time {
        Utc::now() + self.settings.ahead
    }

    pub fn organization(&self, id: Uuid) -> Result<&Organization, ApiError> {
        let found = self.organizations.iter().find(|found| found.id == id);
        found.ok_or_else(|| ApiError::missing("organization", id))
    }

    pub fn workspace(&mut self, id: Uuid) -> Result<&mut Workspace, ApiError> {
        let found = self.workspaces.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| ApiError::missing("workspace", id))
    }

    pub fn account(&mut self, id: Uuid) -> Result<&mut Account, ApiError> {
        let found = self.accounts.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| ApiError::missing("user", id))
    }

    pub fn team(&mut self, id: Uuid) -> Result<&mut Team, ApiError> {
        let found = self.teams.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| ApiError::missing("team", id))
    }

    pub fn invitation(&mut self, id: Uuid) -> Result<&mut Invitation, ApiError> {
        let found = self.invitations.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| ApiError::missing("invitation", id))
    }

    pub fn role(&self, id: Uuid) -> Result<&Role, ApiError> {
        let found = self.roles.iter().find(|found| found.id == id);
        found.ok_or_else(|| ApiError::missing("role", id))
    }

    /// Returns the id of an organization's role.
    pub fn role_named(&self, organization: Uuid, name: &str) -> Option<Uuid> {
        let mut roles = self.roles.iter();
        roles
            .find(|role| role.organization == organization && role.name == name)
            .map(|role| role.id)
    }

    /// Fails unless the role belongs to the organization.
    pub fn require_role_of(&self, role: Uuid, organization: Uuid) -> Result<(), ApiError> {
        if self.role(role)?.organization == organization {
            Ok(())
        } else {
            Err(ApiError::missing("role", role))
        }
    }

    /// Returns whether the subject has a role in the organization or below it.
    pub fn has_role_in(&self, subject: Subject, organization: Uuid) -> bool {
        let scope = Scope::organization(organization);
        let mut assignments = self.assignments.iter();
        assignments.any(|found| found.subject == subject && scope.covers(&found.scope))
    }

    /// Removes everything that depends on a subject: roles, shares, memberships and credentials.
    pub fn remove_subject(&mut self, subject: Subject) {
        self.assignments.retain(|found| found.subject != subject);
        self.shares.retain(|share| share.subject != subject);
        if let Subject::Account(id) | Subject::Invitation(id) = subject {
            for team in &mut self.teams {
                team.members.remove(&id);
            }
        }
        if let Subject::Account(id) = subject {
            let owner = Principal::Account(id);
            self.keys.retain(|key| key.owner != id);
            self.tokens.retain(|token| token.caller.principal != owner);
            self.devices.retain(|device| device.user != Some(id));
        }
    }
}
