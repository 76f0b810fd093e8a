//! What does the span of a call contain?

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::Method;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::testing::{READ, TestServer, builder, json, response};
use crate::{Call, Operation, RawRequest, RetryPolicy, Secret, Transport};

static READ_THING: Operation = Operation {
    method: Method::GET,
    path: "/api/v1/things/{thing}",
    ..READ
};

/// Output of a `tracing` subscriber.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Returns the log of calls, with a line for each span that ends.
async fn log_of(transport: &Transport, calls: impl AsyncFn(&Transport)) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    calls(transport).with_subscriber(subscriber).await;
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_is_one_span_with_the_fields_of_opentelemetry() {
    let server = TestServer::sequence([response(503, "", ""), json("null")]).await;
    let client = builder(&server.url).retry(RetryPolicy::default());
    let transport = client.build().unwrap().0;
    let log = log_of(&transport, async |transport| {
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
async fn the_span_of_an_error_has_its_type_but_not_its_text() {
    let server = TestServer::always(response(404, "", r#"{"detail":"hunter2"}"#)).await;
    let transport = server.transport();
    let log = log_of(&transport, async |transport| {
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
