//! When does waiting for a run end?

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::Credentials;
use crate::testing::{ReceivedRequest, TestServer, builder_of, json, response};

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
async fn a_short_outage_does_not_end_the_wait() {
    let server =
        TestServer::sequence([status("running"), down(), down(), response(500, "", "{}")]).await;
    let error = client(&server).wait_for_run(RUN).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server, "a 500 is not transient");
    assert_eq!(server.received().len(), 4);
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

/// Returns the graph of a run with these steps and an artifact.
fn graph(statuses: &[Option<&str>]) -> Vec<u8> {
    let steps = statuses
        .iter()
        .map(|status| serde_json::json!({"type": "step", "metadata": {"status": status}}));
    let artifact = serde_json::json!({"type": "artifact", "metadata": {"type": "DataArtifact"}});
    let nodes: Vec<_> = steps.chain([artifact]).collect();
    json(&serde_json::json!({"nodes": nodes, "edges": []}).to_string())
}

#[tokio::test(start_paused = true)]
async fn progress_is_reported_when_status_or_steps_change() {
    let server = TestServer::sequence([
        status("running"),
        graph(&[Some("completed"), Some("running"), None]),
        status("running"),
        graph(&[Some("completed"), Some("running"), None]),
        status("running"),
        response(500, "", "{}"),
        status("completed"),
        graph(&[Some("completed"), Some("cached"), Some("skipped")]),
        run(),
    ])
    .await;
    let reported = Arc::new(Mutex::new(Vec::new()));
    let waited = client(&server).wait_for_run(RUN).on_progress({
        let reported = reported.clone();
        move |progress| {
            let steps = progress.steps.unwrap();
            let shown = format!("{} {}/{}", progress.status, steps.finished, steps.total);
            reported.lock().unwrap().push(shown);
        }
    });
    waited.await.unwrap();
    assert_eq!(*reported.lock().unwrap(), ["running 1/3", "completed 3/3"]);
}

/// Returns a server with a run that is running until it is stopped, then stopping for two polls.
async fn stoppable(stop: Vec<u8>) -> TestServer {
    let polls = AtomicUsize::new(0);
    TestServer::start(move |request: &ReceivedRequest| {
        if request.line.starts_with("POST") {
            polls.store(1, Ordering::SeqCst);
            return stop.clone();
        }
        if !request.line.ends_with("/status") {
            return run();
        }
        match polls.load(Ordering::SeqCst) {
            0 => status("running"),
            1 | 2 => {
                polls.fetch_add(1, Ordering::SeqCst);
                status("stopping")
            }
            _ => status("stopped"),
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_run_is_stopped_when_the_future_completes_and_waited_for() {
    let server = stoppable(json("null")).await;
    let waited = client(&server).wait_for_run(RUN);
    let waited = waited
        .stop_on(tokio::time::sleep(Duration::from_secs(10)))
        .stop_gracefully(true);
    let run = waited.await.unwrap();
    assert_eq!(run.final_status().as_str(), "stopped");
    let received = server.received();
    let stops: Vec<_> = received
        .iter()
        .filter(|r| r.line.starts_with("POST"))
        .collect();
    assert_eq!(stops.len(), 1);
    assert_eq!(
        stops[0].line,
        format!("POST /api/v1/runs/{RUN}/stop?graceful=true")
    );
    assert!(stops[0].header("idempotency-key").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopping_already_is_waited_for() {
    let refused = r#"{"detail":["IllegalOperationError","Run is already being stopped."]}"#;
    let server = stoppable(response(403, "", refused)).await;
    let waited = client(&server).wait_for_run(RUN).stop_on(ready(()));
    assert_eq!(waited.await.unwrap().final_status().as_str(), "stopped");
}

#[tokio::test]
async fn a_run_that_cannot_be_stopped_ends_the_wait() {
    let refused = r#"{"detail":["NotImplementedError","not implemented"]}"#;
    let server = TestServer::start(move |request: &ReceivedRequest| {
        if request.line.starts_with("POST") {
            response(501, "", refused)
        } else {
            status("running")
        }
    })
    .await;
    let waited = client(&server).wait_for_run(RUN).stop_on(ready(()));
    let error = waited.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.operation(), Some("stop_run"));
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

#[tokio::test]
async fn a_run_that_does_not_exist_ends_the_wait() {
    let body = r#"{"detail":["KeyError","no run"]}"#;
    let server = TestServer::always(response(404, "", body)).await;
    let error = client(&server).wait_for_run(RUN).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(server.received().len(), 1);
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
