//! Runs: failed ones, logs, costs, export and events.

use std::{collections::BTreeSet, fs, process::Output};

use serde_json::json;
use uuid::Uuid;
use zenml::{
    ErrorKind, WorkspaceClient,
    mock::{Events, Server},
    workspace::{
        runs::StreamRunEvents,
        types::{
            ExecutionStatus, MetadataResourceTypes, MetadataTypeEnum, PipelineRunResponse,
            RunMetadataRequest, RunMetadataResource,
        },
    },
};
use zenml_test_server::example;

use crate::{
    TestServer,
    example_program::{complaint, printed, run},
};

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn failed_runs_are_printed_with_step_exception_and_line() {
    let server = TestServer::connect();
    let printed = printed(&server.run("failed_runs", &["--logs"]));
    let mut lines = printed.lines();
    let failed = lines
        .find(|line| line.contains("run \"failing-1\""))
        .unwrap();
    for part in ["step \"refuse\" failed", "pipelines.py, line "] {
        assert!(failed.contains(part), "{part}: {failed}");
    }
    assert!(
        lines.next().unwrap().starts_with("    "),
        "a line of its log"
    );
    assert!(!printed.contains("\"training-1\""));
    let last = printed.lines().last().unwrap();
    assert!(last.contains("runs have failed since"), "{last}");
}

#[test]
#[ignore = "needs a server: cargo xtask test"]
fn the_logs_of_a_run_are_followed_to_its_end_by_level_and_source() {
    let server = TestServer::connect();
    let all = printed(&server.run("follow_logs", &["training-1", "--source", "step"]));
    let line = all.lines().find(|line| line.contains("Making up")).unwrap();
    assert!(line.starts_with("INFO     load_rows "), "{line}");
    let errors = ["training-1", "--source", "step", "--level", "error"];
    assert_eq!(printed(&server.run("follow_logs", &errors)), "");

    let unknown = server.run("follow_logs", &["no-such-run"]);
    let complaint = complaint(&unknown, 1);
    assert!(complaint.contains("no item matches"), "{complaint}");
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_costs_of_a_pipeline_are_those_logged_or_those_of_the_time() {
    let server = TestServer::connect();
    let tuned = server
        .client
        .list_runs()
        .name("tuned-1")
        .one()
        .await
        .unwrap();
    let resource = RunMetadataResource::new(tuned.id, MetadataResourceTypes::PipelineRun);
    let request = RunMetadataRequest::new(
        server.project().await,
        vec![resource],
        [("cost".to_owned(), MetadataTypeEnum::Float)].into(),
        serde_json::Map::from_iter([("cost".to_owned(), 12.5.into())]),
    );
    let metadata = server.client.create_run_metadata().body(request);
    metadata.send().await.unwrap();

    let training = server.client.list_runs().pipeline("training").hydrate(true);
    let training: Vec<_> = training.stream().try_collect().await.unwrap();
    let seconds = training
        .iter()
        .map(|run| run.duration().unwrap().as_secs_f64());
    // An hour costs 3600, and so a second costs 1.
    let expected = format!("{:.2}", seconds.sum::<f64>());

    let printed = printed(&server.run("run_costs", &["--price", "3600"]));
    let row = |pipeline: &str| -> Vec<&str> {
        let mut rows = printed
            .lines()
            .map(|row| row.split_whitespace().collect::<Vec<_>>());
        rows.find(|row| row[0] == pipeline).unwrap()
    };
    assert_eq!(row("PIPELINE"), ["PIPELINE", "RUNS", "HOURS", "COST"]);
    assert_eq!((row("training")[1], row("training")[3]), ("2", &*expected));
    assert_eq!((row("tuned")[1], row("tuned")[3]), ("1", "12.50"));
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_runs_of_all_projects_are_exported_as_the_server_sent_them() {
    let server = TestServer::connect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.jsonl");
    let output = printed(&server.run("export_runs", &[file.to_str().unwrap()]));
    let text = fs::read_to_string(&file).unwrap();
    assert!(output.starts_with(&format!("Exported {} runs to ", text.lines().count())));

    let mut exported = BTreeSet::new();
    for line in text.lines() {
        let run: PipelineRunResponse = serde_json::from_str(line).unwrap();
        assert!(run.config().is_some(), "{} has its metadata", run.name);
        assert!(exported.insert(run.id), "{} is exported once", run.name);
    }
    let mut projects = server.client.list_projects().stream();
    while let Some(project) = projects.next().await {
        let runs = server.client.list_runs().project(project.unwrap().id);
        let runs: Vec<PipelineRunResponse> = runs.stream().try_collect().await.unwrap();
        assert!(runs.iter().all(|run| exported.contains(&run.id)));
    }
}

#[test]
#[ignore = "needs a server: cargo xtask test"]
fn the_events_of_a_run_are_printed_to_its_end() {
    let server = TestServer::connect();
    let printed = printed(&server.run("watch_events", &["sweep-1"]));
    let lines: Vec<&str> = printed.lines().collect();
    let (end, progress) = lines.split_last().unwrap();
    assert!(end.starts_with("end "), "{end}");
    assert!(!progress.is_empty());
    for line in progress {
        assert!(
            line.starts_with("progress ") && line.contains("\"load_rows\""),
            "{line}"
        );
    }
}

const RUN: Uuid = Uuid::from_u128(7);

/// Returns the request for the events that `watch` asks for.
fn events(client: &WorkspaceClient) -> StreamRunEvents {
    let events = client.stream_run_events().pipeline_run_id(RUN);
    events.kinds(["step_status"])
}

/// Runs `watch_events` with a mock server.
fn watch(server: &Server) -> Output {
    let mut watch = example("watch_events").unwrap();
    watch.args([&RUN.to_string(), "--kind", "step_status"]);
    watch
        .env("ZENML_STORE_URL", server.url())
        .env("ZENML_STORE_API_TOKEN", "a");
    run(&mut watch)
}

#[tokio::test]
#[ignore = "needs the examples: cargo xtask test"]
async fn lost_events_are_reported_where_they_are_missing() {
    let server = Server::start().await;
    let sent = Events::new()
        .event("step_status", &json!({"step": "train"}))
        .event("gap", &json!({}));
    let client = server.workspace_client();
    server.expect(events(&client)).returns(sent);
    let output = watch(&server);
    assert_eq!(
        printed(&output),
        "step_status      {\"step\":\"train\"}\nend              {}\n"
    );
    assert_eq!(complaint(&output, 0), "Events may be missing here.\n");
}

#[tokio::test]
#[ignore = "needs the examples: cargo xtask test"]
async fn without_live_events_the_status_of_the_run_is_watched() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(events(&client)).fails(ErrorKind::Unsupported);
    server
        .expect(client.get_run_status().run_id(RUN))
        .returns(ExecutionStatus::Completed);
    server
        .expect(client.get_run().run_id(RUN))
        .returns(PipelineRunResponse::sample());
    let output = watch(&server);
    assert_eq!(printed(&output), "status           completed\n");
    let complaint = complaint(&output, 0);
    assert!(
        complaint.starts_with("This server has no live events"),
        "{complaint}"
    );
}
