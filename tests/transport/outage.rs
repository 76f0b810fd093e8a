//! What clients do to a server that is down, and what becomes of them when it is back.

use std::{net::TcpListener, sync::atomic::Ordering, time::Duration};

use zenml::{Credentials, Error, ErrorKind, RetryPolicy, WorkspaceClient};
use zenml_test_server::{Options, Server, proxy::Proxy};

const CALLS: u64 = 1_000;

/// How many retries a client may spend if nobody says otherwise, and how many a call.
const BUDGET: u64 = 100;
const RETRIES: u64 = 10;

/// Calls in parallel: the errors of those that failed, and how many requests came of them all.
async fn storm(ws: &WorkspaceClient, proxy: &Proxy) -> (Vec<Error>, u64) {
    let before = proxy.counts.attempts.load(Ordering::SeqCst);
    let calls: Vec<_> = (0..CALLS)
        .map(|_| tokio::spawn(ws.get_current_user().send()))
        .collect();
    let mut errors = Vec::new();
    for call in calls {
        errors.extend(call.await.unwrap().err());
    }
    let after = proxy.counts.attempts.load(Ordering::SeqCst);
    (errors, after - before)
}

/// No port that the system gives to connections: one of them could take it while nobody listens.
fn port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (20_000..30_000).find(is_free).unwrap()
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn an_outage_costs_no_more_than_the_budget_and_ends_with_the_servers_return() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default().data(folder.path()).port(port());
    let server = Server::start(options.clone()).await.unwrap();
    let proxy = Proxy::start(&server.url(), 0, 0).await;
    let access = server.access();
    let client = || {
        WorkspaceClient::builder(proxy.url())
            .credentials(Credentials::password(&access.username, &*access.password))
            .retry(
                RetryPolicy::default()
                    .base_delay(Duration::from_millis(20))
                    .max_delay(Duration::from_millis(200)),
            )
            .build()
            .unwrap()
    };
    let (known, new) = (client(), client());
    known.get_current_user().send().await.unwrap();
    server.stop().await.unwrap();

    // A client with a token: each call is tried once, and some are until the budget is spent.
    let (errors, attempts) = storm(&known, &proxy).await;
    assert_eq!(errors.len() as u64, CALLS);
    assert_eq!(attempts, CALLS + BUDGET);
    let told: u64 = errors.iter().map(|error| u64::from(error.attempts())).sum();
    assert_eq!(told, attempts);
    // The next ones find nothing left to spend.
    let (_, attempts) = storm(&known, &proxy).await;
    assert_eq!(attempts, CALLS);
    // One without: all wait for one login, which is tried as often as a call may be.
    let (more, attempts) = storm(&new, &proxy).await;
    assert_eq!(more.len() as u64, CALLS);
    assert_eq!(attempts, 1 + RETRIES);
    for error in errors.iter().chain(&more) {
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    }

    let server = Server::start(options).await.unwrap();
    let logins = proxy.logins();
    for ws in [&known, &new] {
        let (errors, attempts) = storm(ws, &proxy).await;
        assert!(errors.is_empty(), "{}", errors[0]);
        assert!(attempts <= CALLS + 1 + BUDGET, "{attempts}");
    }
    // The first client's token has outlived the outage.
    assert_eq!(proxy.logins() - logins, 1);
    server.stop().await.unwrap();
}
