//! When is an attempt retried, and after which delay?

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use crate::testing::{
    FixedDateClock, READ, ReceivedRequest, STALL, TestServer, builder, invalid_credentials, ok,
    refused_url, response, token_response,
};
use crate::{
    Call, CallOptions, Credentials, ErrorKind, Operation, RawRequest, Result, RetryBudget,
    RetryPolicy, Transport,
};

static CREATE: Operation = Operation {
    name: "create",
    method: Method::POST,
    idempotent: false,
    deduplicated: true,
    ..READ
};

static UPDATE: Operation = Operation {
    name: "update",
    method: Method::PATCH,
    idempotent: false,
    ..READ
};

static DELETE: Operation = Operation {
    name: "delete",
    method: Method::DELETE,
    ..READ
};

fn retrying(url: &str) -> Transport {
    builder(url)
        .retry(RetryPolicy::default())
        .build()
        .unwrap()
        .0
}

async fn call(transport: &Transport, operation: &'static Operation) -> Result<String> {
    let response = Call::new(transport, operation).send::<String>().await?;
    Ok(response.into_inner())
}

fn unavailable() -> Vec<u8> {
    response(503, "", "")
}

/// Returns a response with a body that ends before its announced length.
fn cut_off() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\"o".to_vec()
}

#[tokio::test(start_paused = true)]
async fn delays_double_until_the_call_succeeds() {
    let server = TestServer::sequence([unavailable(), unavailable(), unavailable(), ok()]).await;
    let started = Instant::now();
    call(&retrying(&server.url), &READ).await.unwrap();
    // 1 s, 2 s and 4 s.
    assert_eq!(started.elapsed().as_secs(), 7);
    assert_eq!(server.received().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn retry_after_delays_the_retry_in_seconds_and_as_a_date() {
    let seconds = response(429, "retry-after: 20\r\n", "");
    let date = response(503, "retry-after: Sun, 06 Nov 1994 08:49:57 GMT\r\n", "");
    let server = TestServer::sequence([seconds, date, ok()]).await;
    let client = builder(&server.url)
        .retry(RetryPolicy::default())
        .clock(FixedDateClock);
    let started = Instant::now();
    call(&client.build().unwrap().0, &READ).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 20 + 30);
}

#[tokio::test(start_paused = true)]
async fn the_last_error_reports_the_number_of_attempts() {
    let server = TestServer::always(unavailable()).await;
    let client = builder(&server.url).retry(RetryPolicy::default().max_retries(3));
    let error = call(&client.build().unwrap().0, &READ).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.attempts(), 4);
    assert!(error.to_string().ends_with(", 4 attempts]"), "{error}");
    assert_eq!(server.received().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn all_attempts_carry_the_same_key_and_request_id() {
    let too_busy = r#"{"error":"Server too busy. Please try again later."}"#;
    let responses = [response(429, "", too_busy), cut_off(), b"".to_vec(), ok()];
    let server = TestServer::sequence(responses).await;
    call(&retrying(&server.url), &CREATE).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 4);
    for name in ["idempotency-key", "x-request-id"] {
        let first = received[0].header(name).unwrap();
        assert!(received.iter().all(|r| r.header(name) == Some(first)));
    }
}

/// The server remembers a key for five minutes. It would carry out a later attempt as another call.
#[tokio::test(start_paused = true)]
async fn a_call_is_not_retried_if_its_key_expires_during_a_login() {
    let later = || response(503, "retry-after: 120\r\n", "");
    let token = |lifetime| token_response("t", lifetime);
    let call_with = async |responses: Vec<Vec<u8>>| {
        let next = AtomicUsize::new(0);
        let server = TestServer::start(move |_| {
            let response = responses.get(next.fetch_add(1, Ordering::SeqCst));
            response.cloned().unwrap_or_else(ok)
        });
        let server = server.await;
        let client = builder(&server.url)
            .credentials(Credentials::password("default", "hunter2"))
            .retry(RetryPolicy::default());
        let outcome = call(&client.build().unwrap().0, &CREATE).await;
        (outcome, server.received())
    };

    // The token expires before the second attempt, or the server rejects it.
    let expired = || vec![token(1), cut_off()];
    let rejected = || vec![token(3600), cut_off(), invalid_credentials()];
    for (before, attempts) in [(expired(), 1), (rejected(), 2)] {
        let login = [later(), later(), later(), token(3600)];
        let (outcome, received) = call_with([before, login.to_vec()].concat()).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.attempts(), attempts);
        let hint = error.hint().unwrap();
        assert!(hint.contains("may have carried out"), "{error}");
        assert!(received.last().unwrap().is_login());
    }
    // Within the five minutes the call is retried with the same key.
    for before in [expired(), rejected()] {
        let login = [later(), later(), token(3600)];
        let (outcome, received) = call_with([before, login.to_vec()].concat()).await;
        assert_eq!(outcome.unwrap(), "ok");
        let key = |request: &ReceivedRequest| request.header("idempotency-key").map(str::to_owned);
        assert_eq!(key(&received[1]), key(received.last().unwrap()));
    }
}

#[tokio::test(start_paused = true)]
async fn an_idempotent_call_is_retried_after_a_body_that_is_cut_off() {
    let server = TestServer::sequence([cut_off(), ok()]).await;
    assert_eq!(call(&retrying(&server.url), &READ).await.unwrap(), "ok");
}

#[tokio::test(start_paused = true)]
async fn a_non_idempotent_call_of_unknown_effect_is_not_retried_unless_allowed() {
    for failure in [b"".to_vec(), cut_off(), unavailable()] {
        let server = TestServer::always(failure.clone()).await;
        let error = call(&retrying(&server.url), &UPDATE).await.unwrap_err();
        assert_eq!(server.received().len(), 1);
        assert!(
            error
                .hint()
                .unwrap()
                .contains("may have carried out the request")
        );

        let server = TestServer::sequence([failure, ok()]).await;
        let allowed =
            CallOptions::default().retry(RetryPolicy::default().retry_non_idempotent(true));
        let transport = retrying(&server.url).with_options(allowed);
        call(&transport, &UPDATE).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_non_idempotent_call_without_effect_is_retried() {
    let server = TestServer::sequence([response(429, "", ""), ok()]).await;
    call(&retrying(&server.url), &UPDATE).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_times_out_is_retried() {
    let server = TestServer::sequence([STALL.to_vec(), ok()]).await;
    let limit = CallOptions::default().attempt_timeout(Duration::from_secs(30));
    let started = Instant::now();
    call(&retrying(&server.url).with_options(limit), &READ)
        .await
        .unwrap();
    assert_eq!(started.elapsed().as_secs(), 31);
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    let server = TestServer::always(STALL.to_vec()).await;
    let limit = CallOptions::default().timeout(Duration::from_secs(5));
    let started = Instant::now();
    let error = call(&retrying(&server.url).with_options(limit), &READ)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.message(), "no complete response within 5.0 s");
    assert_eq!((error.attempts(), started.elapsed().as_secs()), (1, 5));
}

#[tokio::test(start_paused = true)]
async fn a_call_does_not_wait_for_a_retry_after_its_deadline() {
    let server = TestServer::always(response(503, "retry-after: 60\r\n", "")).await;
    let limit = CallOptions::default().timeout(Duration::from_secs(50));
    let started = Instant::now();
    let error = call(&retrying(&server.url).with_options(limit), &READ)
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn the_budget_limits_all_retries_and_successful_calls_refill_it() {
    let (url, socket) = refused_url();
    let client = builder(&url)
        .retry(RetryPolicy::default())
        .retry_budget(RetryBudget::new(50));
    let transport = client.build().unwrap().0;
    let calls: Vec<_> = (0..1_000)
        .map(|_| {
            let transport = transport.clone();
            tokio::spawn(async move { call(&transport, &READ).await.unwrap_err() })
        })
        .collect();
    let mut attempts = 0;
    for call in calls {
        let error = call.await.unwrap();
        assert_eq!(error.kind(), ErrorKind::Connect);
        attempts += error.attempts();
    }
    assert_eq!(attempts, 1_050);

    let server = TestServer::at(socket.listen(8).unwrap(), |_| ok());
    for _ in 0..4 {
        call(&transport, &READ).await.unwrap();
    }
    drop(server);
    let left = transport.shared().budget.clone();
    assert!(left.withdraw() && left.withdraw() && !left.withdraw());
}

#[tokio::test(start_paused = true)]
async fn a_streamed_body_is_sent_once() {
    let server = TestServer::always(response(429, "", "")).await;
    let stream = Pieces(vec!["two ", "one "]);
    let call = RawRequest::new(&retrying(&server.url), Method::PUT, "/a".to_owned(), false)
        .stream("text/plain", stream);
    let error = call.send::<()>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    let request = server.only();
    assert_eq!(request.header("content-type"), Some("text/plain"));
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
}

struct Pieces(Vec<&'static str>);

impl futures_core::Stream for Pieces {
    type Item = std::io::Result<bytes::Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.pop().map(|piece| Ok(piece.into())))
    }
}

#[tokio::test(start_paused = true)]
async fn a_404_after_a_lost_response_hints_at_an_earlier_deletion() {
    let gone = response(404, "", r#"{"detail":["KeyError","no such tag"]}"#);
    let server = TestServer::sequence([b"".to_vec(), gone.clone()]).await;
    let error = call(&retrying(&server.url), &DELETE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("may have deleted it"));

    let server = TestServer::always(gone).await;
    let error = call(&retrying(&server.url), &DELETE).await.unwrap_err();
    assert_eq!(error.hint(), None);
}

/// Only rustls distinguishes a failed handshake from other errors.
#[cfg(feature = "__rustls")]
#[tokio::test(start_paused = true)]
async fn a_failed_tls_handshake_is_not_retried() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await.unwrap();
            // Unread data would make the close a reset.
            while stream.read(&mut [0; 1024]).await.is_ok_and(|n| n > 0) {}
        }
    });
    let error = call(&retrying(&url), &READ).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn options_of_one_call_do_not_change_the_client() {
    let server = TestServer::sequence([unavailable(), unavailable(), ok()]).await;
    let transport = retrying(&server.url);
    let once = transport.with_options(CallOptions::default().retry(RetryPolicy::never()));
    assert_eq!(call(&once, &READ).await.unwrap_err().attempts(), 1);
    call(&transport, &READ).await.unwrap();
}
