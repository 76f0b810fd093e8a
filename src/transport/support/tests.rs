//! Which requests are refused because the server does not know them, and when is its version asked?

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use http::Method;
use serde_json::json;

use crate::availability::release::{Release, Versions};
use crate::availability::rule::{Rule, Step, Subject};
use crate::testing::{READ, STALL, TestClient, TestServer, WRITE, builder, json as ok, response};
use crate::{Call, CallOptions, Error, ErrorKind, Json, Operation, RawRequest, Result, Transport};

const SINCE_93: Versions = Versions {
    since: Some(Release(0, 93, 1)),
    removed: None,
};

static DELETE: Operation = Operation {
    name: "delete_schedule",
    method: Method::DELETE,
    path: "/api/v1/schedules/{schedule_id}",
    rules: Some(TestClient::ROUTES[0].rules),
    ..READ
};

static LIST: Operation = Operation {
    name: "list_flavors",
    method: Method::GET,
    path: "/api/v1/flavors",
    rules: Some(&[
        Rule {
            versions: SINCE_93,
            subject: Subject::Parameter("display_name", None),
        },
        Rule {
            versions: Versions {
                since: Some(Release(0, 95, 0)),
                removed: None,
            },
            subject: Subject::Repeated(&["name"]),
        },
        Rule {
            versions: Versions {
                since: None,
                removed: Some(Release(0, 95, 0)),
            },
            subject: Subject::Parameter("tag", None),
        },
    ]),
    ..READ
};

static CREATE: Operation = Operation {
    name: "create_flavor",
    method: Method::POST,
    path: "/api/v1/flavors",
    rules: Some(&[Rule {
        versions: SINCE_93,
        subject: Subject::Field(&[&[Step::Member("config"), Step::Member("title")]], None),
    }]),
    ..WRITE
};

/// Server that reports a version, which may change, and carries out everything else.
struct Server {
    server: TestServer,
    /// The response to a request for the version.
    info: Arc<Mutex<Vec<u8>>>,
    transport: Transport,
}

impl Server {
    async fn start(version: &str) -> Self {
        let info = Arc::new(Mutex::new(info(version)));
        let current = info.clone();
        let server = TestServer::start(move |request| match &*request.line {
            line if line.ends_with("/api/v1/info") => current.lock().unwrap().clone(),
            _ => ok("null"),
        });
        let server = server.await;
        let transport = builder(&server.url).build().unwrap().0;
        Self {
            server,
            info,
            transport,
        }
    }

    /// Returns a transport with a default project.
    fn in_project(&self, project: &str) -> Transport {
        let client = builder(&self.server.url).project_or_none(Some(project.to_owned()));
        client.build().unwrap().0
    }

    fn set_version(&self, version: &str) {
        *self.info.lock().unwrap() = info(version);
    }

    /// Starts a server that does not report its version.
    async fn without_version(response: Vec<u8>) -> Self {
        let server = Self::start("0.98.0").await;
        *server.info.lock().unwrap() = response;
        server
    }

    fn delete(&self, soft: &str) -> impl Future<Output = Result<()>> + Send + use<> {
        let call = Call::new(&self.transport, &DELETE).path("schedule_id", 5);
        done(call.query("soft", soft))
    }

    fn list(
        &self,
        name: &'static str,
        values: &[&str],
    ) -> impl Future<Output = Result<()>> + use<> {
        done(Call::new(&self.transport, &LIST).query_list(name, values))
    }

    fn received(&self) -> Vec<String> {
        let received = self.server.received().into_iter();
        received.map(|request| request.line).collect()
    }
}

async fn done(call: Call) -> Result<()> {
    call.send::<()>().await.map(drop)
}

fn info(version: &str) -> Vec<u8> {
    ok(&json!({ "version": version }).to_string())
}

const INFO: &str = "GET /api/v1/info";
const SOFT: &str = "DELETE /api/v1/schedules/5?soft=true";

fn assert_refused(outcome: Result<()>, message: &str) -> Error {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains(message), "{error}");
    error
}

#[tokio::test]
async fn a_parameter_that_the_server_would_ignore_is_refused_before_sending() {
    let server = Server::start("0.92.0").await;
    let error = server.delete("true").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.message(),
        "parameter `soft` exists since ZenML 0.93.1; the server is ZenML 0.92.0, which would ignore \
         it; nothing was sent"
    );
    assert_eq!(
        error.hint(),
        Some(
            "upgrade the server, or do without this part of the request; \
             `CallOptions::allow_unsupported` sends the request anyway"
        )
    );
    assert_eq!(error.operation(), Some("delete_schedule"));
    assert_eq!(error.attempts(), 0);
    assert_eq!(server.received(), [INFO]);
}

#[tokio::test]
async fn a_filter_a_list_of_values_and_a_field_are_refused_too() {
    let server = Server::start("0.92.0").await;
    let refused = server.list("display_name", &["a"]).await;
    assert_refused(
        refused,
        "parameter `display_name` exists since ZenML 0.93.1",
    );
    let refused = server.list("name", &["a", "b"]).await;
    assert_refused(
        refused,
        "the list of values of parameter `name` exists since ZenML 0.95.0; the server is ZenML \
         0.92.0, which would use one of them only",
    );
    let create = Call::new(&server.transport, &CREATE);
    let refused = done(create.json(&json!({"config": {"title": "a"}}))).await;
    assert_refused(refused, "field `config.title` exists since ZenML 0.93.1");
    assert_eq!(server.received(), [INFO; 3]);
}

static IN_PROJECT: Operation = Operation {
    method: Method::GET,
    project: Some("project"),
    rules: Some(&[
        Rule {
            versions: SINCE_93,
            subject: Subject::Parameter("sort_by", None),
        },
        Rule {
            versions: SINCE_93,
            subject: Subject::Parameter("project", None),
        },
    ]),
    ..READ
};

#[tokio::test]
async fn the_hint_names_what_leaves_out_the_default_project() {
    let server = Server::start("0.92.0").await;
    let list = Call::new(&server.in_project("default"), &IN_PROJECT);
    let error = assert_refused(done(list.clone()).await, "parameter `project` exists since");
    assert_eq!(
        error.hint(),
        Some(
            "upgrade the server, or do without this part of the request: `all_projects` of the list \
             leaves out the default project; `CallOptions::allow_unsupported` sends the request anyway"
        )
    );
    done(list.all_projects()).await.unwrap();
}

#[tokio::test]
async fn a_parameter_that_the_call_sets_itself_has_no_hint_about_the_default_project() {
    let server = Server::start("0.92.0").await;
    let list = |transport| Call::new(transport, &IN_PROJECT);
    let in_default = server.in_project("default");
    for (call, refused) in [
        (list(&in_default).query("project", "default"), "`project`"),
        (
            list(&server.transport).query("project", "mine"),
            "`project`",
        ),
        // The default project is filled too, but is not what is refused first.
        (list(&in_default).query("sort_by", "name"), "`sort_by`"),
    ] {
        let message = format!("parameter {refused} exists since");
        let error = assert_refused(done(call).await, &message);
        assert!(!error.hint().unwrap().contains("all_projects"), "{error}");
    }
}

#[tokio::test]
async fn a_newer_server_may_have_removed_a_parameter() {
    let server = Server::start("0.98.0").await;
    let error = assert_refused(
        server.list("tag", &["a"]).await,
        "parameter `tag` was removed in ZenML 0.95.0; the server is ZenML 0.98.0",
    );
    assert!(!error.hint().unwrap().contains("upgrade"), "{error}");
    server.set_version("0.94.0");
    server.list("tag", &["a"]).await.unwrap();
}

#[tokio::test]
async fn a_raw_request_is_refused_like_a_call() {
    let server = Server::start("0.92.0").await;
    let request =
        |path: &str| RawRequest::new(&server.transport, Method::DELETE, path.to_owned(), false);
    for request in [
        request("/api/v1/schedules/5").query("soft", true),
        request("/api/v1/schedules/5?soft=true"),
        request("/api/v1/x/../schedules/5?soft=true"),
        request("//api/v1//schedules/5/?soft=true"),
        request("/api/v1/%73chedules/5?%73oft=true"),
    ] {
        let refused = request.send::<()>().await.map(drop);
        assert_refused(refused, "parameter `soft` exists since ZenML 0.93.1");
    }
    request("/api/v1/schedules/5").send::<()>().await.unwrap();
    assert_eq!(
        server.received(),
        [[INFO; 5].as_slice(), &["DELETE /api/v1/schedules/5"]].concat()
    );
}

#[tokio::test]
async fn a_raw_request_with_its_method_in_lower_case_is_refused_too() {
    let server = Server::start("0.92.0").await;
    let method = Method::from_bytes(b"delete").unwrap();
    let path = "/api/v1/schedules/5?soft=true".to_owned();
    let request = RawRequest::new(&server.transport, method, path, false);
    let refused = request.send::<()>().await.map(drop);
    assert_refused(refused, "parameter `soft` exists since ZenML 0.93.1");
    assert_eq!(server.received(), [INFO]);
}

#[tokio::test]
async fn a_raw_request_below_a_base_path_is_refused_too() {
    let server = Server::start("0.92.0").await;
    let url = format!("{}/zenml", server.server.url);
    let transport = builder(&url).build().unwrap().0;
    for path in ["/api/v1/schedules/5", "/../zenml/api/v1/schedules/5"] {
        let request = RawRequest::new(&transport, Method::DELETE, path.to_owned(), false);
        let refused = request.query("soft", true).send::<()>().await.map(drop);
        assert_refused(refused, "parameter `soft` exists since ZenML 0.93.1");
    }
    assert_eq!(server.received(), ["GET /zenml/api/v1/info"; 2]);
}

#[tokio::test]
async fn an_operation_without_rules_of_its_own_has_those_of_its_route() {
    static BY_ROUTE: Operation = Operation {
        name: "delete_schedule",
        method: Method::DELETE,
        path: "/api/v1/schedules/{schedule_id}",
        rules: None,
        ..READ
    };
    let server = Server::start("0.92.0").await;
    let call = Call::new(&server.transport, &BY_ROUTE).path("schedule_id", 5);
    let refused = done(call.query("soft", true)).await;
    assert_refused(refused, "parameter `soft` exists since ZenML 0.93.1");
}

#[tokio::test]
async fn a_number_that_no_float_holds_does_not_hide_a_field() {
    let server = Server::start("0.92.0").await;
    let body: Json = r#"{"config": {"title": "a"}, "limit": 1e400}"#.parse().unwrap();
    let refused = done(Call::new(&server.transport, &CREATE).json(&body)).await;
    assert_refused(refused, "field `config.title` exists since ZenML 0.93.1");
}

#[tokio::test]
async fn a_deeply_nested_value_does_not_hide_a_field() {
    let server = Server::start("0.92.0").await;
    let deep = "[".repeat(500) + &"]".repeat(500);
    let body = format!(r#"{{"config": {{"title": "a"}}, "deep": {deep}}}"#);
    let body = serde_json::value::RawValue::from_string(body).unwrap();
    let refused = done(Call::new(&server.transport, &CREATE).json(&body)).await;
    assert_refused(refused, "field `config.title` exists since ZenML 0.93.1");
}

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
