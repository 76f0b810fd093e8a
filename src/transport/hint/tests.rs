use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;

use super::*;
use crate::testing::{STALL, TestServer, builder, json, read, response};
use crate::{Clock, ErrorKind, Transport};

fn transport(url: &str) -> Transport {
    builder(url).build().unwrap().0
}

#[tokio::test]
async fn a_missing_route_is_explained_by_what_the_server_is() {
    let info = |answer: fn() -> Vec<u8>| {
        TestServer::start(move |request| match &*request.line {
            "GET /api/v1/info" => answer(),
            _ => response(404, "", r#"{"detail":"Not Found"}"#),
        })
    };
    let old = info(|| json(r#"{"version":"0.70.0"}"#)).await;
    let error = read(&transport(&old.url)).await.unwrap_err();
    assert!(
        error.to_string().contains("(the server is ZenML 0.70.0; "),
        "{error}"
    );

    let other = info(|| response(404, "", r#"{"detail":"Not Found"}"#)).await;
    let error = read(&transport(&other.url)).await.unwrap_err();
    assert!(
        error
            .hint()
            .unwrap()
            .contains("no ZenML server at this URL")
    );

    let [asked, probe] = other.received().try_into().unwrap();
    assert!(asked.header("x-request-id").is_some());
    assert_eq!(probe.header("x-request-id"), asked.header("x-request-id"));

    let same = info(|| json(r#"{"version":"0.98.7"}"#)).await;
    let error = read(&transport(&same.url)).await.unwrap_err();
    assert_eq!(error.hint(), None);
}

#[tokio::test]
async fn a_server_that_is_down_is_not_called_something_else() {
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
    let begun = tokio::time::Instant::now();
    let error = read(&transport(&server.url)).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 5);
    assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, None));
    assert_eq!(server.received().len(), 2);
}

/// A clock that stands still until the server is asked for its version, and has then run out.
#[derive(Clone)]
struct Limits {
    now: Instant,
    limits: Arc<Mutex<Vec<Duration>>>,
    is_asked: watch::Receiver<bool>,
}

impl Clock for Limits {
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
async fn the_error_of_a_call_is_not_delayed_beyond_the_deadline_of_the_call() {
    let (ask, is_asked) = watch::channel(false);
    let server = TestServer::start(move |request| match &*request.line {
        "GET /api/v1/info" => {
            ask.send_replace(true);
            STALL.to_vec()
        }
        _ => response(404, "", r#"{"detail":"Not Found"}"#),
    });
    let server = server.await;
    let limits = Limits {
        now: Instant::now(),
        limits: Arc::default(),
        is_asked,
    };
    let client = builder(&server.url)
        .timeout(Duration::from_secs(2))
        .clock(limits.clone());
    let error = read(&client.build().unwrap().0).await.unwrap_err();
    assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, None));
    let limit = limits.limits.lock().unwrap().last().copied();
    assert_eq!(limit, Some(Duration::from_secs(2)));
}

#[test]
fn the_hint_says_what_kind_of_server_is_at_the_url() {
    let hint = |api, server: Option<&str>| {
        let version = |text| ServerVersion::read(format!(r#"{{"version":"{text}"}}"#).as_bytes());
        let server = server.map(|text| version(text).unwrap());
        wrong_server(api, server.as_ref(), Some("0.98.0")).unwrap_or_default()
    };
    assert!(hint(ApiKind::Workspace, None).contains("no ZenML server at this URL"));
    assert!(hint(ApiKind::Workspace, Some("0.70.1")).starts_with("the server is ZenML 0.70.1; "));
    assert_eq!(hint(ApiKind::Workspace, Some("0.98.2")), "");
    assert!(hint(ApiKind::Pro, Some("0.98.0")).contains("use the URL of the Pro API"));
    assert_eq!(hint(ApiKind::Pro, None), "");
}
