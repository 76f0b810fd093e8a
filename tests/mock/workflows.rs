//! Workflows make several requests, which the generated builders of the same routes expect.

use zenml::mock::Server;
use zenml::workspace::types::{ExecutionStatus, PipelineSnapshotResponse};
use zenml::{ErrorKind, Page, Snapshot};

use crate::{ID, run};

#[tokio::test]
async fn a_snapshot_is_triggered_and_waited_for() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let mut snapshot = PipelineSnapshotResponse::sample();
    snapshot.id = ID;
    server
        .expect(
            client
                .list_pipeline_snapshots()
                .name("nightly")
                .project("vision"),
        )
        .returns(Page::from_iter([snapshot]));
    server
        .expect(client.create_snapshot_run().snapshot_id(ID))
        .returns(run(ExecutionStatus::Initializing));
    server
        .expect(client.get_run_status().run_id(ID))
        .returns_each([ExecutionStatus::Running, ExecutionStatus::Completed]);
    server
        .expect(client.get_run().run_id(ID))
        .returns(run(ExecutionStatus::Completed));
    let nightly = client
        .trigger(Snapshot::by_name("nightly"))
        .project("vision");
    let started = nightly.send().await.unwrap();
    let finished = started.wait().await.unwrap().into_result().await.unwrap();
    assert_eq!(finished.name, "nightly-1");
}

#[tokio::test]
async fn waiting_ends_at_its_deadline_without_waiting() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run_status().run_id(ID))
        .returns(ExecutionStatus::Running)
        .times(..);
    let hour = std::time::Duration::from_secs(3600);
    let error = client.wait_for_run(ID).deadline(hour).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}
