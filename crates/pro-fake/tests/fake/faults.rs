//! Errors and outages that tests ask for, and waiting for changes.

use reqwest::Method;
use zenml_pro_fake::ControlPlane;

use crate::{call, response};

#[tokio::test]
async fn injected_errors_and_outages_end() {
    let plane = ControlPlane::start().await.unwrap();
    plane.fail_next("GET /health", 503, 2);
    let health = || async { response(call(&plane, Method::GET, "/health")).await.0 };
    assert_eq!(
        [health().await, health().await, health().await],
        [503, 503, 200]
    );
    plane.stop().await.unwrap();
    let refused = call(&plane, Method::GET, "/health")
        .send()
        .await
        .unwrap_err();
    assert!(refused.is_connect());
    plane.restart().await.unwrap();
    assert_eq!(health().await, 200);
    assert_eq!(plane.calls("GET /health").len(), 4);
}

#[test]
#[should_panic(expected = "no operation \"GET /helth\"")]
fn an_error_for_an_undeclared_operation_panics() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let plane = runtime.block_on(ControlPlane::start()).unwrap();
    plane.fail_next("GET /helth", 503, 1);
}

#[tokio::test]
async fn a_condition_is_evaluated_after_changes_only() {
    let plane = ControlPlane::start().await.unwrap();
    let prod = plane.organization("acme").enroll("prod");
    let evaluated = std::cell::Cell::new(0);
    let available = plane.wait_until(|_| {
        evaluated.set(evaluated.get() + 1);
        prod.status() == "available"
    });
    let report = async {
        // Lets the other future start to wait.
        tokio::task::yield_now().await;
        let report = call(&plane, Method::PATCH, "/workspace_status");
        response(report.bearer_auth(prod.server_session())).await.0
    };
    assert_eq!(tokio::join!(available, report).1, 200);
    assert!(evaluated.get() < 10, "{} times", evaluated.get());
}
