//! Which things does the fake keep in memory?

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::api_error::ApiError;

pub(crate) type Time = DateTime<Utc>;

/// Members of a request body that the fake stores and returns unchanged.
pub(crate) type Details = Map<String, Value>;

#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub id: Uuid,
    pub name: String,
    pub created: Time,
}

#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub id: Uuid,
    pub organization: Uuid,
    pub name: String,
    pub owner: Option<Uuid>,
    pub is_managed: bool,
    pub status: String,
    pub state_reason: Option<String>,
    /// The number of reads after which a pending workspace becomes available.
    pub pending_reads: Option<u32>,
    pub server_url: Option<String>,
    pub version: Option<String>,
    /// The client secret of its server.
    pub enrollment_key: String,
    pub details: Details,
    pub created: Time,
}

/// A user or a service account: roles and workspace servers do not tell them apart.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub id: Uuid,
    /// The organization of a service account; `None` for users.
    pub service_of: Option<Uuid>,
    pub username: String,
    pub email: Option<String>,
    pub password: Option<String>,
    pub is_superuser: bool,
    pub details: Details,
    pub created: Time,
}

#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub id: Uuid,
    pub organization: Uuid,
    pub name: String,
    /// Accounts and invitations.
    pub members: BTreeSet<Uuid>,
    pub details: Details,
    pub created: Time,
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
    /// `organization`, `workspace` or `project`.
    pub level: String,
    /// Actions; `*` stands for all of them.
    pub permissions: Vec<Value>,
    pub system_managed: bool,
    pub details: Details,
}

/// The place where a role applies: an organization, a workspace or a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope {
    pub organization: Uuid,
    pub workspace: Option<Uuid>,
    pub project: Option<Uuid>,
}

/// A holder of roles.
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

/// One object of a workspace that is shared with a user or a team.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub resource: String,
    pub subject: Subject,
    pub actions: Vec<String>,
}

/// An API key of a service account, or a personal access token.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub id: Uuid,
    pub owner: Uuid,
    pub name: String,
    pub value: String,
    /// The value before the last rotation, and the time until which it works.
    pub previous: Option<(String, Time)>,
    pub active: bool,
    pub expires: Option<Time>,
    pub details: Details,
    pub created: Time,
    pub last_rotated: Option<Time>,
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub value: String,
    pub caller: Caller,
    pub expires: Time,
    pub revoked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// From a login with an API key, a password or client credentials.
    Session,
    /// From a login in the browser.
    Device,
    /// An API key that a request carries itself.
    ApiKey,
}

/// The owner of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Principal {
    /// A user or a service account.
    Account(Uuid),
    /// The server of a workspace.
    Server(Uuid),
}

/// The sender of a request, and the kind of credentials it uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub principal: Principal,
    pub kind: TokenKind,
}

/// A login in the browser: pending, denied or confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub client: Uuid,
    pub user_code: String,
    pub device_code: String,
    /// The user who confirmed the login.
    pub user: Option<Uuid>,
    pub denied: bool,
    pub expires: Time,
}

/// A usage report of a workspace server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The feature that was used: `template_run`, `pipeline`, …
    pub feature: String,
    /// The amount; negative if it was returned.
    pub total: i64,
    /// The workspace that sent the report.
    pub workspace: Uuid,
    /// The report's metadata.
    pub metadata: Value,
}

impl Scope {
    pub fn organization(organization: Uuid) -> Self {
        Self {
            organization,
            workspace: None,
            project: None,
        }
    }

    /// Returns whether a role at this place also applies at the other.
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

impl Caller {
    /// Returns the account; fails for workspace servers.
    pub fn account(self) -> Result<Uuid, ApiError> {
        match self.principal {
            Principal::Account(id) => Ok(id),
            Principal::Server(_) => Err(ApiError::forbidden("not for workspace servers")),
        }
    }

    /// Returns the workspace; fails for accounts.
    pub fn server(self) -> Result<Uuid, ApiError> {
        match self.principal {
            Principal::Server(id) => Ok(id),
            Principal::Account(_) => Err(ApiError::forbidden("for workspace servers only")),
        }
    }
}

/// Formats a time as the API does.
pub(crate) fn to_json_time(time: Time) -> Value {
    time.to_rfc3339_opts(SecondsFormat::Micros, true).into()
}
