//! Runs a snapshot, waits for the run, and reports in one line how it ended. The tests at the end need no
//! ZenML server.
//!
//! ```text
//! export ZENML_STORE_URL=https://…          # the workspace
//! export ZENML_STORE_API_KEY=ZENPROKEY_…    # a key of a service account
//! cargo run --package zenml-examples --example nightly_report -- default nightly
//! cargo test --package zenml-examples --example nightly_report
//! ```

use std::{env, error::Error, time::Duration};

use zenml::{ErrorKind, Snapshot, WorkspaceClient};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(project), Some(snapshot)) = (arguments.next(), arguments.next()) else {
        return Err("usage: nightly_report PROJECT SNAPSHOT".into());
    };
    let client = WorkspaceClient::from_env()?;
    println!("{}", report(&client, &project, &snapshot).await?);
    Ok(())
}

/// Runs the snapshot with this name, and reports how the run ended.
async fn report(client: &WorkspaceClient, project: &str, snapshot: &str) -> zenml::Result<String> {
    let trigger = client.trigger(Snapshot::by_name(snapshot)).project(project);
    let run = match trigger.send().await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(format!("{project} has no snapshot {snapshot}"));
        }
        run => run?,
    };
    let wait = run
        .wait()
        .max_interval(Duration::from_secs(300))
        .deadline(Duration::from_secs(8 * 3600));
    let run = match wait.await {
        Err(error) if error.kind() == ErrorKind::Timeout => {
            return Ok(format!("{} is still running in the morning", run.name));
        }
        run => run?,
    };
    Ok(format!("{} ended as {}", run.name, run.final_status()))
}

#[cfg(test)]
mod tests {
    use zenml::{
        Page,
        mock::{Fault, Server},
        workspace::types::{
            ExecutionStatus as Status, PipelineRunResponse, PipelineSnapshotResponse,
        },
    };

    use super::*;

    /// Returns a server that starts a run of the snapshot `nightly`, and the run.
    async fn server() -> (Server, PipelineRunResponse) {
        let server = Server::start().await;
        let client = server.workspace_client();
        let snapshot = PipelineSnapshotResponse::sample();
        let mut run = PipelineRunResponse::sample();
        run.name = "nightly-1".to_owned();
        server
            .expect(client.create_snapshot_run().snapshot_id(snapshot.id))
            .returns(run.clone());
        server
            .expect(
                client
                    .list_pipeline_snapshots()
                    .name("nightly")
                    .project("vision"),
            )
            .returns(Page::from_iter([snapshot]));
        (server, run)
    }

    #[tokio::test]
    async fn the_report_says_how_the_run_ended() {
        let (server, run) = server().await;
        let client = server.workspace_client();
        server
            .expect(client.get_run_status().run_id(run.id))
            .fault(Fault::Unavailable)
            .returns_each([Status::Initializing, Status::Running, Status::Failed]);
        server.expect(client.get_run().run_id(run.id)).returns(run);
        let report = report(&client, "vision", "nightly").await.unwrap();
        assert_eq!(report, "nightly-1 ended as failed");
    }

    #[tokio::test]
    async fn a_run_of_more_than_eight_hours_is_reported_as_running() {
        let (server, run) = server().await;
        let client = server.workspace_client();
        server
            .expect(client.get_run_status().run_id(run.id))
            .returns(Status::Running)
            .times(1..);
        let report = report(&client, "vision", "nightly").await.unwrap();
        assert_eq!(report, "nightly-1 is still running in the morning");
    }

    #[tokio::test]
    async fn a_snapshot_that_does_not_exist_is_reported() {
        let server = Server::start().await;
        let client = server.workspace_client();
        server
            .expect(
                client
                    .list_pipeline_snapshots()
                    .name("nightly")
                    .project("vision"),
            )
            .returns(Page::from_iter([]));
        let report = report(&client, "vision", "nightly").await.unwrap();
        assert_eq!(report, "vision has no snapshot nightly");
    }
}
