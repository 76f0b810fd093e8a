//! What the control plane knows.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    call::Refusal,
    requests::Recorded,
    tokens::{ApiKey, Device, Token},
};

pub(crate) type Time = DateTime<Utc>;

/// Everything, in the order in which it came to be.
pub(crate) struct State {
    /// How far the control plane's clock runs ahead.
    pub ahead: TimeDelta,
    /// How long the tokens of logins live.
    pub session_lifetime: Duration,
    /// Whether a login takes keys.
    pub exchanges_keys: bool,
    /// How long a client waits between two questions about a device.
    pub device_interval: u64,
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
    /// Of a service, the newest first.
    pub releases: BTreeMap<String, Vec<String>>,
    pub usage: Vec<Usage>,
    /// What a plan limits, as `(organization, feature)`.
    pub limits: BTreeSet<(Uuid, String)>,
    /// What to answer instead, by operation.
    pub faults: BTreeMap<String, VecDeque<Refusal>>,
    pub recorded: Vec<Recorded>,
    /// Answers of this double that the document does not allow.
    pub violations: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub id: Uuid,
    pub name: String,
    pub description: Option<String>,
    pub logo_url: Option<String>,
    pub owner: Option<Uuid>,
    pub trusted_domains: Vec<String>,
    pub created: Time,
    pub updated: Time,
}

#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub id: Uuid,
    pub organization: Uuid,
    pub name: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub logo_url: Option<String>,
    pub owner: Option<Uuid>,
    pub is_managed: bool,
    pub status: String,
    pub state_reason: Option<String>,
    /// It becomes available when it has been read so often.
    pub pending_reads: Option<u32>,
    pub server_url: Option<String>,
    pub version: Option<String>,
    /// The client secret of its server.
    pub enrollment_key: String,
    pub created: Time,
    pub updated: Time,
}

/// A user or a service account: both are subjects of roles, and the same to workspace servers.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub id: Uuid,
    /// The organization of a service account; none for users.
    pub service_of: Option<Uuid>,
    pub username: String,
    pub email: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub password: Option<String>,
    pub is_superuser: bool,
    pub is_active: bool,
    /// Company, job title and what else a user says of herself.
    pub profile: Map<String, Value>,
    pub created: Time,
    pub updated: Time,
    pub last_login: Option<Time>,
}

#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub id: Uuid,
    pub organization: Uuid,
    pub name: String,
    pub description: Option<String>,
    /// Users and invitations.
    pub members: BTreeSet<Uuid>,
    pub created: Time,
    pub updated: Time,
}

#[derive(Debug, Clone)]
pub(crate) struct Invitation {
    pub id: Uuid,
    pub organization: Uuid,
    pub email: String,
    pub inviting: Option<Uuid>,
    pub accepted: bool,
    pub expires: Time,
}

#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub id: Uuid,
    pub organization: Uuid,
    pub name: String,
    pub description: Option<String>,
    /// `organization`, `workspace` or `project`.
    pub level: String,
    /// Actions; `*` is all of them.
    pub permissions: Vec<Value>,
    pub system_managed: bool,
}

/// Where a role holds: everything in the organization, or in less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope {
    pub organization: Uuid,
    pub workspace: Option<Uuid>,
    pub project: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Account(Uuid),
    Team(Uuid),
    Invitation(Uuid),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub role: Uuid,
    pub subject: Subject,
    pub scope: Scope,
}

/// One object of a workspace, shared with somebody.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub resource: String,
    pub subject: Subject,
    pub actions: Vec<String>,
}

/// A report of a workspace server about what has been used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// What has been used: `template_run`, `pipeline`, …
    pub feature: String,
    /// How often; negative when something has been given back.
    pub total: i64,
    /// The workspace that reported it.
    pub workspace: Uuid,
    /// What else the server said about it.
    pub metadata: Value,
}

impl State {
    pub fn new() -> Self {
        let releases = [
            ("zenml", ["0.98.0", "0.97.0"]),
            ("mlflow", ["3.4.0", "3.3.2"]),
        ];
        Self {
            ahead: TimeDelta::zero(),
            session_lifetime: Duration::from_hours(1),
            exchanges_keys: true,
            device_interval: 5,
            organizations: Vec::new(),
            workspaces: Vec::new(),
            accounts: Vec::new(),
            teams: Vec::new(),
            invitations: Vec::new(),
            roles: Vec::new(),
            assignments: Vec::new(),
            shares: Vec::new(),
            keys: Vec::new(),
            tokens: Vec::new(),
            devices: Vec::new(),
            releases: releases
                .into_iter()
                .map(|(service, versions)| (service.into(), versions.map(String::from).into()))
                .collect(),
            usage: Vec::new(),
            limits: BTreeSet::new(),
            faults: BTreeMap::new(),
            recorded: Vec::new(),
            violations: Vec::new(),
        }
    }

    pub fn now(&self) -> Time {
        Utc::now() + self.ahead
    }

    pub fn organization(&mut self, id: Uuid) -> Result<&mut Organization, Refusal> {
        let found = self.organizations.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| Refusal::missing("organization", id))
    }

    pub fn workspace(&mut self, id: Uuid) -> Result<&mut Workspace, Refusal> {
        let found = self.workspaces.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| Refusal::missing("workspace", id))
    }

    pub fn account(&mut self, id: Uuid) -> Result<&mut Account, Refusal> {
        let found = self.accounts.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| Refusal::missing("user", id))
    }

    pub fn team(&mut self, id: Uuid) -> Result<&mut Team, Refusal> {
        let found = self.teams.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| Refusal::missing("team", id))
    }

    pub fn role(&mut self, id: Uuid) -> Result<&mut Role, Refusal> {
        let found = self.roles.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| Refusal::missing("role", id))
    }

    pub fn invitation(&mut self, id: Uuid) -> Result<&mut Invitation, Refusal> {
        let found = self.invitations.iter_mut().find(|found| found.id == id);
        found.ok_or_else(|| Refusal::missing("invitation", id))
    }

    /// Forgets somebody or something that roles are given to.
    pub fn forget(&mut self, subject: Subject) {
        self.assignments
            .retain(|assignment| assignment.subject != subject);
        self.shares.retain(|share| share.subject != subject);
        if let Subject::Account(id) | Subject::Invitation(id) = subject {
            for team in &mut self.teams {
                team.members.remove(&id);
            }
        }
        if let Subject::Account(id) = subject {
            self.keys.retain(|key| key.owner != id);
            self.tokens.retain(|token| !token.belongs_to(id));
            self.devices.retain(|device| device.user != Some(id));
        }
    }
}

impl Scope {
    pub fn organization(organization: Uuid) -> Self {
        Self {
            organization,
            workspace: None,
            project: None,
        }
    }

    /// Whether what holds here also holds there.
    pub fn covers(&self, other: &Self) -> bool {
        self.organization == other.organization
            && (self.workspace.is_none() || self.workspace == other.workspace)
            && (self.project.is_none() || self.project == other.project)
    }
}

impl Workspace {
    pub fn scope(&self) -> Scope {
        Scope {
            organization: self.organization,
            workspace: Some(self.id),
            project: None,
        }
    }
}

/// A time as the API says it.
pub(crate) fn said(time: Time) -> Value {
    time.to_rfc3339_opts(SecondsFormat::Micros, true).into()
}
