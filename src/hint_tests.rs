//! What a server that lacks the route is asked, and how long.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::testing::{STALL, TestServer, builder, json, read, response};
use crate::{Clock, ErrorKind, Transport};

fn transport(url: &str) -> Transport {
    builder(url).build().unwrap().0
}

#[tokio::test]
async fn a_route_that_the_server_lacks_is_explained_by_what_the_server_is() {
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

    let same = info(|| json(r#"{"version":"0.98.7"}"#)).await;
    let error = read(&transport(&same.url)).await.unwrap_err();
    assert_eq!(error.hint(), None);
}

/// A server that lacks every route, and does not say what it is.
async fn silent() -> TestServer {
    TestServer::start(|request| match &*request.line {
        "GET /api/v1/info" => STALL.to_vec(),
        _ => response(404, "", r#"{"detail":"Not Found"}"#),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_say_what_it_is_holds_the_error_up_for_five_seconds() {
    let server = silent().await;
    let begun = tokio::time::Instant::now();
    let error = read(&transport(&server.url)).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 5);
    assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, None));
    assert_eq!(server.received().len(), 2);
}

/// Time that stands still for the token and the attempt, and runs out at once for what follows.
#[derive(Clone)]
struct Limits {
    now: Instant,
    asked_for: Arc<Mutex<Vec<Duration>>>,
}

impl Clock for Limits {
    fn now(&self) -> Instant {
        self.now
    }

    fn utc(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut asked_for = self.asked_for.lock().unwrap();
        asked_for.push(duration);
        match asked_for.len() {
            1 | 2 => Box::pin(std::future::pending()),
            _ => Box::pin(async {}),
        }
    }
}

#[tokio::test]
async fn the_error_of_a_call_is_not_held_up_beyond_the_calls_own_limit() {
    let server = silent().await;
    let limits = Limits {
        now: Instant::now(),
        asked_for: Arc::default(),
    };
    let client = builder(&server.url)
        .timeout(Duration::from_secs(2))
        .clock(limits.clone());
    let error = read(&client.build().unwrap().0).await.unwrap_err();
    assert_eq!((error.kind(), error.hint()), (ErrorKind::NotFound, None));
    // The token, the attempt, and the question what the server is.
    assert_eq!(
        *limits.asked_for.lock().unwrap(),
        [Duration::from_secs(2); 3]
    );
}
