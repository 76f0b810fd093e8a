//! Which users and service accounts do tests have, and which credentials?

use std::{fmt, sync::Arc, time::Duration};

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    Shared, Workspace,
    model::{self, ApiKey, Details, Principal, Scope, Subject, TokenKind},
};

/// A user or a service account.
#[derive(Debug, Clone)]
pub struct Account {
    shared: Arc<Shared>,
    id: Uuid,
    /// The organization that it was requested from.
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

    /// Returns its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Assigns it a role in its organization: `Organization Admin`, …
    ///
    /// # Panics
    /// Panics if the role does not exist, or the account comes from [`ControlPlane::user`].
    ///
    /// [`ControlPlane::user`]: super::ControlPlane::user
    #[must_use]
    pub fn with_role(self, role: &str) -> Self {
        let organization = self.organization.unwrap_or_else(|| {
            panic!("this user belongs to no organization; use organization.member(…)")
        });
        self.assign(role, Scope::organization(organization));
        self
    }

    /// Assigns it a role in a workspace: `Workspace Developer`, …
    ///
    /// # Panics
    /// Panics if the role or the workspace does not exist.
    #[must_use]
    pub fn with_role_in(self, workspace: &Workspace, role: &str) -> Self {
        self.assign(role, workspace.scope());
        self
    }

    fn assign(&self, role: &str, scope: Scope) {
        let id = self.shared.with(|state| {
            let id = state.role_named(scope.organization, role)?;
            state.assign(id, Subject::Account(self.id), scope);
            Some(id)
        });
        assert!(id.is_some(), "the organization has no role {role:?}");
    }

    /// Revokes all its roles.
    pub fn remove_roles(&self) {
        let own = Subject::Account(self.id);
        self.shared
            .with(|state| state.assignments.retain(|found| found.subject != own));
    }

    /// Allows it everything.
    #[must_use]
    pub fn superuser(self) -> Self {
        self.change(|account| account.is_superuser = true)
    }

    /// Sets its display name, without the limits of the document.
    pub fn rename(self, name: &str) -> Self {
        self.change(|account| {
            account.details.insert("name".to_owned(), name.into());
        })
    }

    /// Sets the password of a local user.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        self.change(|account| account.password = Some(password.to_owned()))
    }

    fn change(self, change: impl FnOnce(&mut model::Account)) -> Self {
        self.shared
            .with(|state| state.account(self.id).map(change).ok());
        self
    }

    /// Creates an API key, or a user's personal access token, that does not expire.
    #[must_use]
    pub fn key(&self) -> Key {
        self.new_key(None)
    }

    /// Creates an API key that expires after this time.
    #[must_use]
    pub fn key_for(&self, lifetime: Duration) -> Key {
        self.new_key(Some(lifetime))
    }

    fn new_key(&self, lifetime: Option<Duration>) -> Key {
        let key = self.shared.with(|state| {
            let lifetime = lifetime.and_then(|lifetime| TimeDelta::from_std(lifetime).ok());
            let expires = lifetime.map(|lifetime| state.now() + lifetime);
            let name = format!("key-{}", state.keys.len() + 1);
            state.create_key(self.id, &name, Details::new(), expires)
        });
        Key {
            shared: self.shared.clone(),
            id: key.id,
            value: key.value,
        }
    }

    /// Creates an access token without a login.
    #[must_use]
    pub fn session(&self) -> String {
        self.token(TokenKind::Session)
    }

    /// Creates an access token of a login in the browser, without the login.
    #[must_use]
    pub fn device_session(&self) -> String {
        self.token(TokenKind::Device)
    }

    fn token(&self, kind: TokenKind) -> String {
        self.shared.with(|state| {
            let lifetime = state.settings.session_lifetime;
            state.issue(kind, Principal::Account(self.id), lifetime)
        })
    }
}

/// An API key. Sessions that were created with it outlive it.
#[derive(Clone)]
pub struct Key {
    shared: Arc<Shared>,
    id: Uuid,
    value: String,
}

impl Key {
    /// Returns its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Returns its value: `ZENPROKEY_…`
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Makes it expire now.
    pub fn expire(&self) {
        self.change(|key, now| key.expires = Some(now));
    }

    /// Deactivates it.
    pub fn revoke(&self) {
        self.change(|key, _| key.active = false);
    }

    fn change(&self, change: impl FnOnce(&mut ApiKey, model::Time)) {
        self.shared.with(|state| {
            let now = state.now();
            let key = state.keys.iter_mut().find(|key| key.id == self.id);
            key.map(|key| change(key, now))
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
