//! Which requests does a trigger make, and how does it fail?

use serde_json::{Value, json};
use uuid::uuid;

use super::*;
use crate::testing::{ReceivedRequest, TestServer, builder_of, json as ok, response};
use crate::{Credentials, RunTemplate, Snapshot, WorkspaceClient};

const ID: Uuid = uuid!("00000000-0000-0000-0000-00000000000a");

fn client(server: &TestServer) -> WorkspaceClient {
    builder_of::<WorkspaceClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .build()
        .unwrap()
}

/// Returns a server that lists the items and starts runs.
async fn server_with(items: Value) -> TestServer {
    TestServer::start(move |request: &ReceivedRequest| {
        if request.line.starts_with("GET") {
            let page =
                json!({"index": 1, "max_size": 20, "total_pages": 1, "total": 1, "items": items});
            ok(&page.to_string())
        } else {
            ok(&json!({"id": ID, "name": "run-1"}).to_string())
        }
    })
    .await
}

fn found() -> Value {
    json!([{"id": ID, "name": "nightly"}])
}

fn sent(server: &TestServer) -> (Vec<String>, Value) {
    let received = server.received();
    let lines = received.iter().map(|request| request.line.clone());
    let body = serde_json::from_str(&received.last().unwrap().body).unwrap();
    (lines.collect(), body)
}

#[tokio::test]
async fn a_template_is_looked_up_by_name_and_run_with_an_idempotency_key() {
    let server = server_with(found()).await;
    let run = client(&server)
        .trigger(RunTemplate::by_name("nightly"))
        .project("vision")
        .stack("prod")
        .send()
        .await
        .unwrap();
    assert_eq!(run.name, "run-1");
    let (lines, body) = sent(&server);
    assert_eq!(
        lines,
        [
            "GET /api/v1/run_templates?name=nightly&project=vision&stack=prod&size=4".to_owned(),
            format!("POST /api/v1/run_templates/{ID}/runs"),
        ]
    );
    assert_eq!(body, json!({}));
    let request = server.received().pop().unwrap();
    assert!(request.header("idempotency-key").is_some());
}

#[tokio::test]
async fn numbers_of_a_configuration_keep_all_their_digits() {
    let server = server_with(json!([])).await;
    let json: crate::Json = r#"{"settings": {"seed": 1180591620717411303424, "huge": 1e400}}"#
        .parse()
        .unwrap();
    client(&server)
        .trigger(Snapshot::by_id(ID))
        .configuration(json)
        .parameter("train", "seed", u128::MAX)
        .step_configuration("train", json!({"enable_cache": false}))
        .send()
        .await
        .unwrap();
    let body = server.received().pop().unwrap().body;
    assert_eq!(
        body,
        r#"{"run_configuration":{"settings":{"huge":1e400,"seed":1180591620717411303424},"steps":{"train":{"enable_cache":false,"parameters":{"seed":340282366920938463463374607431768211455}}}}}"#
    );
}

#[tokio::test]
async fn a_parameter_that_is_not_a_number_is_rejected_before_sending() {
    let server = server_with(json!([])).await;
    let trigger = client(&server).trigger(RunTemplate::by_id(ID));
    let error = trigger
        .parameter("train", "lr", f64::NAN)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("NaN and infinity"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_configuration_that_is_not_an_object_is_rejected_before_sending() {
    let server = server_with(json!([])).await;
    let error = client(&server)
        .trigger(RunTemplate::by_id(ID))
        .step_configuration("train", 1)
        .configuration("text")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(
        error.to_string(),
        "trigger: invalid request: a configuration must be a JSON object"
    );
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn each_rejection_has_a_kind_and_a_hint() {
    for (status, body, kind, hint) in [
        (
            404,
            r#"{"detail":"Not Found"}"#,
            ErrorKind::Unsupported,
            "not a Pro workspace",
        ),
        (
            405,
            r#"{"detail":"Method Not Allowed"}"#,
            ErrorKind::Unsupported,
            "not a Pro workspace",
        ),
        (
            404,
            r#"{"detail":["KeyError","no template"]}"#,
            ErrorKind::NotFound,
            "",
        ),
        (
            422,
            r#"["ValueError","This template can not be run because it has no source snapshot."]"#,
            ErrorKind::NotRunnable,
            "create another snapshot",
        ),
        (
            422,
            r#"["ValueError","Can't set build when running pipeline via Rest API."]"#,
            ErrorKind::InvalidRequest,
            "",
        ),
        (
            402,
            r#"{"detail":["SubscriptionUpgradeRequiredError","limit"]}"#,
            ErrorKind::PaymentRequired,
            "Pro plan allows no more runs",
        ),
        (
            403,
            r#"{"detail":["IllegalOperationError","no"]}"#,
            ErrorKind::Forbidden,
            "needs a role",
        ),
        (
            429,
            r#"{"detail":["MaxConcurrentTasksError","full"]}"#,
            ErrorKind::RateLimited,
            "queue of runs is full",
        ),
        (
            429,
            r#"{"error":"Server too busy. Please try again later."}"#,
            ErrorKind::RateLimited,
            "look for it with `list_runs`",
        ),
    ] {
        let server = TestServer::start(move |request| {
            if request.line.starts_with("POST") {
                response(status, "", body)
            } else {
                ok(r#"{"version":"0.98.0"}"#)
            }
        })
        .await;
        let error = client(&server)
            .trigger(RunTemplate::by_id(ID))
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let shown = error.hint().unwrap_or_default();
        assert!(
            shown.contains(hint) && shown.is_empty() == hint.is_empty(),
            "{error}"
        );
        if matches!(status, 402 | 403) {
            assert!(shown.contains("the API token"), "{error}");
            assert!(shown.contains(&server.url), "{error}");
        }
        assert_eq!(error.operation(), Some("create_template_run"));
    }
}

#[tokio::test]
async fn debug_shows_names_without_values() {
    let server = server_with(json!([])).await;
    let trigger = client(&server)
        .trigger(RunTemplate::by_id(ID))
        .configuration(json!({"environment": {"TOKEN": "hunter2"}}));
    let shown = format!("{trigger:?}");
    assert!(
        shown.contains("environment") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_failed_login_is_not_explained_as_a_rejected_run() {
    let server = TestServer::start(|request| {
        if request.line.contains("/login") {
            response(
                402,
                "",
                r#"{"detail":["SubscriptionUpgradeRequiredError","limit"]}"#,
            )
        } else {
            ok("{}")
        }
    })
    .await;
    let client = WorkspaceClient::builder(&server.url)
        .credentials(Credentials::api_key("ZENKEY_a"))
        .build()
        .unwrap();
    let error = client
        .trigger(RunTemplate::by_id(ID))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PaymentRequired);
    let hint = error.hint().unwrap_or_default();
    assert!(!hint.contains("no more runs"), "{error}");
    // This is the request of the login. The call itself is never sent.
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_429_of_a_gateway_is_not_explained_as_a_full_queue() {
    let busy = r#"{"detail":"slow down"}"#;
    let server = TestServer::start(move |_| response(429, "", busy)).await;
    let error = client(&server)
        .trigger(RunTemplate::by_id(ID))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.hint(), None);
}
