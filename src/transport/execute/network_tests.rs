//! How does a call handle bodies that stall, are too large or compressed, and how does it apply limits?

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::header;
use serde_json::Value;
use tokio::time::Instant;

use crate::testing::{
    READ, STALL, TestServer, WRITE, builder, json, keep_alive, ok, read, refused_url, response,
};
use crate::{Call, CallOptions, Credentials, ErrorKind, RetryPolicy};

/// Returns a response with a body that stalls after its beginning.
fn stalled(status: u16, beginning: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 1000\r\n\r\n{beginning}");
    [head.as_bytes(), STALL].concat()
}

#[tokio::test(start_paused = true)]
async fn a_stalled_error_body_does_not_hide_its_status() {
    let server = TestServer::always(stalled(404, r#"{"detail":["KeyError","#)).await;
    let options = CallOptions::default().attempt_timeout(Duration::from_secs(120));
    let started = Instant::now();
    let error = read(&server.transport().with_options(options))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
    assert_eq!(started.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_download_ends_after_the_idle_timeout() {
    let server = TestServer::always(stalled(200, "ten bytes!")).await;
    let mut download = Call::new(&server.transport(), &READ)
        .download()
        .await
        .unwrap();
    assert_eq!(&download.chunk().await.unwrap().unwrap()[..], b"ten bytes!");
    let started = Instant::now();
    let error = download.chunk().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), started.elapsed().as_secs()),
        (ErrorKind::Timeout, 60)
    );
    assert!(download.chunk().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stalled_response_ends_after_the_idle_timeout() {
    let server = TestServer::always(stalled(200, "\"o")).await;
    let options = CallOptions::default().attempt_timeout(None).timeout(None);
    let started = Instant::now();
    let error = read(&server.transport().with_options(options)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(started.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn a_response_beyond_the_maximum_size_is_too_large() {
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a".repeat(1 << 20));
    for large in [
        json(&format!("{:?}", "a".repeat(100))),
        endless.into_bytes(),
    ] {
        let server = TestServer::always(large).await;
        let options = CallOptions::default().max_response_size(100);
        let error = read(&server.transport().with_options(options))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::TooLarge, 1));
    }
}

#[tokio::test]
async fn a_compressed_response_is_an_error_that_names_the_compression() {
    let server = TestServer::always(ok()).await;
    read(&server.transport()).await.unwrap();
    let asked_for = if cfg!(feature = "gzip") {
        "gzip"
    } else {
        "identity"
    };
    assert_eq!(server.only().header("accept-encoding"), Some(asked_for));

    for (status, kind) in [(200, ErrorKind::Decode), (500, ErrorKind::Server)] {
        let body = response(status, "content-encoding: br\r\n", "\u{1f}\u{8b}\u{8}");
        let server = TestServer::always(body).await;
        let error = read(&server.transport()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().contains("(br)"), "{error}");
        assert!(!error.to_string().contains('\u{8}'), "{error}");
        if status == 200 {
            let error = Call::new(&server.transport(), &READ).download().await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
        }
    }
}

#[tokio::test]
async fn an_operation_without_a_result_accepts_any_body() {
    for body in [
        json(r#"{"deleted":true}"#),
        response(200, "", "OK"),
        response(204, "", ""),
    ] {
        let server = TestServer::always(body).await;
        Call::new(&server.transport(), &READ)
            .send::<()>()
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let server = TestServer::always(json("\u{feff}\"ok\"")).await;
    assert_eq!(read(&server.transport()).await.unwrap(), "ok");
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_maximum_ends_the_call_with_a_hint() {
    let server = TestServer::always(response(429, "retry-after: 3600\r\n", "")).await;
    let options = CallOptions::default().retry(RetryPolicy::default());
    let error = read(&server.transport().with_options(options))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, 1)
    );
    assert!(error.hint().unwrap().contains("3600 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_after_a_lost_response_hints_at_an_earlier_creation() {
    let conflict = response(409, "", r#"{"detail":["EntityExistsError","exists"]}"#);
    let server = TestServer::sequence([b"".to_vec(), conflict]).await;
    let policy = RetryPolicy::default().retry_non_idempotent(true);
    let transport = server
        .transport()
        .with_options(CallOptions::default().retry(policy));
    let call = Call::new(&transport, &WRITE).json(&Value::Null);
    let error = call.send::<Value>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error.hint().unwrap().contains("may have created it"),
        "{error}"
    );
}

#[tokio::test]
async fn the_body_of_a_get_is_not_sent_to_another_host() {
    let other = TestServer::always(ok()).await;
    let location = format!("location: {}/b\r\n", other.url);
    let server = TestServer::always(response(307, &location, "")).await;
    let call = Call::new(&server.transport(), &READ).json(&"hunter2");
    call.send::<String>().await.unwrap();
    assert_eq!(other.only().body, "");
    assert_eq!(other.only().header("content-type"), None);
}

#[tokio::test]
async fn default_headers_are_redacted_from_errors() {
    let body = r#"{"detail":"unknown header X-Key: HUNTER2"}"#;
    let server = TestServer::always(response(400, "", body)).await;
    let name = header::HeaderName::from_static("x-key");
    let client = builder(&server.url)
        .default_header(name, header::HeaderValue::from_static("hunter2"))
        .build()
        .unwrap();
    let error = read(&client.0).await.unwrap_err();
    assert_eq!(error.message(), "unknown header X-Key: [redacted]");
}

#[tokio::test(start_paused = true)]
async fn a_call_beyond_the_maximum_of_concurrent_requests_waits() {
    let server = TestServer::always(stalled(200, "")).await;
    let client = builder(&server.url)
        .max_concurrent_requests(1)
        .credentials(Credentials::api_token("t"))
        .build()
        .unwrap()
        .0;
    // A download counts as a request until its body has been read.
    let download = Call::new(&client, &READ).download().await.unwrap();
    let limited = client.with_options(CallOptions::default().timeout(Duration::from_secs(5)));
    let error = read(&limited).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(
        error.message().contains("max_concurrent_requests"),
        "{error}"
    );
    assert_eq!(server.received().len(), 1);
    drop(download);
    let options = CallOptions::default().attempt_timeout(Duration::from_secs(1));
    read(&client.with_options(options)).await.unwrap_err();
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_value_that_does_not_match_its_type_is_not_quoted() {
    let server = TestServer::always(json(r#""hunter2""#)).await;
    let call = || Call::new(&server.transport(), &READ);
    let timestamp = call().send::<crate::Timestamp>().await.unwrap_err();
    let number = call().send::<u64>().await.unwrap_err();
    for (error, expected) in [(timestamp, "a datetime"), (number, "u64")] {
        let found = format!("invalid value: string, expected {expected}");
        let found = found.replace("value: string, expected u64", "type: string, expected u64");
        assert!(error.message().contains(&found), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_call_that_ends_before_retry_after_says_when_to_come_back() {
    let server = TestServer::always(response(429, "retry-after: 60\r\n", "")).await;
    let options = CallOptions::default()
        .retry(RetryPolicy::default())
        .timeout(Duration::from_secs(30));
    let transport = server.transport().with_options(options);
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(error.hint().unwrap().contains("60 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_target_of_a_redirect_is_named() {
    let (other, _socket) = refused_url();
    let location = format!("location: {other}/a\r\n");
    let server = TestServer::always(response(307, &location, "")).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let host = other.trim_start_matches("http://");
    assert!(error.message().contains(host), "{error}");
    assert!(
        error
            .hint()
            .unwrap()
            .contains("did not receive the credentials"),
        "{error}"
    );
}

#[tokio::test]
async fn an_error_is_short_however_long_the_name_in_a_redirect_is() {
    let location = format!("location: http://{}.invalid/\r\n", "a".repeat(50_000));
    let server = TestServer::always(response(307, &location, "")).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert!(error.to_string().len() < 6_000, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_not_reused_after_the_idle_timeout_of_the_server() {
    let (url, connections) = keep_alive().await;
    let transport = builder(&url).build().unwrap().0;
    for (idle, opened) in [(0, 1), (3, 1), (5, 2)] {
        tokio::time::sleep(Duration::from_secs(idle)).await;
        read(&transport).await.unwrap();
        let connections = connections.load(Ordering::SeqCst);
        assert_eq!(connections, opened, "after {idle} s");
    }
}
