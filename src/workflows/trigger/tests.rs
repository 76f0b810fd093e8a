use serde_json::json;
use uuid::uuid;

use super::*;
use crate::testing::{Received, TestServer, builder_of, json as ok, response};
use crate::{Credentials, RunTemplate, Snapshot, WorkspaceClient};

const ID: Uuid = uuid!("00000000-0000-0000-0000-00000000000a");

fn ws(server: &TestServer) -> WorkspaceClient {
    builder_of::<WorkspaceClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .build()
        .unwrap()
}

/// Lists these, and starts runs.
async fn server_with(items: Value) -> TestServer {
    TestServer::start(move |request: &Received| match request.line.starts_with("GET") {
        true => {
            let page =
                json!({"index": 1, "max_size": 20, "total_pages": 1, "total": 1, "items": items});
            ok(&page.to_string())
        }
        false => ok(&json!({"id": ID, "name": "run-1"}).to_string()),
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
async fn a_template_is_looked_up_by_its_name_and_run_once_for_all_attempts() {
    let server = server_with(found()).await;
    let run = ws(&server)
        .trigger(RunTemplate::named("nightly"))
        .project("vision")
        .stack("prod")
        .await
        .unwrap();
    assert_eq!(run.name, "run-1");
    let (lines, body) = sent(&server);
    assert_eq!(
        lines,
        [
            "GET /api/v1/run_templates?name=nightly&project=vision&stack=prod".to_owned(),
            format!("POST /api/v1/run_templates/{ID}/runs"),
        ]
    );
    assert_eq!(body, json!({}));
    let request = server.received().pop().unwrap();
    assert!(request.header("idempotency-key").is_some());
}

#[tokio::test]
async fn an_id_needs_no_looking_up() {
    let server = server_with(json!([])).await;
    ws(&server).trigger(Snapshot::id(ID)).await.unwrap();
    let (lines, body) = sent(&server);
    assert_eq!(
        lines,
        [format!("POST /api/v1/pipeline_snapshots/{ID}/runs")]
    );
    assert_eq!(body, json!({"run_configuration": {}}));
}

#[tokio::test]
async fn the_latest_snapshot_of_a_pipeline_is_one_with_a_name_that_can_be_run() {
    let server = server_with(found()).await;
    let latest = Snapshot::latest("training");
    ws(&server).trigger(latest).await.unwrap();
    assert_eq!(
        sent(&server).0[0],
        "GET /api/v1/pipeline_snapshots?runnable=true&named_only=true&sort_by=desc%3Acreated\
         &size=1&pipeline=training"
    );
}

#[tokio::test]
async fn what_is_configured_is_put_together_and_the_last_word_counts() {
    let server = server_with(json!([])).await;
    ws(&server)
        .trigger(RunTemplate::id(ID))
        .configuration(json!({"run_name": "a", "steps": {"train": {"enable_cache": true}}}))
        .parameter("train", "lr", 0.5)
        .parameter("train", "epochs", 3)
        .parameter("train", "lr", 0.1)
        .pipeline_parameter("seed", [1, 2])
        .step_configuration("train", json!({"enable_cache": false}))
        .configuration(json!({"run_name": "b"}))
        .await
        .unwrap();
    assert_eq!(
        sent(&server).1,
        json!({
            "run_name": "b",
            "parameters": {"seed": [1, 2]},
            "steps": {"train": {"enable_cache": false, "parameters": {"lr": 0.1, "epochs": 3}}},
        })
    );
}

#[tokio::test]
async fn a_typed_configuration_is_sent_as_it_is() {
    use crate::workspace::types::PipelineRunConfiguration;
    let server = server_with(json!([])).await;
    let configuration = PipelineRunConfiguration {
        run_name: "nightly-42".into(),
        enable_cache: false.into(),
        ..Default::default()
    };
    ws(&server)
        .trigger(RunTemplate::id(ID))
        .configuration(configuration)
        .await
        .unwrap();
    assert_eq!(
        sent(&server).1,
        json!({"run_name": "nightly-42", "enable_cache": false})
    );
}

#[tokio::test]
async fn what_is_no_configuration_is_refused_before_anything_is_sent() {
    let server = server_with(json!([])).await;
    let error = ws(&server)
        .trigger(RunTemplate::id(ID))
        .step_configuration("train", 1)
        .configuration("text")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(
        error.to_string(),
        "trigger: invalid request: a configuration is an object"
    );
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn none_and_several_are_told_apart() {
    let several = json!([{"id": ID}, {"id": Uuid::nil()}]);
    for (items, kind, message) in [
        (
            json!([]),
            ErrorKind::NotFound,
            "no snapshot named \"nightly\" in project \"vision\"",
        ),
        (
            several,
            ErrorKind::InvalidRequest,
            "several are a snapshot named \"nightly\"",
        ),
    ] {
        let server = server_with(items).await;
        let trigger = ws(&server).trigger(Snapshot::named("nightly"));
        let error = trigger.project("vision").await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().starts_with(message), "{error}");
        assert_eq!(server.received().len(), 1, "nothing is run");
    }
}

#[tokio::test]
async fn each_reason_not_to_run_has_a_kind_and_a_remedy() {
    for (status, body, kind, hint) in [
        (
            404,
            r#"{"detail":"Not Found"}"#,
            ErrorKind::Unsupported,
            "no workspace of ZenML Pro",
        ),
        (
            405,
            r#"{"detail":"Method Not Allowed"}"#,
            ErrorKind::Unsupported,
            "no workspace of ZenML Pro",
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
            "make another snapshot",
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
            "plan of the organization",
        ),
        (
            403,
            r#"{"detail":["IllegalOperationError","no"]}"#,
            ErrorKind::Forbidden,
            "takes a role",
        ),
        (
            429,
            r#"{"detail":["MaxConcurrentTasksError","full"]}"#,
            ErrorKind::RateLimited,
            "in its queue",
        ),
        (
            429,
            r#"{"error":"Server too busy. Please try again later."}"#,
            ErrorKind::RateLimited,
            "look for it in `list_runs`",
        ),
    ] {
        let server = TestServer::start(move |request| match request.line.starts_with("POST") {
            true => response(status, "", body),
            false => ok(r#"{"version":"0.98.0"}"#),
        })
        .await;
        let error = ws(&server).trigger(RunTemplate::id(ID)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let said = error.hint().unwrap_or_default();
        assert!(
            said.contains(hint) && said.is_empty() == hint.is_empty(),
            "{error}"
        );
        if matches!(status, 402 | 403) {
            assert!(said.contains("the API token"), "{error}");
            assert!(said.contains(&server.url), "{error}");
        }
        assert_eq!(error.operation(), Some("create_template_run"));
    }
}

#[tokio::test]
async fn debug_shows_names_without_values() {
    let server = server_with(json!([])).await;
    let trigger = ws(&server)
        .trigger(RunTemplate::id(ID))
        .configuration(json!({"environment": {"TOKEN": "hunter2"}}));
    let shown = format!("{trigger:?}");
    assert!(
        shown.contains("environment") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_login_that_is_refused_is_not_told_as_a_run_that_is() {
    let server = TestServer::start(|request| match request.line.contains("/login") {
        true => response(
            402,
            "",
            r#"{"detail":["SubscriptionUpgradeRequiredError","limit"]}"#,
        ),
        false => ok("{}"),
    })
    .await;
    let ws = WorkspaceClient::builder(&server.url)
        .credentials(Credentials::api_key("ZENKEY_a"))
        .build()
        .unwrap();
    let error = ws.trigger(RunTemplate::id(ID)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PaymentRequired);
    let hint = error.hint().unwrap_or_default();
    assert!(!hint.contains("no more runs"), "{error}");
    // The login's request, not the call's, which has not been sent.
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_gateway_that_is_busy_is_no_full_queue() {
    let busy = r#"{"detail":"slow down"}"#;
    let server = TestServer::start(move |_| response(429, "", busy)).await;
    let error = ws(&server).trigger(RunTemplate::id(ID)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.hint(), None);
}
