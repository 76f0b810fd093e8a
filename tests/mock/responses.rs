//! Each form of a response.

use serde_json::json;
use zenml::mock::{Events, Reply, Server};
use zenml::{ErrorKind, StatusCode};

use crate::ID;

#[tokio::test]
async fn texts_nothing_and_files_are_returned_as_they_are() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(client.health()).returns("OK");
    assert_eq!(client.health().send().await.unwrap().into_inner(), "OK");
    server.expect(client.stop_run().run_id(ID)).returns(());
    client.stop_run().run_id(ID).send().await.unwrap();
    let download = client.download_artifact_data().artifact_version_id(ID);
    server.expect(download.clone()).returns("archive");
    let file = download.token("t0ken").send().await.unwrap().into_inner();
    assert_eq!(file.bytes(100).await.unwrap(), "archive");
}

#[tokio::test]
async fn events_end_with_an_end() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let events = Events::new().event("status", &json!({"status": "running"}));
    let call = client.stream_run_events().pipeline_run_id(ID);
    server.expect(call.clone()).returns(events);
    let mut stream = call.send().await.unwrap().into_inner();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(
        (&*first.name, &*first.data),
        ("status", r#"{"status":"running"}"#)
    );
    assert!(stream.next().await.unwrap().unwrap().is_end());
    assert!(stream.next().await.is_none());
}

#[test]
#[should_panic = "the name of an event cannot have a line break: \"a\\nb\""]
fn an_event_that_would_become_two_is_refused() {
    let _ = Events::new().event("a\nb", &1);
}

#[tokio::test]
async fn a_call_fails_with_each_kind_of_error_that_a_response_can_cause() {
    let server = Server::start().await;
    let client = server.workspace_client();
    for kind in [
        ErrorKind::InvalidRequest,
        ErrorKind::Unauthorized,
        ErrorKind::PaymentRequired,
        ErrorKind::Forbidden,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
        ErrorKind::Unsupported,
        ErrorKind::RateLimited,
        ErrorKind::Server,
        ErrorKind::Unavailable,
        ErrorKind::Timeout,
        ErrorKind::Decode,
        ErrorKind::Interrupted,
    ] {
        server.expect(client.get_run().run_id(ID)).fails(kind);
        let error = client.get_run().run_id(ID).send().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn a_kind_of_error_that_no_response_causes_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let server = runtime.block_on(Server::start());
    let client = server.workspace_client();
    let expected = server.expect(client.health()).times(..);
    let fails = std::panic::AssertUnwindSafe(|| {
        expected.fails(ErrorKind::Tls);
    });
    let message: Box<String> = std::panic::catch_unwind(fails)
        .unwrap_err()
        .downcast()
        .unwrap();
    assert!(
        message.contains("no response causes an error of kind Tls"),
        "{message}"
    );
}

#[tokio::test]
async fn a_response_can_be_given_in_all_detail() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let reply = Reply::json(&json!({"detail": "teapot"}))
        .status(StatusCode::IM_A_TEAPOT)
        .header("x-kind", "teapot");
    server.expect(client.get_run().run_id(ID)).replies(reply);
    let error = client.get_run().run_id(ID).send().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::IM_A_TEAPOT));
    assert_eq!(error.message(), "teapot");
}
