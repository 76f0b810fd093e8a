//! Triggering runs on a real server, and waiting for their end.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use zenml::{
    Credentials, Error, ErrorKind, RunTemplate, Snapshot, WorkspaceClient,
    workflows::RunTarget,
    workspace::types::{
        PipelineConfigurationInput, PipelineRunConfiguration, PipelineRunResponse,
        PipelineSnapshotRequest, PipelineSnapshotRunRequest,
    },
};
use zenml_test_server::proxy::{Fault, Proxy};

use crate::fixture::{Fixture, assert_names, assert_refuses, fixture};

async fn finished(ws: &WorkspaceClient, run: &PipelineRunResponse) -> PipelineRunResponse {
    let waited = ws.wait_for_run(run.id).interval(Duration::from_millis(200));
    waited
        .deadline(Duration::from_secs(60))
        .wait()
        .await
        .unwrap()
}

fn status(run: &PipelineRunResponse) -> &str {
    run.status().unwrap().as_str()
}

/// How many runs the project has.
async fn runs(ws: &WorkspaceClient) -> u64 {
    ws.list_runs().project("vision").send().await.unwrap().total
}

async fn developer(fixture: &Fixture, name: &str) -> WorkspaceClient {
    let key = fixture.developer(name).key();
    fixture.ws(key.value()).build().unwrap()
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn templates_and_snapshots_run_by_name_by_id_and_as_the_latest() {
    let fixture = fixture().await;
    let ws = developer(&fixture, "runner").await;
    let runnables: [RunTarget; 6] = [
        RunTemplate::by_name("vision-nightly").into(),
        RunTemplate::by_id(fixture.registered.template).into(),
        Snapshot::by_name("vision-nightly").into(),
        Snapshot::by_name("vision-nightly")
            .pipeline("vision-training")
            .into(),
        Snapshot::by_id(fixture.registered.snapshot).into(),
        Snapshot::latest("vision-training").into(),
    ];
    let project = &fixture.registered.project;
    for runnable in runnables {
        let shown = runnable.to_string();
        let trigger = ws.trigger(runnable).project(project).stack("vision-stack");
        let run = trigger
            .send()
            .await
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(status(&finished(&ws, &run).await), "completed", "{shown}");
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
#[allow(deprecated, reason = "templates run on all servers that run anything")]
async fn the_generated_operations_run_as_well() {
    let fixture = fixture().await;
    let ws = developer(&fixture, "by-hand").await;
    let configured = PipelineRunConfiguration::default();
    let template = ws
        .create_template_run()
        .template_id(fixture.registered.template)
        .body(&configured);
    let snapshot = ws
        .create_snapshot_run()
        .snapshot_id(fixture.registered.snapshot)
        .body(&PipelineSnapshotRunRequest::default());
    for run in [template.send().await, snapshot.send().await] {
        let run = finished(&ws, &run.unwrap()).await;
        assert_eq!(status(&run), "completed");
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn what_is_configured_reaches_the_run_and_its_outcome_is_told() {
    let fixture = fixture().await;
    let ws = developer(&fixture, "configurer").await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let run = ws
        .trigger(Snapshot::by_name("vision-nightly"))
        .project("vision")
        .parameter("train", "learning_rate", 0.5)
        .step_configuration("train", json!({"enable_cache": false}))
        .configuration(json!({"run_name": "as-configured", "extra": {"outcome": "failed"}}))
        .send()
        .await
        .unwrap();
    let waited = ws.wait_for_run(run.id).interval(Duration::from_millis(100));
    let run = waited
        .on_status({
            let told = told.clone();
            move |status| told.lock().unwrap().push(status.to_string())
        })
        .wait()
        .await
        .unwrap();
    assert_eq!((&*run.name, status(&run)), ("as-configured", "failed"));
    assert!(!run.status().unwrap().is_successful());
    assert_eq!(told.lock().unwrap().last().unwrap(), "failed");

    let snapshot = run.resources.unwrap().snapshot.unwrap().id;
    let snapshot = ws
        .get_pipeline_snapshot()
        .snapshot_id(snapshot)
        .send()
        .await
        .unwrap();
    let steps = snapshot
        .into_inner()
        .metadata
        .unwrap()
        .step_configurations
        .unwrap();
    let train = &steps["train"].config;
    assert_eq!(train.parameters.as_ref().unwrap()["learning_rate"], 0.5);
    assert_eq!(train.enable_cache, Some(false));
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_trigger_whose_connection_breaks_behind_the_request_starts_one_run() {
    let fixture = fixture().await;
    let key = fixture.developer("broken").key();
    let proxy = Proxy::start(&fixture.pro.server.url(), 0, 0).await;
    let ws = WorkspaceClient::builder(proxy.url())
        .credentials(Credentials::api_key(key.value()))
        .build()
        .unwrap();
    for fault in [Fault::ResetAfter, Fault::Truncated, Fault::Unavailable] {
        for (line, runnable) in [
            (
                "POST /api/v1/run_templates/",
                RunTemplate::by_name("vision-nightly").into(),
            ),
            (
                "POST /api/v1/pipeline_snapshots/",
                RunTarget::from(Snapshot::by_name("vision-nightly")),
            ),
        ] {
            let before = runs(&ws).await;
            proxy.fail_next(line, fault);
            let run = ws.trigger(runnable).project("vision").send().await.unwrap();
            assert_eq!(proxy.counts.faults.lock().unwrap().pop(), Some(fault));
            assert_eq!(runs(&ws).await, before + 1, "{fault:?} {line}");
            let newest = ws
                .list_runs()
                .project("vision")
                .sort_by("desc:created")
                .size(1);
            assert_eq!(newest.send().await.unwrap().items[0].id, run.id);
            finished(&ws, &run).await;
        }
    }
}

async fn refused(ws: &WorkspaceClient) -> Error {
    let trigger = ws.trigger(RunTemplate::by_name("vision-nightly"));
    trigger.project("vision").send().await.unwrap_err()
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_plan_whose_limit_is_reached_is_told_from_a_missing_right() {
    let fixture = fixture().await;
    let ws = developer(&fixture, "limited").await;
    let before = runs(&ws).await;
    let organization = &fixture.pro.organization;
    organization.reach_limit("template_run");
    let error = refused(&ws).await;
    organization.lift_limit("template_run");
    let (kind, url) = (ErrorKind::PaymentRequired, fixture.pro.server.url());
    assert_refuses(
        &error,
        kind,
        "the API key",
        &url,
        "plan of the organization",
    );
    assert_names(&error, &["create_template_run", "402", "template_run"]);

    let viewer = organization.service_account("viewer");
    let viewer = viewer
        .with_role_in(&fixture.pro.workspace, "Workspace Viewer")
        .key();
    let viewer = fixture.ws(viewer.value()).build().unwrap();
    let error = refused(&viewer).await;
    let kind = ErrorKind::Forbidden;
    assert_refuses(&error, kind, "the API key", &url, "needs a role");
    assert_names(&error, &["create_template_run", "403"]);
    assert_eq!(runs(&ws).await, before, "none of them began");
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn what_cannot_be_run_is_told_from_what_is_configured_wrongly() {
    let fixture = fixture().await;
    let ws = developer(&fixture, "mistaken").await;
    let known = ws
        .get_pipeline_snapshot()
        .snapshot_id(fixture.registered.snapshot);
    let known = known.send().await.unwrap().into_inner();
    let (project, resources) = (known.body.unwrap().project_id, known.resources.unwrap());
    let without_build = PipelineSnapshotRequest {
        name: json!("without-build").into(),
        ..PipelineSnapshotRequest::new(
            resources.pipeline.id,
            PipelineConfigurationInput::new("vision-training"),
            project,
            "x",
            resources.stack.unwrap().id,
        )
    };
    let without_build = ws.create_pipeline_snapshot().body(&without_build);
    let without_build = without_build.send().await.unwrap().id;
    for snapshot in [
        Snapshot::by_name("without-build"),
        Snapshot::by_id(without_build),
    ] {
        let error = ws
            .trigger(snapshot)
            .project("vision")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotRunnable, "{error}");
        assert_names(&error, &["create another snapshot"]);
    }

    let trigger = ws.trigger(RunTemplate::by_id(fixture.registered.template));
    let error = trigger
        .pipeline_parameter("seed", 1)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("static pipeline"), "{error}");

    let trigger = ws.trigger(RunTemplate::by_name("vision-nightly"));
    let error = trigger.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_names(
        &error,
        &["Project scope missing", "say in which, by `project`"],
    );

    let error = ws.trigger(RunTemplate::by_name("vision-nightly"));
    let error = error
        .project("vision")
        .stack("another")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}
