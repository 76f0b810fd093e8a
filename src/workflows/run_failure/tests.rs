//! What does the error of a failed run say?

use serde_json::{Value, json};

use super::*;
use crate::testing::{ReceivedRequest, TestServer, builder_of, json as ok, response};
use crate::{Credentials, WorkspaceClient};

const RUN: Uuid = Uuid::from_u128(7);
const STEP: Uuid = Uuid::from_u128(8);
const PROJECT: Uuid = Uuid::from_u128(9);
const LOG: Uuid = Uuid::from_u128(10);

const TRACEBACK: &str = "  File \"/app/run.py\", line 12, in train\n    raise ValueError('x')\n\
                         ValueError: no data\n";

/// Returns a server with a run of this status, and a failed step if there is an exception.
async fn server(status: &str, exception: Option<Value>) -> TestServer {
    let status = format!("{status:?}");
    TestServer::start(move |request: &ReceivedRequest| {
        let path = request.line.split(['?', ' ']).nth(1).unwrap();
        if path.ends_with("/status") {
            return ok(&status);
        }
        let response = if path.ends_with("/steps") {
            let steps = exception
                .iter()
                .map(|_| json!({"id": STEP, "name": "train"}));
            let steps: Vec<_> = steps.collect();
            json!({"index": 1, "max_size": 1, "total_pages": 1, "total": 1, "items": steps})
        } else if path.contains("/steps/") {
            json!({
                "id": STEP,
                "name": "train",
                "body": {"status": "failed"},
                "metadata": {"exception_info": exception},
                "resources": {"log_collection": [{"id": LOG, "body": {"source": "step"}}]},
            })
        } else if path.ends_with("/entries") {
            let items: Vec<_> = (0..30).map(|n| json!({"message": n.to_string()})).collect();
            json!({"items": items})
        } else {
            json!({"id": RUN, "name": "nightly", "body": null})
        };
        ok(&response.to_string())
    })
    .await
}

async fn failure(server: &TestServer) -> Error {
    let client = builder_of::<WorkspaceClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .build()
        .unwrap();
    let run = client.wait_for_run(RUN).await.unwrap();
    run.into_result().await.unwrap_err()
}

#[tokio::test]
async fn the_error_names_step_exception_and_line() {
    let exception = json!({
        "traceback": TRACEBACK, "source": "builtins.ValueError", "message": "no data",
        "user_code_line": 3,
    });
    let server = server("failed", Some(exception)).await;
    let error = failure(&server).await;
    assert_eq!(error.kind(), ErrorKind::RunFailed);
    assert_eq!(
        error.to_string(),
        format!(
            "wait_for_run: run did not succeed: run \"nightly\" ({RUN}) ended with status failed; \
             step \"train\" failed: ValueError: no data (run.py, line 12)"
        )
    );
    let failure = RunFailure::from_error(&error).unwrap();
    assert_eq!(failure.step.as_ref().unwrap().id, STEP);
    let exception = failure.exception.as_ref().unwrap();
    assert_eq!(exception.step_line, Some(3));
    assert_eq!(exception.location(), Some(("/app/run.py", 12)));
    assert_eq!(exception.traceback, TRACEBACK);
    let lines: Vec<_> = failure
        .log_lines
        .iter()
        .map(|line| &*line.message)
        .collect();
    let last: Vec<_> = (10..30).map(|n| n.to_string()).collect();
    assert_eq!(lines, last);
}

#[tokio::test]
async fn the_exception_of_an_old_server_is_read_from_its_traceback() {
    let exception = json!({"traceback": TRACEBACK, "step_code_line": 3});
    let server = server("failed", Some(exception)).await;
    let error = failure(&server).await;
    let message = error.message();
    assert!(
        message.ends_with("failed: ValueError: no data (run.py, line 12)"),
        "{message}"
    );
    let failure = RunFailure::from_error(&error).unwrap();
    assert_eq!(failure.exception.as_ref().unwrap().step_line, Some(3));
}

#[tokio::test]
async fn a_stopped_run_without_a_failed_step_is_an_error_too() {
    let server = server("stopped", None).await;
    let error = failure(&server).await;
    assert_eq!(
        error.message(),
        format!("run \"nightly\" ({RUN}) ended with status stopped")
    );
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_server_that_hides_the_steps_leaves_them_out_of_the_error() {
    let server = TestServer::start(|request: &ReceivedRequest| {
        if request.line.ends_with("/status") {
            return ok("\"failed\"");
        }
        if request.line.contains("/steps") {
            return response(403, "", "{}");
        }
        let run = json!({"id": RUN, "name": "nightly", "body": null});
        ok(&run.to_string())
    })
    .await;
    let error = failure(&server).await;
    assert_eq!(error.kind(), ErrorKind::RunFailed);
    assert!(RunFailure::from_error(&error).unwrap().step.is_none());
}

#[tokio::test]
async fn steps_are_looked_up_in_the_project_of_the_run() {
    let server = TestServer::start(|request: &ReceivedRequest| {
        if request.line.contains("/steps?") {
            return response(403, "", "{}");
        }
        let details = json!({
            "body": {"project_id": PROJECT, "status_reason": "evicted"},
            "metadata": {"exception_info": {"traceback": TRACEBACK}},
        });
        ok(&details.to_string())
    })
    .await;
    let status = serde_json::from_value(json!("failed")).unwrap();
    let failure = RunFailure::find(&server.transport(), RUN, "nightly".to_owned(), status).await;
    assert_eq!(failure.status_reason.as_deref(), Some("evicted"));
    assert!(failure.exception.is_some(), "that of the run");
    let lines: Vec<_> = server.received().into_iter().map(|r| r.line).collect();
    assert_eq!(
        lines[1],
        format!(
            "GET /api/v1/runs/{RUN}/steps?status=failed&sort_by=asc%3Acreated&project={PROJECT}&size=1"
        )
    );
}

#[test]
fn a_hostile_exception_is_escaped_and_bounded() {
    let exception = RunException {
        class: None,
        message: Some(format!("a\nb\u{1b}[31m{}", "x".repeat(10_000))),
        traceback: String::new(),
        step_line: None,
    };
    let shown = exception.to_string();
    assert!(shown.starts_with("a b\\u{1b}[31m"), "{shown}");
    assert!(shown.chars().count() < 2_100, "the escapes are longer");
}
