//! What does a call send, and how is its response decoded?

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::testing::{READ, TestServer, json as ok, response};
use crate::{Credentials, Field, Page};

static LIST: Operation = Operation {
    name: "list_stacks",
    id: "list_stacks_api_v1_stacks_get",
    method: Method::GET,
    path: "/api/v1/stacks",
    ..READ
};

static GET: Operation = Operation {
    name: "get_version",
    method: Method::GET,
    path: "/api/v1/models/{model}/versions/{version}",
    ..LIST
};

static CREATE: Operation = Operation {
    name: "create_stack",
    method: Method::POST,
    body_required: true,
    idempotent: false,
    deduplicated: true,
    ..LIST
};

static TOKEN: Operation = Operation {
    name: "get_token",
    method: Method::GET,
    path: "/api/v1/token",
    required_query: &[&["kind"], &["from", "to"]],
    authenticated: false,
    ..LIST
};

async fn line(call: impl FnOnce(&Transport) -> Call) -> String {
    let server = TestServer::always(ok("null")).await;
    call(&server.transport()).send::<()>().await.unwrap();
    server.only().line
}

#[tokio::test]
async fn a_cookie_is_neither_shown_in_debug_nor_sent_back() {
    let cookie = "set-cookie: zenml-server=hunter2; HttpOnly\r\n";
    let server = TestServer::always(response(200, cookie, "null")).await;
    let transport = server.transport();
    for _ in 0..2 {
        let response = Call::new(&transport, &LIST).send::<()>().await.unwrap();
        assert_eq!(
            response.http_headers()["set-cookie"],
            "zenml-server=hunter2; HttpOnly"
        );
        assert!(!format!("{response:?}").contains("hunter2"));
    }
    assert_eq!(server.received()[1].header("cookie"), None);
}

#[tokio::test]
async fn a_request_carries_token_user_agent_and_request_id() {
    let server = TestServer::always(ok("null")).await;
    let sent = Call::new(&server.transport(), &LIST)
        .send::<()>()
        .await
        .unwrap();
    let request = server.only();
    assert_eq!(request.line, "GET /api/v1/stacks");
    assert_eq!(request.header("authorization"), Some("Bearer bearer"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("x-request-id"), Some(sent.http_request_id()));
    assert_eq!(request.header("idempotency-key"), None);
    let agent = request.header("user-agent").unwrap();
    let expected = concat!("zenml-rust/", env!("CARGO_PKG_VERSION"), " (");
    assert!(agent.starts_with(expected), "{agent}");
}

#[tokio::test]
async fn a_request_without_authentication_carries_no_token() {
    let server = TestServer::always(ok("null")).await;
    let call = Call::new(&server.transport(), &TOKEN).query("kind", "a");
    call.query("to", "b").send::<()>().await.unwrap();
    assert_eq!(server.only().header("authorization"), None);
}

#[tokio::test]
async fn each_deduplicated_request_carries_its_own_idempotency_key() {
    let server = TestServer::always(ok("null")).await;
    for _ in 0..2 {
        let call = Call::new(&server.transport(), &CREATE).json(&json!({"name": "a"}));
        call.send::<()>().await.unwrap();
    }
    let keys: Vec<Uuid> = server
        .received()
        .iter()
        .map(|request| request.header("idempotency-key").unwrap().parse().unwrap())
        .collect();
    assert_ne!(keys[0], keys[1]);
    let request = &server.received()[0];
    assert_eq!(request.line, "POST /api/v1/stacks");
    assert_eq!(request.body, r#"{"name":"a"}"#);
    assert_eq!(request.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_form_is_sent_urlencoded_without_nulls() {
    let server = TestServer::always(ok("null")).await;
    let call = Call::new(&server.transport(), &CREATE);
    call.form(&json!({"grant_type": "password", "n": null}))
        .send::<()>()
        .await
        .unwrap();
    let request = server.only();
    assert_eq!(request.body, "grant_type=password");
    let content_type = request.header("content-type");
    assert_eq!(content_type, Some("application/x-www-form-urlencoded"));
}

#[tokio::test]
async fn a_path_parameter_is_encoded_as_one_segment() {
    let line = line(|transport| {
        Call::new(transport, &GET)
            .path("version", "a/../b?c#d%2F ü")
            .path("model", "x")
            .path("model", Uuid::nil())
    });
    assert_eq!(
        line.await,
        "GET /api/v1/models/00000000-0000-0000-0000-000000000000/versions/\
         a%2F..%2Fb%3Fc%23d%252F%20%C3%BC"
    );
}

#[tokio::test]
async fn setting_a_query_parameter_replaces_it_and_filters_repeat_its_name() {
    let line = line(|transport| {
        Call::new(transport, &LIST)
            .query("page", 1)
            .filter("name", "contains:a&b".into())
            .query("page", 2)
            .filter("size", Filter::gte(1).and(Filter::lt(9)))
            .filter("name", Filter::equals("c"))
    });
    assert_eq!(
        line.await,
        "GET /api/v1/stacks?page=2&size=gte%3A1&size=lt%3A9&name=c"
    );
}

#[tokio::test]
async fn a_list_repeats_the_parameters_name() {
    let line = line(|transport| {
        Call::new(transport, &LIST)
            .query_list("kinds", ["old"])
            .query_list("kinds", ["a,b", "c"])
            .query_list("none", [""; 0])
    });
    assert_eq!(line.await, "GET /api/v1/stacks?kinds=a%2Cb&kinds=c");
}

#[tokio::test]
async fn a_list_in_a_path_or_header_is_separated_by_commas() {
    let server = TestServer::always(ok("null")).await;
    let call = Call::new(&server.transport(), &GET)
        .path("model", "m")
        .path_list("version", ["a,b", "..", "ü"])
        .header_list("x-tag", [1, 2])
        .header_list("x-none", ["a"])
        .header_list("x-none", [""; 0]);
    call.send::<()>().await.unwrap();
    let request = server.only();
    assert_eq!(
        request.line,
        "GET /api/v1/models/m/versions/a%2Cb,..,%C3%BC"
    );
    assert_eq!(request.header("x-tag"), Some("1,2"));
    assert_eq!(request.header("x-none"), None);
}

#[tokio::test]
async fn a_secret_parameter_is_sent_and_redacted_in_errors() {
    let server = TestServer::start(|request| response(500, "", &request.line)).await;
    let call = Call::new(&server.transport(), &LIST).secret("token", "hunter2".into());
    assert!(!format!("{call:?}").contains("hunter2"));
    let error = call.send::<Value>().await.unwrap_err();
    assert_eq!(server.only().line, "GET /api/v1/stacks?token=hunter2");
    assert_eq!(error.message(), "GET /api/v1/stacks?token=[redacted]");
}

#[tokio::test]
async fn text_is_returned_undecoded() {
    let server = TestServer::always(response(200, "", "OK")).await;
    let text = Call::new(&server.transport(), &LIST).text().await.unwrap();
    assert_eq!(*text, "OK");
    assert_eq!(server.only().header("accept"), Some("text/plain"));
}

#[tokio::test]
async fn an_invalid_call_is_rejected_before_it_is_sent() {
    let server = TestServer::always(ok("null")).await;
    let transport = server.transport();
    let get = || Call::new(&transport, &GET).path("model", "m");
    for (call, problem) in [
        (
            get(),
            "get_version: invalid request: parameter version is required",
        ),
        (
            get().path("version", ".."),
            "parameter version: \"..\" cannot be part of a path",
        ),
        (
            get().path("version", ""),
            "parameter version: \"\" cannot be part of a path",
        ),
        (
            Call::new(&transport, &TOKEN),
            "get_token: invalid request: parameter kind is required",
        ),
        (
            Call::new(&transport, &TOKEN).query("kind", "a"),
            "get_token: invalid request: parameter from or to is required",
        ),
        (
            Call::new(&transport, &CREATE),
            "create_stack: invalid request: a body is required",
        ),
        (
            Call::new(&transport, &LIST).header("Last-Event-ID", "a\nb"),
            "the value of header \"Last-Event-ID\" contains characters that HTTP forbids",
        ),
        (
            Call::new(&transport, &LIST).filter("id", Filter::one_of(Vec::<Uuid>::new())),
            "parameter id: one_of has no values",
        ),
        (
            Call::new(&transport, &LIST).query("rate", f64::NAN),
            "parameter rate: NaN and infinity are not numbers in JSON",
        ),
        (
            Call::new(&transport, &LIST).filter("rate", Filter::gte(f64::INFINITY)),
            "parameter rate: a number of the filter is NaN or infinite",
        ),
        (
            Call::new(&transport, &CREATE).json(&Filter::one_of([""; 0])),
            "the body cannot be encoded: one_of has no values",
        ),
    ] {
        let error = call.send::<()>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.attempts(), 0);
        assert!(error.to_string().contains(problem), "{error}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_page_is_decoded_and_keeps_its_status_and_headers() {
    let body = r#"{"index":1,"max_size":20,"total_pages":1,"total":1,"items":["a"]}"#;
    let server = TestServer::always(response(200, "x-zenml: yes\r\n", body)).await;
    let call = Call::new(&server.transport(), &LIST);
    let page = call.send::<Page<String>>().await.unwrap();
    assert_eq!(page.items, ["a"]);
    assert_eq!(page.http_status(), 200);
    assert_eq!(page.http_headers()["x-zenml"], "yes");
}

#[tokio::test]
async fn no_content_decodes_as_unit_and_as_null() {
    let server = TestServer::always("HTTP/1.1 204 No Content\r\n\r\n").await;
    let call = Call::new(&server.transport(), &LIST);
    call.clone().send::<()>().await.unwrap();
    let value = call.send::<Value>().await.unwrap();
    assert_eq!(*value, Value::Null);
}

#[tokio::test]
async fn an_operation_without_a_result_accepts_any_body() {
    for body in [r#"{"id": 1}"#, "done", "<html>"] {
        let server = TestServer::always(ok(body)).await;
        let call = Call::new(&server.transport(), &LIST);
        call.send::<()>().await.unwrap();
    }
}

#[tokio::test]
async fn a_response_of_another_shape_is_an_error_with_type_and_path() {
    let body = r#"{"index":1,"max_size":20,"total_pages":1,"total":1,"items":[5]}"#;
    let server = TestServer::always(ok(body)).await;
    let call = Call::new(&server.transport(), &LIST);
    let error = call.send::<Page<Field<String>>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.attempts(), 1);
    let text = "list_stacks: unexpected response (200): expected Page<Field<String>>: \
                invalid type: integer, expected a string (at $.items[0]) [request ";
    assert!(error.to_string().starts_with(text), "{error}");
}

#[tokio::test]
async fn a_secret_that_the_response_quotes_is_not_in_the_path_of_the_error() {
    let server = TestServer::always(ok(r#"{"Bearer hunter2-token":1}"#)).await;
    let transport = server.transport_as(Credentials::api_token("hunter2-token"));
    let call = Call::new(&transport, &READ).send::<BTreeMap<String, String>>();
    let error = call.await.unwrap_err();
    assert!(error.message().contains("Bearer [redacted]"), "{error}");
}

#[tokio::test]
async fn an_html_page_instead_of_json_is_an_error_with_a_hint() {
    let server = TestServer::always(ok("<!doctype html><title>Dashboard</title>")).await;
    let error = Call::new(&server.transport(), &LIST)
        .send::<Value>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .contains("check that the URL leads to the API"),
        "{error}"
    );
}

#[tokio::test]
async fn an_error_response_is_an_error_with_the_servers_message() {
    let body = r#"{"detail":["DoesNotExistException","no stack\n named prod"]}"#;
    let server = TestServer::always(response(404, "", body)).await;
    let error = Call::new(&server.transport(), &LIST)
        .send::<Value>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.status().unwrap(), 404);
    assert_eq!(error.server_exception(), Some("DoesNotExistException"));
    assert_eq!(error.message(), "no stack named prod");
    assert_eq!(error.operation(), Some("list_stacks"));
    assert_eq!(error.request_id(), server.only().header("x-request-id"));
}

#[test]
fn debug_shows_names_without_values() {
    let transport = crate::testing::builder("http://localhost")
        .credentials(crate::Credentials::api_key("hunter2"))
        .build()
        .unwrap()
        .0;
    let call = Call::new(&transport, &GET)
        .path("model", "hunter2")
        .query("token", "hunter2")
        .header("x-signature", "hunter2")
        .json("hunter2");
    let shown = format!("{call:?} {transport:?}");
    assert!(
        shown.contains("get_version") && shown.contains("token"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_large_response_is_decoded_on_another_thread() {
    let text = "a".repeat(2 << 20);
    let body =
        format!(r#"{{"index":1,"max_size":1,"total_pages":1,"total":1,"items":["{text}"]}}"#);
    let server = TestServer::always(ok(&body)).await;
    let transport = server.transport();
    let page = Call::new(&transport, &LIST)
        .send::<Page<String>>()
        .await
        .unwrap();
    assert_eq!(page.items, [&*text]);
    let mut items = Call::new(&transport, &LIST).paged_items::<String>();
    assert_eq!(items.next().await.unwrap().unwrap(), text);

    let error = Call::new(&transport, &LIST)
        .send::<Page<u8>>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("$.items[0]"), "{error}");
}
