//! Users and service accounts of tests, and their credentials.

use std::{fmt, sync::Arc, time::Duration};

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    Shared, Workspace,
    state::{Scope, Subject},
    tokens::{ApiKey, Kind, Who},
};

/// A user or a service account.
#[derive(Debug, Clone)]
pub struct Account {
    shared: Arc<Shared>,
    id: Uuid,
    /// The organization through which it was come by.
    organization: Option<Uuid>,
}

impl Account {
    pub(super) fn new(shared: Arc<Shared>, id: Uuid, organization: Option<Uuid>) -> Self {
        Self {
            shared,
            id,
            organization,
        }
    }

    /// Its id, by which roles are given to users and service accounts alike.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Gives it a role in its organization: `Organization Admin`, …
    ///
    /// # Panics
    /// When there is no such role, or no organization: users come by one through
    /// [`Organization::member`](super::Organization::member).
    #[must_use]
    pub fn with_role(self, role: &str) -> Self {
        let organization = self.organization.unwrap_or_else(|| {
            panic!("this user belongs to no organization: take organization.member(…)")
        });
        self.give(role, Scope::organization(organization));
        self
    }

    /// Gives it a role in a workspace: `Workspace Developer`, …
    ///
    /// # Panics
    /// When there is no such role, or no such workspace any more.
    #[must_use]
    pub fn with_role_in(self, workspace: &Workspace, role: &str) -> Self {
        self.give(role, workspace.scope());
        self
    }

    fn give(&self, role: &str, scope: Scope) {
        let given = self.shared.with(|state| {
            let role = state.role_named(scope.organization, role)?;
            Some(state.assign(role, Subject::Account(self.id), scope))
        });
        assert!(given.is_some(), "the organization has no role {role:?}");
    }

    /// Takes all roles away from it.
    pub fn without_roles(&self) {
        let own = Subject::Account(self.id);
        self.shared
            .with(|state| state.assignments.retain(|found| found.subject != own));
    }

    /// Lets it do everything.
    #[must_use]
    pub fn superuser(self) -> Self {
        self.shared.with(|state| {
            let account = state.account(self.id);
            account.map(|account| account.is_superuser = true).ok()
        });
        self
    }

    /// Sets the name that is shown, without the document's limits.
    pub fn rename(self, name: &str) -> Self {
        self.shared.with(|state| {
            let account = state.account(self.id);
            account
                .map(|account| account.name = Some(name.to_owned()))
                .ok()
        });
        self
    }

    /// Lets a user log in with a password.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        self.shared.with(|state| {
            let account = state.account(self.id);
            let password = Some(password.to_owned());
            account.map(|account| account.password = password).ok()
        });
        self
    }

    /// A new API key, or a personal access token of a user, that does not expire.
    #[must_use]
    pub fn key(&self) -> Key {
        self.new_key(None)
    }

    /// One that expires after this time.
    #[must_use]
    pub fn key_for(&self, lifetime: Duration) -> Key {
        self.new_key(Some(lifetime))
    }

    fn new_key(&self, lifetime: Option<Duration>) -> Key {
        let key = self.shared.with(|state| {
            let lifetime = lifetime.and_then(|lifetime| TimeDelta::from_std(lifetime).ok());
            let expires = lifetime.map(|lifetime| state.now() + lifetime);
            let number = state.keys.len() + 1;
            state.create_key(self.id, &format!("key-{number}"), None, expires)
        });
        Key {
            shared: self.shared.clone(),
            id: key.id,
            value: key.value,
        }
    }

    /// The token of a login, without one.
    #[must_use]
    pub fn session(&self) -> String {
        self.token(Kind::Session)
    }

    /// The token of a login in the browser, without one.
    #[must_use]
    pub fn device_session(&self) -> String {
        self.token(Kind::Device)
    }

    fn token(&self, kind: Kind) -> String {
        self.shared.with(|state| {
            let lifetime = state.session_lifetime;
            state.issue(kind, Who::Account(self.id), lifetime)
        })
    }
}

/// An API key. Sessions that were got with it go on when it ends.
#[derive(Clone)]
pub struct Key {
    shared: Arc<Shared>,
    id: Uuid,
    value: String,
}

impl Key {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// `ZENPROKEY_…`
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Lets it expire now.
    pub fn expire(&self) {
        self.shared.with(|state| {
            let now = state.now();
            let key = state.keys.iter_mut().find(|key| key.id == self.id);
            key.map(|key| key.expires = Some(now))
        });
    }

    /// Deactivates it now.
    pub fn revoke(&self) {
        self.set_active(false);
    }

    /// Activates it again.
    pub fn restore(&self) {
        self.set_active(true);
    }

    fn set_active(&self, active: bool) {
        let set = |key: &mut ApiKey| key.active = active;
        self.shared.with(|state| {
            let key = state.keys.iter_mut().find(|key| key.id == self.id);
            key.map(set)
        });
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
