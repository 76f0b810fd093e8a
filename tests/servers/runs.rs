//! Runs: listed, streamed, read and waited for.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use zenml::{ErrorKind, workspace::types::PipelineRunResponse};

use crate::TestServer;

/// The runs of the fill that exist on all servers, and how they ended.
const RUNS: [(&str, &str); 3] = [
    ("training-1", "completed"),
    ("training-2", "completed"),
    ("failing-1", "failed"),
];

impl TestServer {
    async fn run(&self, name: &str) -> PipelineRunResponse {
        let list = self.client.list_runs().project(&*self.project).name(name);
        let mut page = list.send().await.unwrap().into_inner();
        assert_eq!(page.total, 1, "{name}");
        page.items.remove(0)
    }
}

fn status(run: &PipelineRunResponse) -> &str {
    run.status().unwrap().as_str()
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_list_has_the_runs_and_their_statuses() {
    let server = TestServer::connect().await;
    for (name, expected) in RUNS {
        assert_eq!(status(&server.run(name).await), expected, "{name}");
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_stream_returns_the_runs_of_all_pages() {
    let server = TestServer::connect().await;
    let mut names = BTreeSet::new();
    let list = server.client.list_runs().project(&*server.project);
    let mut runs = list.hydrate(true).size(1).stream();
    while let Some(run) = runs.next().await {
        names.insert(run.unwrap().name);
    }
    for (name, _) in RUNS {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_run_is_read_with_its_configuration_and_steps() {
    let server = TestServer::connect().await;
    for (name, expected) in RUNS {
        let id = server.run(name).await.id;
        let run = server.client.get_run().run_id(id).hydrate(true);
        let run = run.send().await.unwrap();
        assert_eq!((&*run.name, status(&run)), (name, expected));
        let pipeline = &run.config().unwrap().name;
        assert!(name.starts_with(&**pipeline), "{name}: {pipeline}");

        let steps = server.client.list_run_steps().pipeline_run_id(id);
        let steps = steps.hydrate(true).send().await.unwrap();
        assert!(steps.total > 0, "{name}");
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn logs_are_requested_by_their_source_and_never_without_one() {
    let server = TestServer::connect().await;
    let run = server.run("training-1").await.id;
    let step = server.client.list_run_steps().pipeline_run_id(run);
    let step = step.name("train").one().await.unwrap().id;
    let (of_run, of_step) = (
        server.client.run_logs().run_id(run),
        server.client.get_step_logs().step_id(step),
    );

    let lines = of_run.clone().source("client").send().await.unwrap();
    assert!(!lines.is_empty());
    let lines = of_step.clone().source("step").send().await.unwrap();
    assert!(!lines.is_empty());
    for error in [
        of_run.send().await.unwrap_err(),
        of_step.send().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.message().contains("source is required"), "{error}");
        assert_eq!(error.attempts(), 0, "{error}");
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn waiting_for_a_run_returns_it_as_it_ended() {
    let server = TestServer::connect().await;
    for (name, expected) in RUNS {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let run = server
            .client
            .wait_for_run(server.run(name).await.id)
            .deadline(Duration::from_secs(60))
            .on_status(move |status| log.lock().unwrap().push(status.to_string()))
            .wait()
            .await
            .unwrap();
        assert_eq!((&*run.name, status(&run)), (name, expected));
        assert_eq!(*seen.lock().unwrap(), [expected]);
    }
}
