//! Which requests are refused because the server does not know them?

use http::Method;
use serde_json::json;

use super::fixture::*;
use crate::availability::rule::{Rule, Subject};
use crate::testing::{READ, builder};
use crate::{Call, ErrorKind, Json, Operation, RawRequest};

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
