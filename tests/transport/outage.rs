//! How many requests do clients send to a server that is down, and do they recover after it is back?

use std::{sync::atomic::Ordering, time::Duration};

use zenml::{Credentials, Error, ErrorKind, RetryPolicy, WorkspaceClient};
use zenml_test_server::{Options, Server, proxy::Proxy, unused_port};

const CALLS: u64 = 1_000;

/// Default number of retries that all calls of a client share, and that one call may use.
const RETRY_BUDGET: u64 = 100;
const MAX_RETRIES: u64 = 10;

/// Makes calls in parallel; returns the errors, and the number of requests that the calls caused.
async fn call_in_parallel(client: &WorkspaceClient, proxy: &Proxy) -> (Vec<Error>, u64) {
    let before = proxy.counts.attempts.load(Ordering::SeqCst);
    let calls: Vec<_> = (0..CALLS)
        .map(|_| tokio::spawn(client.get_current_user().send()))
        .collect();
    let mut errors = Vec::new();
    for call in calls {
        errors.extend(call.await.unwrap().err());
    }
    let after = proxy.counts.attempts.load(Ordering::SeqCst);
    (errors, after - before)
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn an_outage_costs_no_more_than_the_retry_budget_and_clients_recover_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default().data(folder.path()).port(unused_port());
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
    let (logged_in, new) = (client(), client());
    logged_in.get_current_user().send().await.unwrap();
    server.stop().await.unwrap();

    // Calls of a client with a token share the budget: each call has one attempt, some have more.
    let (errors, attempts) = call_in_parallel(&logged_in, &proxy).await;
    assert_eq!(errors.len() as u64, CALLS);
    assert_eq!(attempts, CALLS + RETRY_BUDGET);
    let reported: u64 = errors.iter().map(|error| u64::from(error.attempts())).sum();
    assert_eq!(reported, attempts);
    // The budget is used up: further calls have one attempt each.
    let (_, attempts) = call_in_parallel(&logged_in, &proxy).await;
    assert_eq!(attempts, CALLS);
    // Calls of a client without a token wait for a single login, which is retried like a call.
    let (more, attempts) = call_in_parallel(&new, &proxy).await;
    assert_eq!(more.len() as u64, CALLS);
    assert_eq!(attempts, 1 + MAX_RETRIES);
    for error in errors.iter().chain(&more) {
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    }

    let server = Server::start(options).await.unwrap();
    let logins = proxy.logins();
    for client in [&logged_in, &new] {
        let (errors, attempts) = call_in_parallel(client, &proxy).await;
        assert!(errors.is_empty(), "{}", errors[0]);
        assert!(attempts <= CALLS + 1 + RETRY_BUDGET, "{attempts}");
    }
    // Only the new client logs in: the other still has a valid token.
    assert_eq!(proxy.logins() - logins, 1);
    server.stop().await.unwrap();
}
