//! Who may do what: a model as simple as tests need.
//!
//! A role permits actions (`create`, `read`, `update`, `delete`, those of workspaces, or `*`). It
//! holds where it was assigned: in the organization with everything in it, in a workspace, or in a
//! project. Superusers may do everything.

use serde_json::Value;
use uuid::Uuid;

use super::{
    call::Refusal,
    state::{Role, Scope, State, Subject},
    tokens::{Caller, Who},
};

/// Roles that every organization has: level, name, actions.
pub(super) const SYSTEM_ROLES: [(&str, &str, &[&str]); 12] = [
    ("organization", "Organization Admin", &["*"]),
    (
        "organization",
        "Organization Manager",
        &["create", "read", "update"],
    ),
    ("organization", "Organization Viewer", &["read"]),
    ("organization", "Billing Admin", &[]),
    ("organization", MEMBER, &[]),
    ("workspace", "Workspace Admin", &["*"]),
    (
        "workspace",
        "Workspace Developer",
        &["create", "read", "update", "client"],
    ),
    ("workspace", "Workspace Viewer", &["read"]),
    ("project", "Project Admin", &["*"]),
    (
        "project",
        "Project Developer",
        &["create", "read", "update", "client"],
    ),
    ("project", "Project Contributor", &["create", "read"]),
    ("project", "Project Viewer", &["read"]),
];

/// The role of those who belong to an organization and may do nothing in it yet.
pub(super) const MEMBER: &str = "Organization Member";

impl Role {
    pub fn permits(&self, action: &str) -> bool {
        let is = |permission: &Value| permission == "*" || permission == action;
        self.permissions.iter().any(is)
    }
}

impl State {
    /// The account itself, and the teams that it is in.
    pub fn subjects(&self, account: Uuid) -> Vec<Subject> {
        let teams = self.teams.iter();
        let teams = teams.filter(|team| team.members.contains(&account));
        std::iter::once(Subject::Account(account))
            .chain(teams.map(|team| Subject::Team(team.id)))
            .collect()
    }

    /// Whether a role of the account's, or of a team's, permits the action there.
    pub fn allows(&self, account: Uuid, action: &str, scope: &Scope) -> bool {
        let subjects = self.subjects(account);
        let is_superuser = |id: Uuid| {
            let found = self.accounts.iter().find(|found| found.id == id);
            found.is_some_and(|found| found.is_superuser)
        };
        is_superuser(account)
            || self.assignments.iter().any(|assignment| {
                subjects.contains(&assignment.subject)
                    && assignment.scope.covers(scope)
                    && self
                        .roles
                        .iter()
                        .any(|role| role.id == assignment.role && role.permits(action))
            })
    }

    /// Whether the account has any role there or in what is inside.
    pub fn belongs(&self, account: Uuid, scope: &Scope) -> bool {
        let subjects = self.subjects(account);
        self.allows(account, "read", scope)
            || self.assignments.iter().any(|assignment| {
                subjects.contains(&assignment.subject) && scope.covers(&assignment.scope)
            })
    }

    /// Refuses callers that may not do this there. Workspace servers may read their organization.
    pub fn demand(&self, caller: Caller, action: &str, scope: &Scope) -> Result<(), Refusal> {
        let allowed = match caller.who {
            Who::Account(id) => self.allows(id, action, scope),
            Who::Server(id) => {
                let mut workspaces = self.workspaces.iter();
                let own = workspaces.find(|workspace| workspace.id == id);
                action == "read" && own.is_some_and(|own| own.organization == scope.organization)
            }
        };
        let place = match (scope.workspace, scope.project) {
            (_, Some(project)) => format!("project {project}"),
            (Some(workspace), None) => format!("workspace {workspace}"),
            (None, None) => format!("organization {}", scope.organization),
        };
        match allowed {
            true => Ok(()),
            false => Err(Refusal::forbidden(format!(
                "no permission to {action} in {place}"
            ))),
        }
    }

    /// Refuses callers that do not belong there.
    pub fn demand_member(&self, caller: Caller, scope: &Scope) -> Result<(), Refusal> {
        match caller.who {
            Who::Account(id) if self.belongs(id, scope) => Ok(()),
            _ => self.demand(caller, "read", scope),
        }
    }

    /// Refuses what the organization's plan allows no more of.
    pub fn demand_entitlement(&self, organization: Uuid, feature: &str) -> Result<(), Refusal> {
        match self.limits.contains(&(organization, feature.to_owned())) {
            true => Err(Refusal::upgrade_required(format!(
                "the plan's limit of {feature} is reached"
            ))),
            false => Ok(()),
        }
    }

    /// Makes somebody a member of an organization who is none yet.
    pub fn join(&mut self, subject: Subject, organization: Uuid) {
        let scope = Scope::organization(organization);
        let known = self
            .assignments
            .iter()
            .any(|found| found.subject == subject && scope.covers(&found.scope));
        let member = self.role_named(organization, MEMBER);
        if let (false, Some(role)) = (known, member) {
            self.assign(role, subject, scope);
        }
    }
}
