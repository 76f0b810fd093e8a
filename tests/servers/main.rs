//! Does the client work with servers of all supported versions?
//!
//! `cargo xtask test` runs these tests against the newest server, and `cargo xtask test --only servers`
//! against servers from the oldest supported version to the newest, one after the other. The server is
//! filled, and its client reports which version it has.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

mod artifacts;
mod filters;
mod missing_routes;
mod runs;
mod schedules;

use zenml::{Credentials, Error, ErrorKind, WorkspaceClient};
use zenml_test_server::{Access, is_at_least};

/// The server that was started for the tests.
struct TestServer {
    client: WorkspaceClient,
    /// The project with the filled-in data.
    project: String,
    version: String,
}

impl TestServer {
    async fn connect() -> Self {
        let access = Access::from_env().unwrap();
        let client = WorkspaceClient::builder(access.url)
            .credentials(Credentials::password(access.username, access.password))
            .build()
            .unwrap();
        let version = client.check_version().await.unwrap().server;
        Self {
            client,
            project: access.project,
            version,
        }
    }

    fn is_at_least(&self, version: &str) -> bool {
        is_at_least(&self.version, version)
    }

    /// Asserts that a request was refused because the server is older than `since` and would ignore a
    /// part of it.
    fn assert_refused(&self, error: &Error, part: &str, since: &str) {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        let text = error.to_string();
        for said in [part, since, &self.version] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}

/// Returns a name that no other run of the tests uses.
fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}
