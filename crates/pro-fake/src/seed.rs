//! What do tests put into the fake?

use std::sync::Arc;

use uuid::Uuid;

use super::{
    Account, ControlPlane, Shared,
    model::{self, Principal, Scope, Subject, TokenKind},
    state::State,
};

impl ControlPlane {
    /// Returns the organization of this name; creates it if it does not exist.
    pub fn organization(&self, name: &str) -> Organization {
        let id = self.shared.with(|state| {
            let mut known = state.organizations.iter();
            let known = known.find(|found| found.name == name).map(|found| found.id);
            known.unwrap_or_else(|| state.create_organization(name))
        });
        Organization {
            shared: self.shared.clone(),
            id,
            name: name.to_owned(),
        }
    }

    /// Returns the user of this name; creates it if it does not exist. A name with an `@` is the
    /// e-mail address too.
    pub fn user(&self, username: &str) -> Account {
        let id = self.shared.with(|state| user(state, username));
        Account::new(self.shared.clone(), id, None)
    }
}

/// Finds or creates a user.
fn user(state: &mut State, username: &str) -> Uuid {
    let mut known = state.accounts.iter();
    let known = known.find(|found| found.username == username && found.service_of.is_none());
    match known.map(|found| found.id) {
        Some(id) => id,
        None => state.create_user(username),
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
    /// Returns its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the workspace of this name, which is available and has this server.
    pub fn workspace(&self, name: &str, url: &str) -> Workspace {
        let workspace = self.enroll(name);
        workspace.change(|workspace| {
            workspace.status = "available".to_owned();
            workspace.server_url = Some(url.trim_end_matches('/').to_owned());
            workspace.version = Some("0.98.0".to_owned());
        });
        workspace
    }

    /// Returns the workspace of this name. A new one is pending until its server reports.
    pub fn enroll(&self, name: &str) -> Workspace {
        let id = self.shared.with(|state| {
            let mut known = state.workspaces.iter();
            let known = known.find(|found| found.organization == self.id && found.name == name);
            match known.map(|found| found.id) {
                Some(id) => id,
                None => state.create_workspace(self.id, name).id,
            }
        });
        Workspace {
            shared: self.shared.clone(),
            id,
            name: name.to_owned(),
        }
    }

    /// Returns the service account of this name. A new one has no permissions.
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

    /// Returns the user of this name as a member. A new one has no permissions. A name with an `@`
    /// is the e-mail address too.
    pub fn member(&self, username: &str) -> Account {
        let id = self.shared.with(|state| {
            let id = user(state, username);
            state.join(Subject::Account(id), self.id);
            id
        });
        Account::new(self.shared.clone(), id, Some(self.id))
    }

    /// Exhausts the plan's limit of a feature (`template_run`, `workspace`, …). Calls that need the
    /// feature return 402 from now on.
    pub fn reach_limit(&self, feature: &str) {
        let limit = (self.id, feature.to_owned());
        self.shared.with(|state| state.limits.insert(limit));
    }

    /// Removes the plan's limit of a feature.
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
    /// Returns its id, which is also the id of its server.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its status: `pending`, `available`, `failed`, `deactivated`, …
    ///
    /// # Panics
    /// Panics if the workspace does not exist any more.
    #[must_use]
    pub fn status(&self) -> String {
        self.read(|workspace| workspace.status.clone())
    }

    /// Makes it pending until a test changes it or its server reports.
    pub fn set_pending(&self) {
        self.set("pending", None);
    }

    /// Makes it pending, and available after this number of reads.
    pub fn set_pending_for(&self, reads: u32) {
        self.set("pending", None);
        self.change(|workspace| workspace.pending_reads = Some(reads));
    }

    /// Makes it available.
    pub fn set_available(&self) {
        self.set("available", None);
    }

    /// Makes its deployment fail for this reason.
    pub fn set_failed(&self, reason: &str) {
        self.set("failed", Some(reason));
    }

    /// Deactivates it: its server rejects everyone from now on.
    pub fn deactivate(&self) {
        self.set("deactivated", None);
    }

    /// Removes the URL of its server.
    pub fn remove_url(&self) {
        self.change(|workspace| workspace.server_url = None);
    }

    /// Returns the client secret of its server.
    ///
    /// # Panics
    /// Panics if the workspace does not exist any more.
    #[must_use]
    pub fn client_secret(&self) -> String {
        self.read(|workspace| workspace.enrollment_key.clone())
    }

    /// Returns an access token of its server.
    #[must_use]
    pub fn server_session(&self) -> String {
        self.shared.with(|state| {
            let lifetime = state.settings.session_lifetime;
            state.issue(TokenKind::Session, Principal::Server(self.id), lifetime)
        })
    }

    pub(super) fn scope(&self) -> Scope {
        self.read(model::Workspace::scope)
    }

    fn set(&self, status: &str, reason: Option<&str>) {
        self.change(|workspace| {
            workspace.status = status.to_owned();
            workspace.state_reason = reason.map(str::to_owned);
            workspace.pending_reads = None;
        });
    }

    /// Reads it, which does not notify those who wait for a change.
    fn read<T>(&self, read: impl FnOnce(&model::Workspace) -> T) -> T {
        let state = self.shared.lock();
        let mut workspaces = state.workspaces.iter();
        let found = workspaces.find(|found| found.id == self.id).map(read);
        found.unwrap_or_else(|| panic!("the workspace {} does not exist any more", self.name))
    }

    fn change(&self, change: impl FnOnce(&mut model::Workspace)) {
        self.shared
            .with(|state| state.workspace(self.id).map(change).ok());
    }
}
