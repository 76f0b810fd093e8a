//! Which calls are retried, and which idempotency key do they carry?

use http::Method;
use uuid::Uuid;

use crate::testing::{TestServer, builder_of, json as ok, response};
use crate::workspace::types::{ApiKeyRotateRequest, StackUpdate};
use crate::{Credentials, ErrorKind, RetryPolicy, WorkspaceClient};

/// Returns the number of attempts that a client with two retries makes at an unavailable server.
async fn attempts_of(call: impl AsyncFn(&WorkspaceClient) -> ErrorKind) -> usize {
    const INFO: &str = "GET /api/v1/info";
    let server = TestServer::start(|request| match &*request.line {
        INFO => ok(r#"{"version":"0.98.0"}"#),
        _ => response(503, "", ""),
    });
    let server = server.await;
    let client = builder_of::<WorkspaceClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .retry(RetryPolicy::default().max_retries(2))
        .build()
        .unwrap();
    assert_eq!(call(&client).await, ErrorKind::Unavailable);
    let received = server.received().into_iter();
    received.filter(|request| request.line != INFO).count()
}

#[tokio::test(start_paused = true)]
async fn a_put_is_retried_unless_the_operation_is_not_idempotent() {
    let attempts = attempts_of(async |client| {
        let call = client.update_stack().stack_id(Uuid::nil());
        let call = call.body(StackUpdate::default()).send().await;
        call.unwrap_err().kind()
    });
    assert_eq!(attempts.await, 3);
    let attempts = attempts_of(async |client| {
        let call = client.rotate_api_key().service_account_id(Uuid::nil());
        let call = call.api_key_name_or_id("ci");
        let call = call.body(ApiKeyRotateRequest::default()).send().await;
        call.unwrap_err().kind()
    });
    assert_eq!(attempts.await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_raw_post_is_retried_if_the_server_deduplicates_it() {
    for (path, expected) in [
        ("/api/v1/plugins", 3),
        ("/api/v1/runs/1/events?a=b", 1),
        ("/api/v1/webhooks/github/1/events", 1),
        ("/api/v1/runs/1/events/", 1),
        ("//api/v1/runs/1/%65vents/?a=b", 1),
    ] {
        let attempts = attempts_of(async |client| {
            let call = client.request(Method::POST, path).send::<()>().await;
            call.unwrap_err().kind()
        });
        assert_eq!(attempts.await, expected, "{path}");
    }
}

#[tokio::test]
async fn an_idempotency_key_among_default_headers_is_ignored_and_one_of_a_request_is_sent() {
    let server = TestServer::always(ok("null")).await;
    let client = builder_of::<WorkspaceClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .default_header(
            http::HeaderName::from_static("idempotency-key"),
            http::HeaderValue::from_static("of-all"),
        )
        .build()
        .unwrap();
    let call = || client.request(Method::POST, "/api/v1/plugins");
    call().send::<()>().await.unwrap();
    let own = call().header("idempotency-key", "own").send::<()>();
    own.await.unwrap();
    let keys: Vec<_> = server.received();
    assert_ne!(keys[0].header("idempotency-key"), Some("of-all"));
    assert_eq!(keys[1].header("idempotency-key"), Some("own"));
}
