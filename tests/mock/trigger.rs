//! Which requests does a trigger make?

use serde_json::json;
use zenml::mock::Server;
use zenml::workspace::types::{
    ExecutionStatus, PipelineRunConfiguration, PipelineSnapshotResponse, PipelineSnapshotRunRequest,
};
use zenml::{ErrorKind, Page, RunTemplate, Snapshot};

use crate::{ID, run};

fn snapshots(count: usize) -> Page<PipelineSnapshotResponse> {
    let snapshots = (0..count).map(|_| {
        let mut snapshot = PipelineSnapshotResponse::sample();
        snapshot.id = ID;
        snapshot
    });
    snapshots.collect()
}

#[tokio::test]
async fn an_id_is_run_without_a_lookup() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let body = PipelineSnapshotRunRequest::new().run_configuration(PipelineRunConfiguration::new());
    server
        .expect(client.create_snapshot_run().snapshot_id(ID).body(body))
        .returns(run(ExecutionStatus::Initializing));
    let run = client.trigger(Snapshot::by_id(ID)).send().await.unwrap();
    assert_eq!(run.name, "nightly-1");
}

#[tokio::test]
async fn latest_selects_the_newest_runnable_snapshot_with_a_name() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let newest = client
        .list_pipeline_snapshots()
        .pipeline("training")
        .runnable(true)
        .named_only(true)
        .sort_by("desc:created")
        .size(1);
    server.expect(newest).returns(snapshots(3));
    server
        .expect(client.create_snapshot_run().snapshot_id(ID))
        .returns(run(ExecutionStatus::Initializing));
    let latest = Snapshot::latest("training");
    client.trigger(latest).send().await.unwrap();
}

#[tokio::test]
async fn the_lookup_reads_the_default_project_unless_another_is_set() {
    let server = Server::start().await;
    let client = server.workspace_client_builder().project("mine");
    let client = client.build().unwrap();
    for (set, project) in [(None, "mine"), (Some("vision"), "vision")] {
        server
            .expect(client.list_pipeline_snapshots().name("a").project(project))
            .returns(Page::from_iter([]));
        let mut trigger = client.trigger(Snapshot::by_name("a"));
        if let Some(project) = set {
            trigger = trigger.project(project);
        }
        let error = trigger.send().await.unwrap_err();
        let place = format!("in project {project:?}");
        assert!(error.message().ends_with(&place), "{error}");
    }
}

#[tokio::test]
async fn configurations_are_merged_and_the_last_value_wins() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let path = format!("/api/v1/run_templates/{ID}/runs");
    let merged = client.request(zenml::Method::POST, path).json(&json!({
        "run_name": "b",
        "parameters": {"seed": [1, 2]},
        "steps": {"train": {"enable_cache": false, "parameters": {"lr": 0.1, "epochs": 3}}},
    }));
    let started = serde_json::to_value(run(ExecutionStatus::Initializing)).unwrap();
    server.expect(merged).returns(started);
    client
        .trigger(RunTemplate::by_id(ID))
        .configuration(json!({"run_name": "a", "steps": {"train": {"enable_cache": true}}}))
        .parameter("train", "lr", 0.5)
        .parameter("train", "epochs", 3)
        .parameter("train", "lr", 0.1)
        .pipeline_parameter("seed", [1, 2])
        .step_configuration("train", json!({"enable_cache": false}))
        .configuration(json!({"run_name": "b"}))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_typed_configuration_is_sent_unchanged() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let configuration = PipelineRunConfiguration::new()
        .run_name("nightly-42")
        .enable_cache(false);
    let body = PipelineSnapshotRunRequest::new().run_configuration(configuration.clone());
    server
        .expect(client.create_snapshot_run().snapshot_id(ID).body(body))
        .returns(run(ExecutionStatus::Initializing));
    let trigger = client.trigger(Snapshot::by_id(ID));
    trigger.configuration(configuration).send().await.unwrap();
}

#[tokio::test]
async fn no_match_and_several_matches_are_different_errors() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let named = client.list_pipeline_snapshots().name("nightly");
    server
        .expect(named.project("vision"))
        .returns_each([snapshots(0), snapshots(2)]);
    for (kind, message) in [
        (
            ErrorKind::NotFound,
            "there is no snapshot named \"nightly\" in project \"vision\"",
        ),
        (
            ErrorKind::InvalidRequest,
            "snapshot named \"nightly\" is ambiguous; it matches",
        ),
    ] {
        let trigger = client.trigger(Snapshot::by_name("nightly"));
        let error = trigger.project("vision").send().await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().starts_with(message), "{error}");
    }
}
