//! What tests put into a control plane.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    Account, ControlPlane, Shared,
    state::{self, Scope, Subject},
    tokens::{Kind, Who},
};

impl ControlPlane {
    /// The organization of this name, which is created if there is none.
    pub fn organization(&self, name: &str) -> Organization {
        let id = self.shared.with(|state| {
            let mut known = state.organizations.iter();
            let known = known.find(|found| found.name == name).map(|found| found.id);
            known.unwrap_or_else(|| state.create_organization(name, None))
        });
        Organization {
            shared: self.shared.clone(),
            id,
            name: name.to_owned(),
        }
    }

    /// The user of this name, who is created if there is none. A name with an `@` is the e-mail
    /// address too.
    pub fn user(&self, username: &str) -> Account {
        let id = self.shared.with(|state| {
            let mut known = state.accounts.iter();
            known
                .find(|found| found.username == username && found.service_of.is_none())
                .map(|found| found.id)
                .unwrap_or_else(|| state.create_user(username))
        });
        Account::new(self.shared.clone(), id, None)
    }
}

/// An organization.
#[derive(Debug, Clone)]
pub struct Organization {
    shared: Arc<Shared>,
    id: Uuid,
    name: String,
}

impl Organization {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The workspace of this name with this server, available.
    pub fn workspace(&self, name: &str, url: &str) -> Workspace {
        let workspace = self.enrolled(name);
        workspace.change(|workspace| {
            workspace.status = "available".to_owned();
            workspace.server_url = Some(url.trim_end_matches('/').to_owned());
            workspace.version = Some("0.98.0".to_owned());
        });
        workspace
    }

    /// The workspace of this name; a new one is pending until its server reports.
    pub fn enrolled(&self, name: &str) -> Workspace {
        let id = self.shared.with(|state| {
            let mut known = state.workspaces.iter();
            let known = known.find(|found| found.organization == self.id && found.name == name);
            known.map(|found| found.id).unwrap_or_else(|| {
                let id = Uuid::new_v4();
                state.create_workspace(id, self.id, name);
                id
            })
        });
        Workspace {
            shared: self.shared.clone(),
            id,
            name: name.to_owned(),
        }
    }

    /// The service account of this name; a new one may do nothing yet.
    pub fn service_account(&self, username: &str) -> Account {
        let id = self.shared.with(|state| {
            let mut known = state.accounts.iter();
            let known = known
                .find(|found| found.service_of == Some(self.id) && found.username == username)
                .map(|found| found.id);
            known.unwrap_or_else(|| state.create_service_account(self.id, username))
        });
        Account::new(self.shared.clone(), id, Some(self.id))
    }

    /// The user of this name as a member, who may do nothing yet. A name with an `@` is the e-mail
    /// address too.
    pub fn member(&self, username: &str) -> Account {
        let id = self.shared.with(|state| {
            let mut known = state.accounts.iter();
            let known = known
                .find(|found| found.username == username && found.service_of.is_none())
                .map(|found| found.id);
            let id = known.unwrap_or_else(|| state.create_user(username));
            state.join(Subject::Account(id), self.id);
            id
        });
        Account::new(self.shared.clone(), id, Some(self.id))
    }

    /// The team of this name; a new one has no members.
    pub fn team(&self, name: &str) -> Team {
        let id = self.shared.with(|state| {
            let mut known = state.teams.iter();
            let known = known.find(|found| found.organization == self.id && found.name == name);
            known
                .map(|found| found.id)
                .unwrap_or_else(|| state.create_team(self.id, name))
        });
        Team {
            shared: self.shared.clone(),
            id,
        }
    }

    /// Invites somebody; returns the invitation's id.
    pub fn invitation(&self, email: &str) -> Uuid {
        self.shared
            .with(|state| state.create_invitation(self.id, email, None))
    }

    /// The id of a role: `Organization Admin`, `Workspace Developer`, …
    ///
    /// # Panics
    /// When the organization has no such role.
    #[must_use]
    pub fn role(&self, name: &str) -> Uuid {
        let found = self.shared.lock().role_named(self.id, name);
        found.unwrap_or_else(|| panic!("{} has no role {name:?}", self.name))
    }

    /// Lets the plan's limit of a feature (`template_run`, `workspace`, …) be reached: 402 from now
    /// on.
    pub fn reach_limit(&self, feature: &str) {
        let limit = (self.id, feature.to_owned());
        self.shared.with(|state| state.limits.insert(limit));
    }

    /// Lets the feature be used without limit again.
    pub fn lift_limit(&self, feature: &str) {
        let limit = (self.id, feature.to_owned());
        self.shared.with(|state| state.limits.remove(&limit));
    }
}

/// A workspace.
#[derive(Debug, Clone)]
pub struct Workspace {
    shared: Arc<Shared>,
    id: Uuid,
    name: String,
}

impl Workspace {
    /// Its id, which is also the id of its server.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `pending`, `available`, `failed`, `deactivated`, …
    ///
    /// # Panics
    /// When it has been deleted.
    #[must_use]
    pub fn status(&self) -> String {
        self.read(|workspace| workspace.status.clone())
    }

    /// Makes it pending until it is changed or its server reports.
    pub fn pending(&self) {
        self.set("pending", None);
    }

    /// Makes it pending, and available after it has been read so often.
    pub fn pending_for(&self, reads: u32) {
        self.set("pending", None);
        self.change(|workspace| workspace.pending_reads = Some(reads));
    }

    /// Makes it available.
    pub fn available(&self) {
        self.set("available", None);
    }

    /// Lets its deployment fail for this reason.
    pub fn failed(&self, reason: &str) {
        self.set("failed", Some(reason));
    }

    /// Deactivates it: its server may let nobody in any more.
    pub fn suspend(&self) {
        self.set("deactivated", None);
    }

    /// Takes the URL of its server away.
    pub fn without_url(&self) {
        self.change(|workspace| workspace.server_url = None);
    }

    /// The secret by which its server logs in.
    ///
    /// # Panics
    /// When it has been deleted.
    #[must_use]
    pub fn client_secret(&self) -> String {
        self.read(|workspace| workspace.enrollment_key.clone())
    }

    /// A session of its server's.
    #[must_use]
    pub fn server_session(&self) -> String {
        self.shared.with(|state| {
            let lifetime = state.session_lifetime;
            state.issue(Kind::Session, Who::Server(self.id), lifetime)
        })
    }

    pub(super) fn scope(&self) -> Scope {
        self.read(state::Workspace::scope)
    }

    fn set(&self, status: &str, reason: Option<&str>) {
        self.change(|workspace| {
            workspace.status = status.to_owned();
            workspace.state_reason = reason.map(str::to_owned);
            workspace.pending_reads = None;
        });
    }

    /// Reads it, which is no change that others wait for.
    fn read<T>(&self, read: impl FnOnce(&state::Workspace) -> T) -> T {
        let state = self.shared.lock();
        let mut workspaces = state.workspaces.iter();
        let found = workspaces.find(|found| found.id == self.id).map(read);
        found.unwrap_or_else(|| panic!("the workspace {} has been deleted", self.name))
    }

    /// Changes it, if nobody has deleted it.
    fn change(&self, change: impl FnOnce(&mut state::Workspace)) {
        self.shared
            .with(|state| state.workspace(self.id).map(change).ok());
    }
}

/// A team.
#[derive(Debug, Clone)]
pub struct Team {
    shared: Arc<Shared>,
    id: Uuid,
}

impl Team {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Adds a member.
    #[must_use]
    pub fn with_member(self, account: &Account) -> Self {
        self.shared.with(|state| {
            let team = state.team(self.id);
            team.map(|team| team.members.insert(account.id())).ok()
        });
        self
    }
}
