//! What does a raw request send, and what do its errors show?

use http::Method;
use serde_json::{Value, json};

use crate::testing::{TestServer, json as ok, response};
use crate::{ErrorKind, RawRequest};

#[tokio::test]
async fn a_raw_request_is_sent_with_the_clients_credentials() {
    let server = TestServer::always(ok(r#"{"a":1}"#)).await;
    let path = "/api/v1/plugins?a=1".to_owned();
    let response = RawRequest::new(&server.transport(), Method::POST, path, true)
        .query("b", 2)
        .query("b", "x y")
        .header("X-Extra", 3)
        .json(&json!([null]))
        .send::<Value>()
        .await
        .unwrap();
    assert_eq!(response["a"], 1);
    let request = server.only();
    assert_eq!(request.line, "POST /api/v1/plugins?a=1&b=2&b=x+y");
    assert_eq!(request.body, "[null]");
    assert_eq!(request.header("x-extra"), Some("3"));
    assert_eq!(request.header("authorization"), Some("Bearer bearer"));
    assert!(request.header("idempotency-key").is_some());
}

#[tokio::test]
async fn bytes_returns_the_body_undecoded() {
    let server = TestServer::always(response(200, "", "no json")).await;
    let call = RawRequest::new(
        &server.transport(),
        Method::GET,
        "/health".to_owned(),
        false,
    );
    assert_eq!(*call.bytes().await.unwrap(), "no json");
}

#[tokio::test]
async fn errors_name_the_route_without_the_query() {
    let server = TestServer::always(response(404, "", "")).await;
    let path = "/data?token=hunter2".to_owned();
    let call = RawRequest::new(&server.transport(), Method::GET, path, false);
    let error = call.send::<Value>().await.unwrap_err();
    assert_eq!(error.operation(), Some("GET /data"));
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn send_reports_an_invalid_value() {
    let server = TestServer::always(ok("null")).await;
    for (path, header) in [("/a", "x\n"), ("no/slash", "x")] {
        let call = RawRequest::new(&server.transport(), Method::GET, path.to_owned(), false);
        let error = call.header("x-a", header).send::<()>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.attempts(), 0);
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn nan_and_infinity_are_refused_before_sending() {
    let server = TestServer::always(ok("null")).await;
    let request = || {
        let path = "/api/v1/a".to_owned();
        RawRequest::new(&server.transport(), Method::POST, path, false)
    };
    for float in [f64::NAN, f64::INFINITY] {
        for request in [
            request().header("x-rate", float),
            request().query("rate", float),
            request().json(&[float]),
        ] {
            let error = request.send::<()>().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(error.message().contains("NaN and infinity"), "{error}");
        }
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn errors_do_not_quote_the_values_of_the_request() {
    let echo = r#"{"detail":"got {'a': ['hunter2!']}, hunter3! and HUNTER4!"}"#;
    let server = TestServer::always(response(400, "", echo)).await;
    let call = RawRequest::new(&server.transport(), Method::POST, "/a".to_owned(), false)
        .json(&serde_json::json!({"a": ["hunter2!"]}))
        .query("b", "hunter3!")
        .header("x-c", "hunter4!");
    let error = call.send::<Value>().await.unwrap_err();
    assert_eq!(
        error.message(),
        "got {'a': ['[redacted]']}, [redacted] and [redacted]"
    );
}

#[tokio::test]
async fn the_credentials_in_a_header_are_not_quoted_without_their_scheme() {
    let body = r#"{"detail":"unknown user aHVudGVyMg=="}"#;
    let server = TestServer::always(response(401, "", body)).await;
    let path = "/api/v1/a".to_owned();
    let request = RawRequest::new(&server.transport(), Method::GET, path, false);
    let request = request.header("x-auth", "Basic aHVudGVyMg==");
    let error = request.send::<Value>().await.unwrap_err();
    assert_eq!(error.message(), "unknown user [redacted]");
}
