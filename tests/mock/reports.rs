//! What was not expected fails the test, in its own thread.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use zenml::mock::Server;
use zenml::workspace::types::{ExecutionStatus, SecretRequest, SecretResponse};
use zenml::{ErrorKind, Filter, Method, Page, Secret};

use crate::{ID, problems};

#[tokio::test]
async fn an_unexpected_request_is_reported_with_the_nearest_expectation() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.list_tags())
        .returns(Page::from_iter([]))
        .times(..);
    let completed = client.list_runs().status(Filter::equals("completed"));
    server
        .expect(completed)
        .returns(Page::from_iter([]))
        .times(..);
    let failed = client.list_runs().status(Filter::equals("failed")).size(5);
    let error = failed.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.attempts(), 1);
    let problems = problems(&server);
    for part in [
        "unexpected request: GET /api/v1/runs?status=failed&size=5",
        "nearest expectation: GET /api/v1/runs?status=completed (tests/mock/reports.rs:",
        "query status: expected \"completed\", got \"failed\"",
    ] {
        assert!(problems.contains(part), "{problems}");
        assert!(
            error
                .message()
                .contains("unexpected request: GET /api/v1/runs"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_expectation_that_is_not_met_is_reported() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run_status())
        .returns(ExecutionStatus::Running)
        .times(2);
    client.get_run_status().run_id(ID).send().await.unwrap();
    let problems = problems(&server);
    let expected =
        "expected 2 calls, got 1: GET /api/v1/runs/{run_id}/status (tests/mock/reports.rs:";
    assert!(problems.contains(expected), "{problems}");
}

#[tokio::test]
async fn one_call_too_many_is_reported() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run_status())
        .returns(ExecutionStatus::Running);
    client.get_run_status().run_id(ID).send().await.unwrap();
    client.get_run_status().run_id(ID).send().await.unwrap_err();
    let problems = problems(&server);
    assert!(
        problems.contains("expected 1 call, and this is one more"),
        "{problems}"
    );
}

#[tokio::test]
async fn an_expectation_without_a_response_is_reported() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(client.get_run_status());
    client.get_run_status().run_id(ID).send().await.unwrap_err();
    assert!(problems(&server).contains("call `returns` of the expectation"));
}

#[tokio::test]
async fn dropping_the_server_fails_the_test_that_did_not_verify_it() {
    let server = Server::start().await;
    let client = server.workspace_client();
    client.list_tags().send().await.unwrap_err();
    let dropped = AssertUnwindSafe(|| drop(server));
    let message: Box<String> = catch_unwind(dropped).unwrap_err().downcast().unwrap();
    assert!(
        message.contains("unexpected request: GET /api/v1/tags"),
        "{message}"
    );
    assert!(message.contains("nothing is expected"), "{message}");
}

#[tokio::test]
async fn a_test_that_has_failed_already_is_not_aborted() {
    let server = Server::start().await;
    let client = server.workspace_client();
    client.list_tags().send().await.unwrap_err();
    let failing = AssertUnwindSafe(move || {
        let _server = server;
        panic!("the reason")
    });
    let message: Box<&str> = catch_unwind(failing).unwrap_err().downcast().unwrap();
    assert_eq!(*message, "the reason");
}

#[tokio::test]
async fn what_was_reported_is_not_reported_again() {
    let server = Server::start().await;
    let client = server.workspace_client();
    client.list_tags().send().await.unwrap_err();
    server
        .expect(client.list_tags())
        .returns(Page::from_iter([]));
    problems(&server);
    server.verify();
}

#[tokio::test]
async fn secrets_of_expected_and_received_requests_are_not_shown() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let request = |values: [&str; 2]| {
        let values = ["DSN", "PASSWORD"].into_iter().zip(values);
        let values = values.map(|(name, value)| (name.to_owned(), Some(Secret::from(value))));
        SecretRequest::new("database").values(BTreeMap::from_iter(values))
    };
    server
        .expect(client.create_secret().body(request(["hunter1", "hunter2"])))
        .returns(SecretResponse::sample());
    let sent = client.create_secret().body(request(["hunter3", "hunter4"]));
    let error = sent.send().await.unwrap_err();
    let problems = problems(&server);
    for place in ["body.values.DSN", "body.values.PASSWORD"] {
        assert!(problems.contains(place), "{problems}");
    }
    for text in [&problems, error.message()] {
        assert!(!text.contains("hunter"), "{text}");
    }
}

#[tokio::test]
async fn the_configuration_of_a_connector_within_another_body_is_not_shown() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let request = |account: &str| {
        let connector = json!({
            "type": "gcp",
            "auth_method": "service-account",
            "configuration": {"service_account_json": account},
        });
        let stack = json!({"name": "prod", "service_connectors": [connector]});
        client.request(Method::POST, "/api/v1/stacks").json(&stack)
    };
    server.expect(request("hunter1")).returns(json!(null));
    request("hunter2").send::<Value>().await.unwrap_err();
    let problems = problems(&server);
    let place =
        "body.service_connectors[0].configuration.service_account_json: expected [redacted]";
    assert!(problems.contains(place), "{problems}");
    assert!(!problems.contains("hunter"), "{problems}");
}
