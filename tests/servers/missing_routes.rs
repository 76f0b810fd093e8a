//! Routes that a server lacks: the error says which servers have them.

use serde_json::Value;
use zenml::{ErrorKind, Method, Result};

use crate::TestServer;

/// The first version that has webhooks.
const WEBHOOKS: &str = "0.96.4";
/// The first version that has no actions any more.
const WITHOUT_ACTIONS: &str = "0.94.0";

impl TestServer {
    /// Asserts that the server lacks a route, and that the error says `history` of it.
    fn assert_missing<T>(&self, result: Result<T>, history: &str) {
        let error = result.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        let hint = format!("{history}; the server is ZenML {}", self.version);
        assert!(error.to_string().contains(&hint), "{hint}: {error}");
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_error_of_a_missing_operation_says_since_when_it_exists() {
    let server = TestServer::connect().await;
    let client = &server.client;
    let typed = client.list_webhooks().project(&*server.project);
    let typed = typed.send().await;
    let raw = client.request(Method::GET, "/api/v1/webhooks");
    let raw = raw.query("project", &server.project).send::<Value>().await;

    if server.is_at_least(WEBHOOKS) {
        typed.unwrap();
        raw.unwrap();
    } else {
        let history = format!("`list_webhooks` exists since ZenML {WEBHOOKS}");
        server.assert_missing(typed, &history);
        let history = format!("`GET /api/v1/webhooks` exists since ZenML {WEBHOOKS}");
        server.assert_missing(raw, &history);
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_error_of_a_removed_operation_says_when_it_was_removed() {
    let server = TestServer::connect().await;
    let actions = server.client.request(Method::GET, "/api/v1/actions");
    let actions = actions.send::<Value>().await;

    if server.is_at_least(WITHOUT_ACTIONS) {
        let history = format!("`GET /api/v1/actions` was removed in ZenML {WITHOUT_ACTIONS}");
        server.assert_missing(actions, &history);
    } else {
        actions.unwrap();
    }
}
