//! Who may do what?
//!
//! The model is as simple as tests need. A role permits actions (`create`, `read`, `update`,
//! `delete`, those of workspaces, or `*`). It applies where it is assigned: in an organization with
//! everything below it, in a workspace, or in a project. Superusers may do everything.

use serde_json::Value;
use uuid::Uuid;

use super::{
    api_error::ApiError,
    model::{Assignment, Caller, Principal, Role, Scope, Subject},
    state::State,
};

/// The roles of every organization: level, name, actions.
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

/// The role of members who have no permission yet.
const MEMBER: &str = "Organization Member";

impl Role {
    fn permits(&self, action: &str) -> bool {
        let is = |permission: &Value| permission == "*" || permission == action;
        self.permissions.iter().any(is)
    }
}

impl State {
    /// Returns the account itself and its teams.
    pub fn subjects_of(&self, account: Uuid) -> Vec<Subject> {
        let teams = self.teams.iter();
        let teams = teams.filter(|team| team.members.contains(&account));
        std::iter::once(Subject::Account(account))
            .chain(teams.map(|team| Subject::Team(team.id)))
            .collect()
    }

    /// Returns whether the account may do this there, by a role of its own or of a team.
    pub fn is_allowed(&self, account: Uuid, action: &str, scope: &Scope) -> bool {
        let subjects = self.subjects_of(account);
        let mut accounts = self.accounts.iter();
        let mut assignments = self.assignments.iter();
        let permits = |role| self.role(role).is_ok_and(|role| role.permits(action));
        accounts.any(|found| found.id == account && found.is_superuser)
            || assignments.any(|assignment| {
                subjects.contains(&assignment.subject)
                    && assignment.scope.covers(scope)
                    && permits(assignment.role)
            })
    }

    /// Returns whether the account has any role there or below.
    pub fn is_member(&self, account: Uuid, scope: &Scope) -> bool {
        let subjects = self.subjects_of(account);
        self.is_allowed(account, "read", scope)
            || self.assignments.iter().any(|assignment| {
                subjects.contains(&assignment.subject) && scope.covers(&assignment.scope)
            })
    }

    /// Fails unless the caller may do this there. Workspace servers may read their organization.
    pub fn require(&self, caller: Caller, action: &str, scope: &Scope) -> Result<(), ApiError> {
        let allowed = match caller.principal {
            Principal::Account(id) => self.is_allowed(id, action, scope),
            Principal::Server(id) => {
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
        if allowed {
            Ok(())
        } else {
            Err(ApiError::forbidden(format!(
                "no permission to {action} in {place}"
            )))
        }
    }

    /// Fails unless the caller has any role there.
    pub fn require_member(&self, caller: Caller, scope: &Scope) -> Result<(), ApiError> {
        match caller.principal {
            Principal::Account(id) if self.is_member(id, scope) => Ok(()),
            _ => self.require(caller, "read", scope),
        }
    }

    /// Fails if the plan's limit of a feature is reached.
    pub fn require_entitlement(&self, organization: Uuid, feature: &str) -> Result<(), ApiError> {
        if self.limits.contains(&(organization, feature.to_owned())) {
            Err(ApiError::upgrade_required(format!(
                "the plan's limit of {feature} is reached"
            )))
        } else {
            Ok(())
        }
    }

    /// Makes the subject a member of the organization.
    pub fn join(&mut self, subject: Subject, organization: Uuid) {
        let member = self.role_named(organization, MEMBER);
        if let (false, Some(role)) = (self.has_role_in(subject, organization), member) {
            self.assign(role, subject, Scope::organization(organization));
        }
    }

    /// Assigns a role; returns `None` if it is assigned already.
    pub fn assign(&mut self, role: Uuid, subject: Subject, scope: Scope) -> Option<Assignment> {
        let assignment = Assignment {
            role,
            subject,
            scope,
        };
        if self.assignments.contains(&assignment) {
            return None;
        }
        self.assignments.push(assignment);
        Some(assignment)
    }
}
