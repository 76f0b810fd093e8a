use http::Method;
use tracing::instrument::WithSubscriber;

use super::*;
use crate::RawCall;
use crate::testing::{Log, TestServer, builder, json};

/// What is warned of after two calls to a server of this version, and how often it was asked for
/// its version.
async fn warning(version: &str, warn: bool) -> (String, usize) {
    let info = format!(r#"{{"version":"{version}"}}"#);
    let server = TestServer::start(move |request| match &*request.line {
        "GET /api/v1/info" => json(&info),
        _ => json("null"),
    });
    let server = server.await;
    let transport = builder(&server.url)
        .version_warning(warn)
        .build()
        .unwrap()
        .0;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
    let calls = async {
        for _ in 0..2 {
            let call = RawCall::new(&transport, Method::GET, "/a".to_owned(), false);
            call.send::<()>().await.unwrap();
            // The comparison runs beside the calls, on this thread.
            while warn
                && server
                    .received()
                    .iter()
                    .all(|r| r.line != "GET /api/v1/info")
            {
                tokio::task::yield_now().await;
            }
        }
        // And it ends before its transport is ours alone again.
        let shared = std::sync::Arc::strong_count;
        while shared(transport.shared_by_all()) > 1 {
            tokio::task::yield_now().await;
        }
    };
    calls.with_subscriber(subscriber).await;
    let asked = server
        .received()
        .iter()
        .filter(|r| r.line == "GET /api/v1/info")
        .count();
    (log.text(), asked)
}

#[tokio::test]
async fn another_minor_version_is_warned_of_once() {
    let (log, asked) = warning("0.97.3", true).await;
    assert_eq!((asked, log.matches("WARN").count()), (1, 1), "{log}");
    assert!(
        log.contains("server=0.97.3") && log.contains("document=\"0.98.0\""),
        "{log}"
    );
}

#[tokio::test]
async fn the_same_minor_version_is_not() {
    let (log, asked) = warning("0.98.4", true).await;
    assert_eq!((asked, log.matches("WARN").count()), (1, 0), "{log}");
}

#[tokio::test]
async fn the_warning_can_be_turned_off() {
    let (log, asked) = warning("0.97.3", false).await;
    assert_eq!((asked, log.matches("WARN").count()), (0, 0), "{log}");
}

#[tokio::test]
async fn without_anybody_listening_nothing_is_asked() {
    let server = TestServer::always(json("null")).await;
    let transport = builder(&server.url).build().unwrap().0;
    let call = RawCall::new(&transport, Method::GET, "/a".to_owned(), false);
    call.send::<()>().await.unwrap();
    assert_eq!(server.only().line, "GET /a");
}

#[test]
fn versions_are_compared_by_major_and_minor() {
    let version = |text: &str| ServerVersion::read(format!(r#"{{"version":"{text}"}}"#).as_bytes());
    let server = version("0.98.0").unwrap();
    assert!(!server.differs_from("0.98.5") && server.differs_from("1.98.0"));
    assert!(server.is_older_than("0.100.0") && !server.is_older_than("0.97.9"));
    assert_eq!(version("1.0.0rc1").unwrap().to_string(), "1.0.0rc1");
    assert_eq!(version("unknown"), None);
    assert_eq!(ServerVersion::read(b"{}"), None);
}
