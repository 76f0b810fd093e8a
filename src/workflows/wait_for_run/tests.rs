use std::sync::{Arc, Mutex};

use super::*;
use crate::Credentials;
use crate::testing::{TestServer, builder_of, json, response};

const RUN: Uuid = Uuid::from_u128(7);

fn ws(server: &TestServer) -> WorkspaceClient {
    builder_of::<WorkspaceClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .build()
        .unwrap()
}

fn status(status: &str) -> Vec<u8> {
    json(&format!("{status:?}"))
}

fn run() -> Vec<u8> {
    json(&format!(r#"{{"id":"{RUN}","name":"nightly"}}"#))
}

fn down() -> Vec<u8> {
    response(503, "", "{}")
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_for_its_status_until_it_has_ended_and_then_for_itself() {
    let server = TestServer::sequence([
        status("initializing"),
        status("running"),
        status("running"),
        status("failed"),
        run(),
    ])
    .await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let begun = tokio::time::Instant::now();
    let waited = ws(&server).wait_for_run(RUN).on_status({
        let told = told.clone();
        move |status| told.lock().unwrap().push(status.to_string())
    });
    let run = waited.await.unwrap();
    assert_eq!((run.id, &*run.name), (RUN, "nightly"));
    assert_eq!(begun.elapsed(), 3 * INTERVAL);
    assert_eq!(*told.lock().unwrap(), ["initializing", "running", "failed"]);
    let lines: Vec<_> = server.received().into_iter().map(|r| r.line).collect();
    assert_eq!(lines[3], format!("GET /api/v1/runs/{RUN}/status"));
    assert_eq!(lines[4], format!("GET /api/v1/runs/{RUN}"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_for_a_while_ends_no_waiting() {
    let server =
        TestServer::sequence([status("running"), down(), down(), response(500, "", "{}")]).await;
    let error = ws(&server).wait_for_run(RUN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server, "this one does not pass");
    assert_eq!(server.received().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_away_ends_it() {
    let server = TestServer::sequence([status("running"), down()]).await;
    let error = ws(&server).wait_for_run(RUN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(server.received().len() as u64, 1 + 300 / 5);
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_error_names_the_run_and_its_last_status() {
    let server = TestServer::always(status("provisioning")).await;
    let waited = ws(&server).wait_for_run(RUN);
    let waited = waited
        .interval(Duration::from_secs(7))
        .deadline(Duration::from_secs(20));
    let error = waited.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        format!(
            "wait_for_run: timed out: run {RUN} did not end within 20 s; it was provisioning last \
             (the run goes on: wait for it again, or stop it by `stop_run`)"
        )
    );
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_run_that_is_not_there_is_not_waited_for() {
    let body = r#"{"detail":["KeyError","no run"]}"#;
    let server = TestServer::always(response(404, "", body)).await;
    let error = ws(&server).wait_for_run(RUN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(server.received().len(), 1);
}

#[test]
fn what_has_ended_and_what_has_ended_well() {
    let status = |text: &str| serde_json::from_value::<ExecutionStatus>(text.into()).unwrap();
    for (text, finished, successful) in [
        ("initializing", false, false),
        ("queued", false, false),
        ("paused", false, false),
        ("stopping", false, false),
        ("of tomorrow", false, false),
        ("failed", true, false),
        ("cancelled", true, false),
        ("stopped", true, false),
        ("retried", true, false),
        ("completed", true, true),
        ("cached", true, true),
        ("skipped", true, true),
    ] {
        let status = status(text);
        assert_eq!(
            (status.is_finished(), status.is_successful()),
            (finished, successful),
            "{text}"
        );
    }
}
