//! The clients of the server skip all waiting, and time limits still apply.

use std::time::{Duration, Instant};

use zenml::mock::Server;
use zenml::workspace::types::ExecutionStatus;
use zenml::{CallOptions, Credentials, ErrorKind, RetryPolicy, WorkspaceClient};

use crate::{ID, run};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_delay_takes_no_time_but_counts_for_time_limits() {
    let server = Server::start().await;
    let started = Instant::now();
    let options = CallOptions::default().timeout(MINUTE);
    let client = server.workspace_client().with_options(options);
    for (delay, kind) in [(59, None), (61, Some(ErrorKind::Timeout))] {
        server
            .expect(client.get_run().run_id(ID))
            .after(Duration::from_secs(delay))
            .returns(run(ExecutionStatus::Running));
        let outcome = client.get_run().run_id(ID).send().await;
        assert_eq!(outcome.err().map(|error| error.kind()), kind);
    }
    assert!(started.elapsed() < MINUTE);
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_retried() {
    let server = Server::start().await;
    let options = CallOptions::default().attempt_timeout(MINUTE);
    let client = server.workspace_client().with_options(options);
    let call = client.get_run().run_id(ID);
    server
        .expect(call.clone())
        .after(2 * MINUTE)
        .returns(run(ExecutionStatus::Running));
    let error = call.send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts() > 1),
        (ErrorKind::Timeout, true)
    );
}

#[tokio::test(start_paused = true)]
async fn time_that_a_test_has_paused_has_no_effect() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run().run_id(ID))
        .after(MINUTE)
        .returns(run(ExecutionStatus::Running));
    let run = client.get_run().run_id(ID).send().await.unwrap();
    assert_eq!(run.name, "nightly-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_of_several_threads_works_too() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run_status())
        .returns(ExecutionStatus::Running)
        .times(20);
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(client.get_run_status().run_id(ID).send()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn waits_at_the_same_time_share_their_time() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let runs: Vec<_> = (0..20).map(uuid::Uuid::from_u128).collect();
    for id in &runs {
        let statuses = std::iter::repeat_n(ExecutionStatus::Running, 20);
        server
            .expect(client.get_run_status().run_id(*id))
            .returns_each(statuses.chain([ExecutionStatus::Completed]));
        server
            .expect(client.get_run().run_id(*id))
            .returns(run(ExecutionStatus::Completed));
    }
    // 20 polls take four minutes.
    let waits: Vec<_> = runs
        .into_iter()
        .map(|id| tokio::spawn(client.wait_for_run(id).deadline(5 * MINUTE).wait()))
        .collect();
    for wait in waits {
        wait.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_call_that_is_under_way_does_not_time_out_while_another_waits() {
    let server = Server::start().await;
    let once = CallOptions::default()
        .attempt_timeout(MINUTE)
        .retry(RetryPolicy::never());
    let client = server.workspace_client();
    server
        .expect(client.get_run().run_id(ID))
        .after(3 * MINUTE / 2)
        .returns(run(ExecutionStatus::Running));
    server
        .expect(client.get_run_status())
        .returns(ExecutionStatus::Running)
        .times(50);
    let patient = tokio::spawn(client.get_run().run_id(ID).send());
    let hasty = client.with_options(once);
    let hasty: Vec<_> = (0..50)
        .map(|_| tokio::spawn(hasty.get_run_status().run_id(ID).send()))
        .collect();
    for call in hasty {
        call.await.unwrap().unwrap();
    }
    patient.await.unwrap().unwrap();
}

#[tokio::test]
async fn waiting_is_skipped_after_the_server_has_ended() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.get_run_status().run_id(ID))
        .returns(ExecutionStatus::Running);
    client.get_run_status().run_id(ID).send().await.unwrap();
    drop(server);
    let started = Instant::now();
    let error = client.wait_for_run(ID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(started.elapsed() < MINUTE);
}

#[tokio::test]
async fn a_client_with_another_clock_waits_for_a_delay() {
    let server = Server::start().await;
    let client = WorkspaceClient::builder(server.url())
        .credentials(Credentials::api_token("t0ken"))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let delay = Duration::from_millis(50);
    server
        .expect(client.get_run().run_id(ID))
        .after(delay)
        .returns(run(ExecutionStatus::Running));
    let started = Instant::now();
    client.get_run().run_id(ID).send().await.unwrap();
    assert!(started.elapsed() >= delay);
}
