//! Which hint does an error of a call get?

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use http::HeaderMap;
use tokio::sync::watch;

use super::*;
use crate::availability::release::{Release, Versions};
use crate::runtime::clock::Clock;
use crate::testing::{STALL, TestClient, TestServer, builder, json, read, response};
use crate::{CallOptions, ErrorKind, RawRequest, Transport};

fn transport(url: &str) -> Transport {
    builder(url).build().unwrap().0
}

#[tokio::test]
async fn the_hint_for_a_missing_route_names_the_version_of_the_server() {
    let info = |respond: fn() -> Vec<u8>| {
        TestServer::start(move |request| match &*request.line {
            "GET /api/v1/info" => respond(),
            _ => response(404, "", r#"{"detail":"Not Found"}"#),
        })
    };
    let old = info(|| json(r#"{"version":"0.70.0"}"#)).await;
    let error = read(&transport(&old.url)).await.unwrap_err();
    let named = "(the server is ZenML 0.70.0, which this client does not support; upgrade it to ZenML \
                 0.90.0 or newer)";
    assert!(error.to_string().contains(named), "{error}");

    let other = info(|| response(404, "", r#"{"detail":"Not Found"}"#)).await;
    let error = read(&transport(&other.url)).await.unwrap_err();
    assert!(
        error
            .hint()
            .unwrap()
            .contains("no ZenML server at this URL")
    );

    let [call, probe] = other.received().try_into().unwrap();
    assert!(call.header("x-request-id").is_some());
    assert_eq!(probe.header("x-request-id"), call.header("x-request-id"));

    let same = info(|| json(r#"{"version":"0.98.0"}"#)).await;
    let error = read(&transport(&same.url)).await.unwrap_err();
    assert_eq!(error.hint(), None);
}

#[tokio::test]
async fn there_is_no_hint_for_a_missing_route_while_the_server_is_down() {
    for status in [429, 502, 503] {
        let server = TestServer::start(move |request| match &*request.line {
            "GET /api/v1/info" => response(status, "", ""),
            _ => response(404, "", r#"{"detail":"Not Found"}"#),
        });
        let error = read(&transport(&server.await.url)).await.unwrap_err();
        assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_delays_the_error_by_five_seconds() {
    let server = TestServer::start(|request| match &*request.line {
        "GET /api/v1/info" => STALL.to_vec(),
        _ => response(404, "", r#"{"detail":"Not Found"}"#),
    });
    let server = server.await;
    let started = tokio::time::Instant::now();
    let error = read(&transport(&server.url)).await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 5);
    assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, None));
    assert_eq!(server.received().len(), 2);
}

/// Clock that stands still, records the time limits, and ends each of them when the server is asked
/// for its version.
#[derive(Clone)]
struct RecordingClock {
    now: Instant,
    limits: Arc<Mutex<Vec<Duration>>>,
    is_asked: watch::Receiver<bool>,
}

impl Clock for RecordingClock {
    fn now(&self) -> Instant {
        self.now
    }

    fn utc(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.limits.lock().unwrap().push(duration);
        let mut is_asked = self.is_asked.clone();
        Box::pin(async move {
            is_asked.wait_for(|is_asked| *is_asked).await.unwrap();
        })
    }
}

#[tokio::test]
async fn the_request_for_a_hint_ends_at_the_deadline_of_the_call() {
    let (tx, is_asked) = watch::channel(false);
    let server = TestServer::start(move |request| match &*request.line {
        "GET /api/v1/info" => {
            tx.send_replace(true);
            STALL.to_vec()
        }
        _ => response(404, "", r#"{"detail":"Not Found"}"#),
    });
    let server = server.await;
    let clock = RecordingClock {
        now: Instant::now(),
        limits: Arc::default(),
        is_asked,
    };
    let client = builder(&server.url)
        .timeout(Duration::from_secs(2))
        .clock(clock.clone());
    let error = read(&client.build().unwrap().0).await.unwrap_err();
    assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, None));
    let limit = clock.limits.lock().unwrap().last().copied();
    assert_eq!(limit, Some(Duration::from_secs(2)));
}

#[test]
fn the_hint_says_what_kind_of_server_is_at_the_url() {
    let hint = |kind, server: Option<&str>| {
        let api = ApiConfig {
            kind,
            ..TestClient::CONFIG
        };
        missing(&api, "/api/v1/a", server).unwrap_or_default()
    };
    assert!(hint(ApiKind::Workspace, None).contains("no ZenML server at this URL"));
    assert_eq!(hint(ApiKind::Workspace, Some("0.98.0")), "");
    // The client knows all supported versions: none of them has the route.
    assert_eq!(hint(ApiKind::Workspace, Some("0.92.0")), "");
    assert_eq!(
        hint(ApiKind::Workspace, Some("0.99.0")),
        "the server is ZenML 0.99.0, newer than 0.98.0, which this client was generated for; it may \
         have removed `op`"
    );
    assert!(hint(ApiKind::Pro, Some("0.98.0")).contains("use the URL of the Pro API"));
    assert_eq!(hint(ApiKind::Pro, None), "");
}

const fn route(path: &'static str, since: Option<Release>, removed: Option<Release>) -> Route {
    Route {
        method: Method::GET,
        path,
        versions: Versions { since, removed },
        pro: since.is_none() && removed.is_none(),
        rules: &[],
    }
}

#[test]
fn the_hint_names_the_versions_that_have_the_route() {
    const ROUTES: &[Route] = &[
        route("/actions", None, Some(Release(0, 94, 0))),
        route(
            "/pools/{}",
            Some(Release(0, 94, 3)),
            Some(Release(0, 97, 0)),
        ),
        route("/replay", None, None),
        route("/webhooks", Some(Release(0, 96, 4)), None),
    ];
    let api = ApiConfig {
        routes: ROUTES,
        ..TestClient::CONFIG
    };
    for (path, server, expected) in [
        (
            "/webhooks",
            "0.92.0",
            "`op` exists since ZenML 0.96.4; the server is ZenML 0.92.0; upgrade the server",
        ),
        (
            "/actions",
            "0.98.0",
            "`op` was removed in ZenML 0.94.0; the server is ZenML 0.98.0",
        ),
        (
            "/pools/{pool_id}",
            "0.98.0",
            "`op` existed from ZenML 0.94.3 until it was removed in 0.97.0; the server is ZenML 0.98.0",
        ),
        (
            "/replay",
            "0.98.0",
            "only workspaces of ZenML Pro have `op`",
        ),
    ] {
        assert_eq!(missing(&api, path, Some(server)).as_deref(), Some(expected));
    }
    // The version has the route: something else is wrong.
    assert_eq!(missing(&api, "/webhooks", Some("0.96.4")), None);
}

#[tokio::test]
async fn the_hint_for_a_missing_route_is_the_same_for_a_raw_request() {
    const ROUTES: &[Route] = &[
        route("/api/v1/actions/{}", None, Some(Release(0, 94, 0))),
        route("/api/v1/webhooks", Some(Release(0, 96, 4)), None),
    ];
    let api = ApiConfig {
        routes: ROUTES,
        ..TestClient::CONFIG
    };
    for (path, version, expected) in [
        (
            "/api/v1/webhooks?page=2",
            "0.92.0",
            "`GET /api/v1/webhooks` exists since ZenML 0.96.4; the server is ZenML 0.92.0; upgrade the \
             server",
        ),
        (
            "/api/v1//%77ebhooks/",
            "0.92.0",
            "`GET /api/v1//%77ebhooks/` exists since ZenML 0.96.4; the server is ZenML 0.92.0; upgrade \
             the server",
        ),
        (
            "/api/v1/actions/5",
            "0.98.0",
            "`GET /api/v1/actions/5` was removed in ZenML 0.94.0; the server is ZenML 0.98.0",
        ),
        (
            "/api/v1/actions",
            "0.99.0",
            "the server is ZenML 0.99.0, newer than 0.98.0, which this client was generated for; it may \
             have removed `GET /api/v1/actions`",
        ),
    ] {
        let server = TestServer::start(move |request| match &*request.line {
            "GET /api/v1/info" => json(&format!(r#"{{"version":"{version}"}}"#)),
            _ => response(404, "", r#"{"detail":"Not Found"}"#),
        });
        let server = server.await;
        let transport = builder(&server.url).transport(api).unwrap();
        let request = RawRequest::new(&transport, Method::GET, path.to_owned(), false);
        let error = request.send::<()>().await.unwrap_err();
        assert_eq!(error.hint(), Some(expected));
    }
}

fn missing(api: &ApiConfig, path: &'static str, server: Option<&str>) -> Option<String> {
    let version = |text| ServerVersion::read(format!(r#"{{"version":"{text}"}}"#).as_bytes());
    let server = server.map(|text| version(text).unwrap());
    let request = PreparedRequest {
        template: path.into(),
        ..PreparedRequest::version("http://localhost".parse().unwrap(), HeaderMap::new())
    };
    missing_route(api, "op", &request, server.as_ref())
}

#[tokio::test]
async fn a_response_that_cannot_be_decoded_is_explained_with_the_version_of_the_server() {
    for (version, expected) in [
        (
            "0.85.0",
            Some(
                "the server is ZenML 0.85.0, which this client does not support; upgrade it to ZenML \
                 0.90.0 or newer",
            ),
        ),
        (
            "0.92.0",
            Some(
                "the server is ZenML 0.92.0, older than 0.98.0, which this client was generated for",
            ),
        ),
        ("0.98.0", None),
        (
            "0.99.1",
            Some(
                "the server is ZenML 0.99.1, newer than 0.98.0, which this client was generated for; \
                 upgrade this crate",
            ),
        ),
    ] {
        let server = TestServer::start(move |request| match &*request.line {
            "GET /api/v1/info" => json(&format!(r#"{{"version":"{version}"}}"#)),
            _ => json("5"),
        });
        let server = server.await;
        let transport = transport(&server.url);
        for _ in 0..2 {
            let error = read(&transport).await.unwrap_err();
            assert_eq!((error.kind(), error.hint()), (ErrorKind::Decode, expected));
        }
        // The version is asked for once.
        assert_eq!(server.received().len(), 3);
    }
}

#[tokio::test]
async fn calls_that_fail_at_the_same_time_ask_for_the_version_once() {
    let server = TestServer::start(|request| match &*request.line {
        "GET /api/v1/info" => json(r#"{"version":"0.92.0"}"#),
        _ => json("5"),
    });
    let server = server.await;
    let transport = transport(&server.url);
    let (one, two, three) = tokio::join!(read(&transport), read(&transport), read(&transport));
    for result in [one, two, three] {
        let hint = result.unwrap_err().hint().unwrap().to_owned();
        assert!(hint.contains("older than 0.98.0"), "{hint}");
    }
    let lines = server.received().into_iter().map(|request| request.line);
    assert_eq!(lines.filter(|line| line == "GET /api/v1/info").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_explanation_of_a_response_ends_at_the_deadline_of_the_call() {
    let server = TestServer::start(|request| match &*request.line {
        "GET /api/v1/info" => STALL.to_vec(),
        _ => json("5"),
    });
    let server = server.await;
    for (timeout, seconds) in [(Some(2), 2), (None, 5)] {
        let options = CallOptions::default().timeout(timeout.map(Duration::from_secs));
        let started = tokio::time::Instant::now();
        let error = read(&transport(&server.url).with_options(options)).await;
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.hint()), (ErrorKind::Decode, None));
        assert_eq!(started.elapsed().as_secs(), seconds);
    }
}

#[tokio::test]
async fn every_error_names_an_unsupported_server_once_its_version_is_known() {
    let server = TestServer::start(|request| match &*request.line {
        "GET /api/v1/info" => json(r#"{"version":"0.85.0"}"#),
        _ => response(403, "", r#"{"detail":["IllegalOperationError","no"]}"#),
    });
    let server = server.await;
    let transport = transport(&server.url);
    let unsupported = "the server is ZenML 0.85.0, which this client does not support; upgrade it to \
                       ZenML 0.90.0 or newer";
    let error = read(&transport).await.unwrap_err();
    assert!(!error.to_string().contains(unsupported), "{error}");
    transport.request_version().await.unwrap();
    let error = read(&transport).await.unwrap_err();
    assert!(error.hint().unwrap().starts_with(unsupported), "{error}");
    assert_eq!(server.received().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_request_for_a_hint_obeys_the_attempt_timeout() {
    let server = TestServer::start(|request| match &*request.line {
        "GET /api/v1/info" => STALL.to_vec(),
        _ => response(404, "", r#"{"detail":"Not Found"}"#),
    });
    let server = server.await;
    let options = CallOptions::default().attempt_timeout(Duration::from_secs(2));
    let started = tokio::time::Instant::now();
    let error = read(&transport(&server.url).with_options(options)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(started.elapsed().as_secs(), 2);
}
