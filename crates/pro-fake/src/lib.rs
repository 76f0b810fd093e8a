//! A double of the ZenML Pro API, for tests.
//!
//! [`ControlPlane::start`] serves all operations of `specs/pro.json` on a free loopback port and
//! keeps what they do in memory. It cannot drift from the document, because it checks against it
//! **every request and every answer of its own**:
//!
//! - A request that the document does not allow is answered with 422: an unknown query parameter or
//!   member of the body too, which the vendor would ignore.
//! - An answer of the double that the document does not allow becomes a 500, and is a violation:
//!   [`ControlPlane::stop`] reports it, and so does dropping the value, by a panic.
//!
//! Where the document says little, the double does as little as it can.
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
//! prod.suspend();
//! key.revoke();
//! assert_eq!(plane.calls("GET /workspaces").len(), 1);
//! plane.stop()
//! # }
//! ```

mod access;
mod accounts;
mod call;
mod coerce;
mod create;
mod document;
mod exchange;
mod faults;
mod http;
mod pro_workspace;
mod requests;
mod routes;
mod schema;
mod seed;
mod state;
mod tokens;
mod views;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Result, bail};
use tokio::sync::watch;

pub use accounts::{Account, Key};
pub use pro_workspace::ProWorkspace;
pub use requests::Recorded;
pub use seed::{Organization, Team, Workspace};
pub use state::Usage;

use document::Document;
use exchange::{Answer, Request};
use http::Listening;
use state::State;

/// How a control plane is to be.
#[derive(Debug, Clone, Default)]
pub struct Options {
    port: u16,
    base_path: String,
    before_2025: bool,
}

impl Options {
    /// A port of your choice; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves below a path, as self-hosted control planes do (`/api/v1`).
    #[must_use]
    pub fn base_path(mut self, path: &str) -> Self {
        path.trim_end_matches('/').clone_into(&mut self.base_path);
        self
    }

    /// As control planes were before 2025: they know tenants only, and no workspaces.
    #[must_use]
    pub fn before_2025(mut self) -> Self {
        self.before_2025 = true;
        self
    }
}

/// A running double of the Pro API: ends when this is dropped.
pub struct ControlPlane {
    shared: Arc<Shared>,
    listening: Listening,
}

/// What the thread that serves and the handles of tests have in common.
pub(crate) struct Shared {
    document: &'static Document,
    options: Options,
    state: Mutex<State>,
    /// How often something has happened.
    changes: watch::Sender<u64>,
}

impl Shared {
    /// Does something with the state, and tells those who wait for it to change.
    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let result = act(&mut self.lock());
        self.changes.send_modify(|count| *count += 1);
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request<'_>) -> Answer {
        self.with(|state| exchange::answer(self.document, state, &self.options, request))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl ControlPlane {
    /// Starts an empty one on a free port.
    ///
    /// # Errors
    /// When the document cannot be read, or there is no free port.
    pub async fn start() -> Result<Self> {
        Self::start_with(Options::default()).await
    }

    /// Starts an empty one.
    ///
    /// # Errors
    /// As [`ControlPlane::start`], and when the port is taken.
    pub async fn start_with(options: Options) -> Result<Self> {
        let port = options.port;
        let shared = Arc::new(Shared {
            document: Document::shared()?,
            options,
            state: Mutex::new(State::new()),
            changes: watch::Sender::new(0),
        });
        Ok(Self {
            listening: Listening::start(shared.clone(), port).await?,
            shared,
        })
    }

    /// The URL of the Pro API, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!(
            "http://{}{}",
            self.listening.address, self.shared.options.base_path
        )
    }

    /// All calls that have been answered, in their order.
    #[must_use]
    pub fn recorded(&self) -> Vec<Recorded> {
        self.shared.lock().recorded.clone()
    }

    /// The calls of an operation that have been answered, successfully or not.
    ///
    /// # Panics
    /// When the document knows no such operation: a test that counts it would count nothing.
    #[must_use]
    pub fn calls(&self, operation: &str) -> Vec<Recorded> {
        self.known(operation);
        let mut calls = self.recorded();
        calls.retain(|call| call.operation == operation);
        calls
    }

    /// Returns when an operation has been answered so often since the start.
    ///
    /// # Panics
    /// As [`ControlPlane::calls`].
    pub async fn called(&self, operation: &str, times: usize) {
        self.until(|plane| plane.calls(operation).len() >= times)
            .await;
    }

    /// Returns when the condition holds; it is asked after everything that happens here.
    pub async fn until(&self, condition: impl Fn(&Self) -> bool) {
        let mut changes = self.shared.changes.subscribe();
        while !condition(self) {
            changes.borrow_and_update();
            if condition(self) || changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// What workspace servers have reported as used.
    #[must_use]
    pub fn usage(&self) -> Vec<Usage> {
        self.shared.lock().usage.clone()
    }

    /// Answers of the double that the document does not allow: there should be none.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.shared.lock().violations.clone()
    }

    /// Stops it.
    ///
    /// # Errors
    /// When the double has given an answer that the document does not allow.
    pub fn stop(self) -> Result<()> {
        let violations = std::mem::take(&mut self.shared.lock().violations);
        if !violations.is_empty() {
            bail!(said(&violations));
        }
        Ok(())
    }

    /// Refuses names of operations that do not exist.
    fn known(&self, operation: &str) {
        assert!(
            self.shared.document.operation(operation).is_some(),
            "the document of the Pro API has no operation {operation:?}"
        );
    }
}

fn said(violations: &[String]) -> String {
    format!(
        "the control plane's double has broken the document's rules:\n{}",
        violations.join("\n")
    )
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        let violations = self.violations();
        if !violations.is_empty() && !std::thread::panicking() {
            panic!("{}", said(&violations));
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
