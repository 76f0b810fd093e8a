//! A request matches an expectation if it has all that the builder says.

use serde_json::json;
use zenml::mock::Server;
use zenml::workspace::types::{ExecutionStatus, TagRequest, TagResponse};
use zenml::{ErrorKind, Filter, Method, Page};

use crate::{ID, problems, run};

#[tokio::test]
async fn what_the_builder_leaves_open_may_have_any_value() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run())
        .returns(run(ExecutionStatus::Failed));
    server
        .expect(client.create_tag())
        .returns(TagResponse::sample());
    client.get_run().run_id(ID).send().await.unwrap();
    let tag = TagRequest::new("gpu");
    client.create_tag().body(tag).send().await.unwrap();
}

#[tokio::test]
async fn expectations_of_the_same_request_form_a_sequence() {
    let server = Server::start().await;
    let client = server.workspace_client();
    for status in [ExecutionStatus::Running, ExecutionStatus::Completed] {
        let call = client.get_run_status().run_id(ID);
        server.expect(call).returns(status);
    }
    let mut seen = Vec::new();
    for _ in 0..2 {
        let status = client.get_run_status().run_id(ID).send().await.unwrap();
        seen.push(status.into_inner());
    }
    assert_eq!(seen, [ExecutionStatus::Running, ExecutionStatus::Completed]);
}

#[tokio::test]
async fn the_expectation_of_another_object_does_not_match() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let call = client.get_run().run_id(uuid::Uuid::nil());
    server
        .expect(call)
        .returns(run(ExecutionStatus::Failed))
        .times(..);
    let error = client.get_run().run_id(ID).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(problems(&server).contains("path: expected /api/v1/runs/{run_id}"));
}

#[tokio::test]
async fn conditions_of_a_filter_have_no_order() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let (from, to) = (Filter::gte(1), Filter::lt(5));
    server
        .expect(client.list_runs().index(from.clone().and(to.clone())))
        .returns(Page::from_iter([]));
    client.list_runs().index(to.and(from)).send().await.unwrap();
}

#[tokio::test]
async fn members_of_a_body_have_no_order_and_no_form() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let path = "/api/v1/of_tomorrow?x=1";
    let expected = client
        .request(Method::POST, path)
        .json(&json!({"name": "a", "color": "red"}));
    server.expect(expected).returns(json!({"id": 5}));
    let body: serde_json::Value = serde_json::from_str(r#"{"color":"red", "name":"a"}"#).unwrap();
    let request = client
        .request(Method::POST, "/api/v1/of_tomorrow")
        .query("x", 1);
    let response = request.json(&body).send::<serde_json::Value>().await;
    assert_eq!(response.unwrap().into_inner(), json!({"id": 5}));
}

#[tokio::test]
async fn a_range_of_calls_may_be_allowed() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run_status().run_id(ID))
        .returns(ExecutionStatus::Running)
        .times(1..=3);
    for _ in 0..2 {
        client.get_run_status().run_id(ID).send().await.unwrap();
    }
}

#[test]
fn an_invalid_builder_cannot_be_expected() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let server = runtime.block_on(Server::start());
    let client = server.workspace_client();
    let none = client.list_runs().name(Filter::one_of::<&str>([]));
    let expect = std::panic::AssertUnwindSafe(|| {
        server.expect(none);
    });
    let message: Box<String> = std::panic::catch_unwind(expect)
        .unwrap_err()
        .downcast()
        .unwrap();
    assert!(
        message.contains("the expected request is invalid: parameter name"),
        "{message}"
    );
}
