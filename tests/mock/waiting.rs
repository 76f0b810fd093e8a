//! When does waiting for a run end?

use std::future::ready;
use std::sync::{Arc, Mutex};

use serde_json::json;
use zenml::mock::{Reply, Server};
use zenml::workspace::types::ExecutionStatus as Status;
use zenml::{CallOptions, ErrorKind, RetryPolicy, WorkspaceClient};

use crate::{ID, run};

/// Returns a client without retries.
fn client(server: &Server) -> WorkspaceClient {
    let once = CallOptions::default().retry(RetryPolicy::never());
    server.workspace_client().with_options(once)
}

#[tokio::test]
async fn a_short_outage_does_not_end_the_wait() {
    let server = Server::start().await;
    let client = client(&server);
    let status = client.get_run_status().run_id(ID);
    server.expect(status.clone()).returns(Status::Running);
    server
        .expect(status.clone())
        .fails(ErrorKind::Unavailable)
        .times(2);
    server.expect(status).fails(ErrorKind::Server);
    let error = client.wait_for_run(ID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server, "a 500 is not transient");
}

/// Returns the graph of a run with these steps and an artifact.
fn graph(statuses: [Option<&str>; 3]) -> Reply {
    let steps = statuses
        .iter()
        .map(|status| json!({"type": "step", "metadata": {"status": status}}));
    let artifact = json!({"type": "artifact", "metadata": {"type": "DataArtifact"}});
    let nodes: Vec<_> = steps.chain([artifact]).collect();
    Reply::json(&json!({"nodes": nodes, "edges": []}))
}

#[tokio::test]
async fn progress_is_reported_when_status_or_steps_change() {
    let server = Server::start().await;
    let client = client(&server);
    server
        .expect(client.get_run_status().run_id(ID))
        .returns_each([
            Status::Running,
            Status::Running,
            Status::Running,
            Status::Completed,
        ]);
    let steps = || client.get_run_dag().run_id(ID);
    server
        .expect(steps())
        .replies(graph([Some("completed"), Some("running"), None]))
        .times(2);
    server.expect(steps()).fails(ErrorKind::Server);
    server
        .expect(steps())
        .replies(graph([Some("completed"), Some("cached"), Some("skipped")]));
    server
        .expect(client.get_run().run_id(ID))
        .returns(run(Status::Completed));
    let reported = Arc::new(Mutex::new(Vec::new()));
    let waited = client.wait_for_run(ID).on_progress({
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

#[tokio::test]
async fn a_run_is_stopped_when_the_future_completes_and_waited_for() {
    let server = Server::start().await;
    let client = client(&server);
    server
        .expect(client.get_run_status().run_id(ID))
        .returns_each([Status::Running, Status::Stopping, Status::Stopped])
        .times(2..);
    server
        .expect(client.stop_run().run_id(ID).graceful(true))
        .returns(());
    server
        .expect(client.get_run().run_id(ID))
        .returns(run(Status::Stopped));
    let waited = client.wait_for_run(ID).stop_on(ready(()));
    let run = waited.stop_gracefully(true).await.unwrap();
    assert_eq!(run.final_status(), &Status::Stopped);
}

#[tokio::test]
async fn a_run_that_is_stopping_already_is_waited_for() {
    let server = Server::start().await;
    let client = client(&server);
    server
        .expect(client.get_run_status().run_id(ID))
        .returns_each([Status::Stopping, Status::Stopping, Status::Stopped])
        .times(2..);
    server
        .expect(client.stop_run().run_id(ID).graceful(false))
        .fails(ErrorKind::Forbidden);
    server
        .expect(client.get_run().run_id(ID))
        .returns(run(Status::Stopped));
    let waited = client.wait_for_run(ID).stop_on(ready(()));
    assert_eq!(waited.await.unwrap().final_status(), &Status::Stopped);
}

#[tokio::test]
async fn a_run_that_cannot_be_stopped_ends_the_wait() {
    let server = Server::start().await;
    let client = client(&server);
    server
        .expect(client.get_run_status().run_id(ID))
        .returns(Status::Running)
        .times(1..);
    server
        .expect(client.stop_run().run_id(ID).graceful(false))
        .fails(ErrorKind::Unsupported);
    let waited = client.wait_for_run(ID).stop_on(ready(()));
    let error = waited.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.operation(), Some("stop_run"));
}

#[tokio::test]
async fn a_run_that_does_not_exist_ends_the_wait() {
    let server = Server::start().await;
    let client = client(&server);
    server
        .expect(client.get_run_status().run_id(ID))
        .fails(ErrorKind::NotFound);
    let error = client.wait_for_run(ID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
