use http::Method;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::testing::{Log, READ, TestServer, builder, json, response};
use crate::{Call, Operation, RawRequest, RetryPolicy, Secret, Transport};

static READ_THING: Operation = Operation {
    method: Method::GET,
    path: "/api/v1/things/{thing}",
    ..READ
};

/// What is told of the spans that end while this is done.
async fn told(transport: &Transport, calls: impl AsyncFn(&Transport)) -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    calls(transport).with_subscriber(subscriber).await;
    log.text()
}

#[tokio::test(start_paused = true)]
async fn a_call_is_one_span_with_the_names_of_opentelemetry() {
    let server = TestServer::sequence([response(503, "", ""), json("null")]).await;
    let client = builder(&server.url).retry(RetryPolicy::default());
    let transport = client.build().unwrap().0;
    let log = told(&transport, async |transport| {
        let call = Call::new(transport, &READ_THING)
            .path("thing", "hunter2")
            .query("page", 7)
            .query("page", 8)
            .secret("token", Secret::from("hunter2"));
        call.send::<()>().await.unwrap();
    });
    let log = log.await;
    let request = &server.received()[0];
    let id = request.header("x-request-id").unwrap();
    let port = server.url.rsplit(':').next().unwrap();
    for field in [
        "otel.name=GET /api/v1/things/{thing}",
        "otel.kind=\"client\"",
        "zenml.operation=\"read\"",
        "http.request.method=\"GET\"",
        "url.template=\"/api/v1/things/{thing}\"",
        "url.query.names=\"page,token\"",
        "server.address=\"127.0.0.1\"",
        &format!("server.port={port}"),
        &format!("http.request.header.x_request_id=\"{id}\""),
        "http.request.resend_count=1",
        "http.response.status_code=200",
        "retry=1 delay=1.0 error.type=\"503\"",
        "time.busy",
    ] {
        assert!(log.contains(field), "{field} in {log}");
    }
    assert_eq!(log.matches(": close ").count(), 1, "{log}");
    assert!(!log.contains("hunter2") && !log.contains("page=7"), "{log}");
}

#[tokio::test]
async fn an_error_is_told_by_its_type_and_without_its_text() {
    let server = TestServer::always(response(404, "", r#"{"detail":"hunter2"}"#)).await;
    let transport = server.transport();
    let log = told(&transport, async |transport| {
        let path = "/api/v1/x?token=hunter2".to_owned();
        let call = RawRequest::new(transport, Method::GET, path, false).query("hunter2", "x");
        call.send::<()>().await.unwrap_err();
    });
    let log = log.await;
    for field in [
        "zenml.operation=\"GET /api/v1/x\"",
        "otel.status_code=\"ERROR\"",
        "error.type=\"404\"",
        "http.response.status_code=404",
    ] {
        assert!(log.contains(field), "{field} in {log}");
    }
    assert!(!log.contains("hunter2"), "{log}");
}
