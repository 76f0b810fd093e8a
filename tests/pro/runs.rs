//! Triggering runs on a real server, and waiting for them.

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

use crate::fixture::{Fixture, assert_explains, assert_mentions, fixture};

async fn finished(client: &WorkspaceClient, run: &PipelineRunResponse) -> PipelineRunResponse {
    let waited = client
        .wait_for_run(run.id)
        .interval(Duration::from_millis(200));
    waited
        .deadline(Duration::from_secs(60))
        .await
        .unwrap()
        .into_inner()
}

fn status(run: &PipelineRunResponse) -> &str {
    run.status().unwrap().as_str()
}

/// Counts the runs of the project.
async fn runs(client: &WorkspaceClient) -> u64 {
    client
        .list_runs()
        .project("vision")
        .send()
        .await
        .unwrap()
        .total
}

async fn developer(fixture: &Fixture, name: &str) -> WorkspaceClient {
    let key = fixture.developer(name).key();
    fixture.client(key.value()).build().unwrap()
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn templates_and_snapshots_run_by_name_by_id_and_as_latest() {
    let fixture = fixture().await;
    let client = developer(&fixture, "runner").await;
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
        let trigger = client
            .trigger(runnable)
            .project(project)
            .stack("vision-stack");
        let run = trigger
            .send()
            .await
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(
            status(&finished(&client, &run).await),
            "completed",
            "{shown}"
        );
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
#[allow(deprecated, reason = "templates run on all servers that run anything")]
async fn the_generated_operations_trigger_runs() {
    let fixture = fixture().await;
    let client = developer(&fixture, "by-hand").await;
    let configured = PipelineRunConfiguration::default();
    let template = client
        .create_template_run()
        .template_id(fixture.registered.template)
        .body(&configured);
    let snapshot = client
        .create_snapshot_run()
        .snapshot_id(fixture.registered.snapshot)
        .body(PipelineSnapshotRunRequest::default());
    for run in [template.send().await, snapshot.send().await] {
        let run = finished(&client, &run.unwrap()).await;
        assert_eq!(status(&run), "completed");
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_configuration_reaches_the_run_and_its_status_is_reported() {
    let fixture = fixture().await;
    let client = developer(&fixture, "configurer").await;
    let reported = Arc::new(Mutex::new(Vec::new()));
    let run = client
        .trigger(Snapshot::by_name("vision-nightly"))
        .project("vision")
        .parameter("train", "learning_rate", 0.5)
        .step_configuration("train", json!({"enable_cache": false}))
        .configuration(json!({"run_name": "as-configured", "extra": {"outcome": "failed"}}))
        .send()
        .await
        .unwrap();
    let waited = client
        .wait_for_run(run.id)
        .interval(Duration::from_millis(100));
    let run = waited
        .on_status({
            let reported = reported.clone();
            move |status| reported.lock().unwrap().push(status.to_string())
        })
        .await
        .unwrap();
    assert_eq!((&*run.name, status(&run)), ("as-configured", "failed"));
    assert!(!run.final_status().is_successful());
    let error = run.clone().into_result().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RunFailed, "{error}");
    let run = run.into_inner();
    assert_eq!(reported.lock().unwrap().last().unwrap(), "failed");

    let snapshot = run.resources.unwrap().snapshot.unwrap().id;
    let snapshot = client
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
#[ignore = "starts its own server: cargo xtask test"]
async fn a_trigger_that_is_retried_starts_one_run() {
    let fixture = fixture().await;
    let key = fixture.developer("broken").key();
    let proxy = Proxy::start(&fixture.pro.server.url(), 0, 0).await;
    let client = WorkspaceClient::builder(proxy.url())
        .credentials(Credentials::api_key(key.value()))
        .build()
        .unwrap();
    for fault in [
        Fault::ResetAfter,
        Fault::Truncated,
        Fault::ServiceUnavailable,
    ] {
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
            let before = runs(&client).await;
            proxy.fail_next(line, fault);
            let run = client
                .trigger(runnable)
                .project("vision")
                .send()
                .await
                .unwrap();
            assert_eq!(proxy.counts.faults.lock().unwrap().pop(), Some(fault));
            assert_eq!(runs(&client).await, before + 1, "{fault:?} {line}");
            let newest = client
                .list_runs()
                .project("vision")
                .sort_by("desc:created")
                .size(1);
            assert_eq!(newest.send().await.unwrap().items[0].id, run.id);
            finished(&client, &run).await;
        }
    }
}

async fn trigger_error(client: &WorkspaceClient) -> Error {
    let trigger = client.trigger(RunTemplate::by_name("vision-nightly"));
    trigger.project("vision").send().await.unwrap_err()
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn an_exhausted_plan_differs_from_a_missing_permission() {
    let fixture = fixture().await;
    let client = developer(&fixture, "limited").await;
    let before = runs(&client).await;
    let organization = &fixture.pro.organization;
    organization.reach_limit("template_run");
    let error = trigger_error(&client).await;
    organization.lift_limit("template_run");
    let (kind, url) = (ErrorKind::PaymentRequired, fixture.pro.server.url());
    assert_explains(
        &error,
        kind,
        "the API key",
        &url,
        "plan allows no more runs",
    );
    assert_mentions(&error, &["create_template_run", "402", "template_run"]);

    let viewer = organization.service_account("viewer");
    let viewer = viewer
        .with_role_in(&fixture.pro.workspace, "Workspace Viewer")
        .key();
    let viewer = fixture.client(viewer.value()).build().unwrap();
    let error = trigger_error(&viewer).await;
    let kind = ErrorKind::Forbidden;
    assert_explains(&error, kind, "the API key", &url, "needs a role");
    assert_mentions(&error, &["create_template_run", "403"]);
    assert_eq!(runs(&client).await, before, "no run was started");
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_target_that_cannot_run_differs_from_a_wrong_configuration() {
    let fixture = fixture().await;
    let client = developer(&fixture, "wrong").await;
    let known = client
        .get_pipeline_snapshot()
        .snapshot_id(fixture.registered.snapshot);
    let known = known.send().await.unwrap().into_inner();
    let (project, resources) = (known.body.unwrap().project_id, known.resources.unwrap());
    let without_build = PipelineSnapshotRequest::new(
        resources.pipeline.id,
        PipelineConfigurationInput::new("vision-training"),
        project,
        "x",
        resources.stack.unwrap().id,
    )
    .name(json!("without-build"));
    let without_build = client.create_pipeline_snapshot().body(&without_build);
    let without_build = without_build.send().await.unwrap().id;
    for snapshot in [
        Snapshot::by_name("without-build"),
        Snapshot::by_id(without_build),
    ] {
        let error = client
            .trigger(snapshot)
            .project("vision")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotRunnable, "{error}");
        assert_mentions(&error, &["create another snapshot"]);
    }

    let trigger = client.trigger(RunTemplate::by_id(fixture.registered.template));
    let error = trigger
        .pipeline_parameter("seed", 1)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("static pipeline"), "{error}");

    let trigger = client.trigger(RunTemplate::by_name("vision-nightly"));
    let error = trigger.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_mentions(
        &error,
        &["Project scope missing", "set the project with `project`"],
    );

    let error = client.trigger(RunTemplate::by_name("vision-nightly"));
    let error = error
        .project("vision")
        .stack("another")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}
