//! When does waiting for a run end?

use std::sync::{Arc, Mutex};

use super::*;
use crate::Credentials;
use crate::testing::{TestServer, builder_of, json, response};
use crate::workflows::patience::OUTAGE;

const RUN: Uuid = Uuid::from_u128(7);

fn client(server: &TestServer) -> WorkspaceClient {
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
async fn the_status_is_polled_until_the_run_has_ended_and_then_the_run_is_fetched() {
    let server = TestServer::sequence([
        status("initializing"),
        status("running"),
        status("running"),
        status("failed"),
        run(),
    ])
    .await;
    let statuses = Arc::new(Mutex::new(Vec::new()));
    let begun = tokio::time::Instant::now();
    let waited = client(&server).wait_for_run(RUN).on_status({
        let statuses = statuses.clone();
        move |status| statuses.lock().unwrap().push(status.to_string())
    });
    let run = waited.await.unwrap();
    assert_eq!((run.id, &*run.name), (RUN, "nightly"));
    assert_eq!(run.final_status().as_str(), "failed");
    assert_eq!(begun.elapsed(), Duration::from_millis(1000 + 1500 + 2250));
    assert_eq!(
        *statuses.lock().unwrap(),
        ["initializing", "running", "failed"]
    );
    let lines: Vec<_> = server.received().into_iter().map(|r| r.line).collect();
    assert_eq!(lines[3], format!("GET /api/v1/runs/{RUN}/status"));
    assert_eq!(lines[4], format!("GET /api/v1/runs/{RUN}"));
}

#[tokio::test(start_paused = true)]
async fn a_long_outage_ends_the_wait() {
    let server = TestServer::sequence([status("running"), down()]).await;
    let error = client(&server).wait_for_run(RUN).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    // The first failure is a second after the last success.
    assert_eq!(server.received().len(), 1 + 1 + 300 / 5);
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_does_not_end_a_wait_with_long_intervals() {
    let server = TestServer::sequence([status("running"), down(), status("failed"), run()]).await;
    let waited = client(&server).wait_for_run(RUN).interval(2 * OUTAGE);
    assert_eq!(waited.await.unwrap().final_status().as_str(), "failed");
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_passed_deadline_names_the_run_and_its_last_status() {
    let server = TestServer::always(status("provisioning")).await;
    let waited = client(&server).wait_for_run(RUN);
    let waited = waited
        .interval(Duration::from_secs(7))
        .deadline(Duration::from_secs(20));
    let error = waited.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        format!(
            "wait_for_run: timed out: run {RUN} did not end within 20 s; its last status is \
             provisioning (the run continues; wait for it again, or stop it with `stop_run`)"
        )
    );
    assert_eq!(server.received().len(), 3, "after 0, 7 and 17.5 s");
}

#[tokio::test(start_paused = true)]
async fn intervals_grow_by_half_up_to_the_maximum() {
    let server = TestServer::always(status("running")).await;
    let waited = client(&server).wait_for_run(RUN);
    let waited = waited
        .interval(Duration::from_secs(4))
        .max_interval(Duration::from_secs(8))
        .deadline(Duration::from_secs(4 + 6 + 8 + 8 + 1));
    waited.await.unwrap_err();
    assert_eq!(server.received().len(), 5);
}

#[tokio::test]
async fn a_dropped_wait_sends_no_further_request_and_leaves_no_task() {
    let server = TestServer::always(status("running")).await;
    let waited = client(&server).wait_for_run(RUN);
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let seen = Arc::new(tokio::sync::Notify::new());
    let waited = waited.interval(Duration::from_millis(1)).on_status({
        let seen = seen.clone();
        move |_| seen.notify_one()
    });
    let before = tasks();
    tokio::select! {
        _ = waited.into_future() => unreachable!("the run does not end"),
        () = seen.notified() => {}
    }
    // Connections end, and their tasks with them.
    while tasks() > before {
        tokio::task::yield_now().await;
    }
    let requests = server.received().len();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.received().len(), requests);
}

#[test]
fn each_status_is_finished_or_not_and_successful_or_not() {
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
