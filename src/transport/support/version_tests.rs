//! When is the version of a server asked for, and how long may a request wait for it?

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use serde_json::json;

use super::fixture::*;
use crate::testing::{READ, STALL, response};
use crate::{Call, CallOptions, ErrorKind};

#[tokio::test]
async fn the_version_is_not_asked_for_calls_that_no_rule_concerns() {
    let server = Server::start("0.92.0").await;
    server.delete("false").await.unwrap();
    server.list("name", &["a"]).await.unwrap();
    done(Call::new(&server.transport, &READ)).await.unwrap();
    let create = Call::new(&server.transport, &CREATE);
    done(create.json(&json!({"config": {"title": null}})))
        .await
        .unwrap();
    assert!(!server.received().contains(&INFO.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_version_is_asked_at_most_every_five_minutes() {
    let server = Server::start("0.98.0").await;
    server.delete("true").await.unwrap();
    tokio::time::advance(Duration::from_secs(299)).await;
    server.delete("true").await.unwrap();
    assert_eq!(server.received(), [INFO, SOFT, SOFT]);
    tokio::time::advance(Duration::from_secs(1)).await;
    server.delete("true").await.unwrap();
    assert_eq!(server.received()[3..], [INFO, SOFT]);
}

#[tokio::test]
async fn an_upgrade_counts_at_once() {
    let server = Server::start("0.92.0").await;
    server.delete("true").await.unwrap_err();
    server.set_version("0.98.0");
    server.delete("true").await.unwrap();
    assert_eq!(server.received(), [INFO, INFO, SOFT]);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_counts_after_five_minutes() {
    let server = Server::start("0.98.0").await;
    server.delete("true").await.unwrap();
    server.set_version("0.92.0");
    tokio::time::advance(Duration::from_secs(300)).await;
    assert_refused(server.delete("true").await, "the server is ZenML 0.92.0");
}

#[tokio::test]
async fn without_the_version_a_read_is_sent_and_a_write_is_not() {
    let server = Server::without_version(response(404, "", r#"{"detail":"Not Found"}"#)).await;
    let error = assert_refused(
        server.delete("true").await,
        "parameter `soft` exists since ZenML 0.93.1, and the version of the server is unknown: ",
    );
    assert!(
        error.hint().unwrap().contains("allow_unsupported"),
        "{error}"
    );
    server.list("display_name", &["a"]).await.unwrap();
    let list = "GET /api/v1/flavors?display_name=a";
    assert_eq!(server.received(), [INFO, INFO, list]);

    // A failure that may pass keeps its kind.
    let server = Server::without_version(response(503, "", "")).await;
    let error = server.delete("true").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_server_that_cannot_be_asked_again_is_taken_as_it_was() {
    let server = Server::start("0.92.0").await;
    server.list("display_name", &["a"]).await.unwrap_err();
    *server.info.lock().unwrap() = response(404, "", "");
    let refused = server.list("display_name", &["a"]).await;
    assert_refused(refused, "the server is ZenML 0.92.0");
    assert!(!server.received().iter().any(|line| line != INFO));
}

#[tokio::test]
async fn what_is_allowed_is_sent_without_asking() {
    let server = Server::start("0.92.0").await;
    let options = CallOptions::default().allow_unsupported(true);
    let call = Call::new(&server.transport.with_options(options), &DELETE);
    let call = call.path("schedule_id", 5).query("soft", true);
    done(call).await.unwrap();
    assert_eq!(server.received(), [SOFT]);
}

#[tokio::test]
async fn concurrent_calls_ask_once() {
    let server = Server::start("0.98.0").await;
    let calls = (0..20).map(|_| tokio::spawn(server.delete("true")));
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    let asked = server
        .received()
        .iter()
        .filter(|line| *line == INFO)
        .count();
    assert_eq!(asked, 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_polled_delays_others_by_ten_seconds_at_most() {
    let server = Server::start("0.98.0").await;
    let mut idle = pin!(server.delete("true"));
    poll_fn(|cx| {
        assert!(idle.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    let started = tokio::time::Instant::now();
    server.delete("true").await.unwrap();
    assert!(started.elapsed() <= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_report_its_version_delays_a_read_by_five_seconds() {
    let server = Server::without_version(STALL.to_vec()).await;
    let started = tokio::time::Instant::now();
    server.list("display_name", &["a"]).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_report_its_version_takes_half_of_the_time_of_a_read_at_most() {
    let mut server = Server::without_version(STALL.to_vec()).await;
    let options = CallOptions::default().timeout(Duration::from_secs(4));
    server.transport = server.transport.with_options(options);
    let started = tokio::time::Instant::now();
    server.list("display_name", &["a"]).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 2);
}
