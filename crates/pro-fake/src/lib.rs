//! An in-memory imitation of the ZenML Pro API, for tests.
//!
//! [`ControlPlane::start`] serves all operations of `specs/pro.json` on a free loopback port. The
//! fake cannot drift from the document, because the document decides **every request and every
//! response**:
//!
//! - The fake responds with 422 to a request that the document does not allow. That includes unknown
//!   query parameters and body members, which the vendor ignores.
//! - A response of the fake that the document does not allow becomes a 500 and a violation.
//!   [`ControlPlane::finish`] returns violations as an error; dropping the value panics with them.
//!
//! Operations that the real Pro-mode server and the library's workflows call keep state: logins, the
//! current user, organizations, workspaces (also under their legacy name, tenants), roles and
//! permissions, teams, invitations, service accounts and API keys, usage. All others respond with a
//! sample of the document's schema, and change nothing.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use zenml_pro_fake::ControlPlane;
//!
//! let plane = ControlPlane::start().await?;
//! let acme = plane.organization("acme");
//! let prod = acme.workspace("prod", "https://prod.acme.test");
//! let ci = acme.service_account("ci").with_role("Organization Admin");
//! let key = ci.key();
//!
//! // … zenml::ProClient::builder(plane.url()).credentials(Credentials::api_key(key.value())) …
//!
//! plane.fail_next("POST /auth/login", 503, 2);
//! prod.deactivate();
//! key.revoke();
//! assert_eq!(plane.calls("GET /workspaces").len(), 1);
//! plane.finish()
//! # }
//! ```

mod access;
mod accounts;
mod api_error;
mod call;
mod coerce;
mod create;
mod document;
mod exchange;
mod faults;
mod http;
mod input;
mod model;
mod pro_workspace;
mod recorded_call;
mod routes;
mod sample;
mod schema;
mod seed;
mod state;
mod tokens;
#[cfg(test)]
mod typed_calls;
mod views;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Result, bail};
use tokio::sync::watch;

pub use accounts::{Account, Key};
pub use model::Usage;
pub use pro_workspace::ProWorkspace;
pub use recorded_call::RecordedCall;
pub use seed::{Organization, Workspace};

use document::Document;
use exchange::{Request, Response};
use http::HttpServer;
use state::State;

/// Options of a fake control plane.
#[derive(Debug, Clone, Default)]
pub struct Options {
    port: u16,
    base_path: String,
    legacy_tenants: bool,
    stateless: bool,
}

impl Options {
    /// Sets the port. Defaults to 0, which takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves the API below a path, as self-hosted control planes do (`/api/v1`).
    #[must_use]
    pub fn base_path(mut self, path: &str) -> Self {
        path.trim_end_matches('/').clone_into(&mut self.base_path);
        self
    }

    /// Imitates control planes from before 2025, which call workspaces tenants.
    #[must_use]
    pub fn legacy_tenants(mut self) -> Self {
        self.legacy_tenants = true;
        self
    }

    /// Responds to all operations with a sample of the document's schema.
    #[must_use]
    pub fn stateless(mut self) -> Self {
        self.stateless = true;
        self
    }
}

/// A running fake of the Pro API. Dropping it stops it.
pub struct ControlPlane {
    shared: Arc<Shared>,
    server: HttpServer,
}

/// The state that the serving thread shares with the handles of tests.
pub(crate) struct Shared {
    document: &'static Document,
    options: Options,
    state: Mutex<State>,
    /// The number of changes so far.
    changes: watch::Sender<u64>,
}

impl Shared {
    /// Changes the state, and notifies those who wait for a change.
    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let result = act(&mut self.lock());
        self.changes.send_modify(|count| *count += 1);
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn respond(&self, request: &Request<'_>) -> Response {
        self.with(|state| exchange::respond(self.document, state, &self.options, request))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl ControlPlane {
    /// Starts an empty fake on a free port.
    ///
    /// # Errors
    /// Returns an error if the document cannot be read, or no port is free.
    pub async fn start() -> Result<Self> {
        Self::start_with(Options::default()).await
    }

    /// Starts an empty fake with these options.
    ///
    /// # Errors
    /// Returns an error if the document cannot be read, or the port is taken.
    pub async fn start_with(options: Options) -> Result<Self> {
        let port = options.port;
        let shared = Arc::new(Shared {
            document: Document::shared()?,
            options,
            state: Mutex::new(State::default()),
            changes: watch::Sender::new(0),
        });
        Ok(Self {
            server: HttpServer::start(shared.clone(), port).await?,
            shared,
        })
    }

    /// Returns the URL of the Pro API, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!(
            "http://{}{}",
            self.server.address, self.shared.options.base_path
        )
    }

    /// Returns all calls so far, in order.
    #[must_use]
    pub fn recorded(&self) -> Vec<RecordedCall> {
        self.shared.lock().recorded.clone()
    }

    /// Returns the calls of an operation so far, successful or not.
    ///
    /// # Panics
    /// Panics if the document does not declare the operation.
    #[must_use]
    pub fn calls(&self, operation: &str) -> Vec<RecordedCall> {
        self.assert_declared(operation);
        let mut calls = self.recorded();
        calls.retain(|call| call.operation == operation);
        calls
    }

    /// Waits until the condition holds. It is evaluated after each change.
    pub async fn wait_until(&self, condition: impl Fn(&Self) -> bool) {
        let mut changes = self.shared.changes.subscribe();
        while !condition(self) {
            changes.borrow_and_update();
            if condition(self) || changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Returns the usage that workspace servers have reported.
    #[must_use]
    pub fn usage(&self) -> Vec<Usage> {
        self.shared.lock().usage.clone()
    }

    /// Returns the responses of the fake that the document does not allow.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.shared.lock().violations.clone()
    }

    /// Ends the fake.
    ///
    /// # Errors
    /// Returns an error if the document does not allow one of the fake's responses.
    pub fn finish(self) -> Result<()> {
        let violations = std::mem::take(&mut self.shared.lock().violations);
        if !violations.is_empty() {
            bail!(report(&violations));
        }
        Ok(())
    }

    fn assert_declared(&self, operation: &str) {
        assert!(
            self.shared.document.operation(operation).is_some(),
            "the document of the Pro API has no operation {operation:?}"
        );
    }
}

fn report(violations: &[String]) -> String {
    format!(
        "the fake broke the rules of the Pro API's document; correct its handlers:\n{}",
        violations.join("\n")
    )
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        let violations = self.violations();
        if !violations.is_empty() && !std::thread::panicking() {
            panic!("{}", report(&violations));
        }
    }
}

impl fmt::Debug for ControlPlane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlPlane")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
