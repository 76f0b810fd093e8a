//! Faults come before the response, one for each attempt.

use std::time::Duration;

use serde_json::json;
use zenml::mock::{Events, Fault, Reply, Server};
use zenml::workspace::types::{ExecutionStatus, TagRequest, TagResponse};
use zenml::{CallOptions, ErrorKind, RetryPolicy};

use crate::{ID, run};

#[tokio::test]
async fn a_client_retries_after_each_fault_and_gets_the_response() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let pause = Duration::from_secs(30);
    server
        .expect(client.get_run().run_id(ID))
        .fault(Fault::TooManyRequests { retry_after: pause })
        .fault(Fault::Unavailable)
        .fault(Fault::ResetBefore)
        .fault(Fault::ResetAfter)
        .fault(Fault::CutBody)
        .fault(Fault::SlowBody { pause })
        .returns(run(ExecutionStatus::Completed));
    let run = client.get_run().run_id(ID).send().await.unwrap();
    assert_eq!(run.name, "nightly-1");
}

#[tokio::test]
async fn a_client_without_retries_reports_the_fault() {
    let server = Server::start().await;
    let once = CallOptions::default().retry(RetryPolicy::never());
    let client = server.workspace_client().with_options(once);
    for (fault, kind) in [
        (Fault::Unavailable, ErrorKind::Unavailable),
        (Fault::ResetAfter, ErrorKind::Interrupted),
        (Fault::CutBody, ErrorKind::Interrupted),
    ] {
        server
            .expect(client.get_run().run_id(ID))
            .fault(fault)
            .returns(run(ExecutionStatus::Completed));
        let error = client.get_run().run_id(ID).send().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    let empty = server.expect(client.health()).fault(Fault::CutBody);
    empty.returns("");
    let error = client.health().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
}

#[tokio::test]
async fn a_request_that_was_not_read_is_not_a_call() {
    let server = Server::start().await;
    let once = CallOptions::default().retry(RetryPolicy::never());
    let client = server.workspace_client().with_options(once);
    server
        .expect(client.create_tag())
        .fault(Fault::ResetBefore)
        .returns(TagResponse::sample());
    let create = || client.create_tag().body(TagRequest::new("gpu")).send();
    assert_eq!(create().await.unwrap_err().kind(), ErrorKind::Interrupted);
    create().await.unwrap();
}

#[tokio::test]
async fn an_expired_token_causes_one_new_login() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run_status().run_id(ID))
        .fault(Fault::ExpiredToken)
        .returns(ExecutionStatus::Running)
        .times(2);
    for _ in 0..2 {
        client.get_run_status().run_id(ID).send().await.unwrap();
    }
    assert_eq!(server.logins(), 2);
}

#[tokio::test]
async fn an_event_stream_that_breaks_continues_after_its_last_event() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let events = (0..10).fold(Events::new(), |events, number| events.event("n", &number));
    let call = client.stream_run_events().pipeline_run_id(ID);
    server
        .expect(call.clone())
        .fault(Fault::CutBody)
        .returns(events);
    let mut stream = call.send().await.unwrap().into_inner();
    let mut seen = Vec::new();
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        if !event.is_end() {
            seen.push(event.json::<u32>().unwrap());
        }
    }
    assert_eq!(seen, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_event_stream_from_a_position_continues_after_its_last_event_too() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let events = (1..=10).fold(Events::new(), |events, number| events.event("n", &number));
    let call = client
        .stream_run_events()
        .pipeline_run_id(ID)
        .last_event_id("3");
    server
        .expect(call.clone())
        .fault(Fault::CutBody)
        .returns(events);
    let mut stream = call.send().await.unwrap().into_inner();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(first.json::<u32>().unwrap(), 4);
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
}

#[tokio::test]
async fn a_download_with_a_version_is_resumed() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let content: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
    let call = client.download_artifact_data().artifact_version_id(ID);
    server
        .expect(call.clone())
        .fault(Fault::CutBody)
        .replies(Reply::bytes(content.clone()).header("etag", "\"1\""));
    let file = call.token("t0ken").send().await.unwrap().into_inner();
    assert_eq!(file.bytes(1 << 20).await.unwrap(), content);
}

#[tokio::test]
async fn the_stall_limit_of_a_body_applies_to_a_slow_one() {
    let server = Server::start().await;
    let limit = CallOptions::default()
        .idle_timeout(Duration::from_secs(10))
        .retry(RetryPolicy::never());
    let client = server.workspace_client().with_options(limit);
    for (pause, is_late) in [(9, false), (11, true)] {
        let pause = Duration::from_secs(pause);
        server
            .expect(client.list_tags())
            .fault(Fault::SlowBody { pause })
            .replies(Reply::json(&json!({
                "index": 1, "max_size": 20, "total_pages": 1, "total": 0, "items": [],
            })));
        let outcome = client.list_tags().send().await;
        let kind = outcome.err().map(|error| error.kind());
        assert_eq!(kind, is_late.then_some(ErrorKind::Timeout));
    }
}
