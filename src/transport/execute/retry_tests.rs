//! When attempts are repeated, and how long the client waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use crate::testing::{
    Nineties, READ, Received, STALL, TestServer, builder, fine, grant, invalid, nobody, response,
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
    let answer = Call::new(transport, operation).send::<String>().await?;
    Ok(answer.into_inner())
}

fn unavailable() -> Vec<u8> {
    response(503, "", "")
}

/// A body that ends before its announced length.
fn broken() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\"fi".to_vec()
}

#[tokio::test(start_paused = true)]
async fn waits_double_until_the_call_succeeds() {
    let server = TestServer::sequence([unavailable(), unavailable(), unavailable(), fine()]).await;
    let begun = Instant::now();
    call(&retrying(&server.url), &READ).await.unwrap();
    // 1 s, 2 s and 4 s.
    assert_eq!(begun.elapsed().as_secs(), 7);
    assert_eq!(server.received().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for_in_seconds_and_as_a_date() {
    let seconds = response(429, "retry-after: 20\r\n", "");
    let date = response(503, "retry-after: Sun, 06 Nov 1994 08:49:57 GMT\r\n", "");
    let server = TestServer::sequence([seconds, date, fine()]).await;
    let client = builder(&server.url)
        .retry(RetryPolicy::default())
        .clock(Nineties);
    let begun = Instant::now();
    call(&client.build().unwrap().0, &READ).await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 20 + 30);
}

#[tokio::test(start_paused = true)]
async fn what_keeps_failing_fails_in_the_end_and_tells_how_often_it_was_tried() {
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
    let answers = [response(429, "", too_busy), broken(), b"".to_vec(), fine()];
    let server = TestServer::sequence(answers).await;
    call(&retrying(&server.url), &CREATE).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 4);
    for name in ["idempotency-key", "x-request-id"] {
        let first = received[0].header(name).unwrap();
        assert!(received.iter().all(|r| r.header(name) == Some(first)));
    }
}

/// The server remembers a key for five minutes: an attempt after that would be another call.
#[tokio::test(start_paused = true)]
async fn a_call_that_the_server_has_forgotten_during_a_login_is_not_repeated() {
    let later = || response(503, "retry-after: 120\r\n", "");
    let grant_of = |seconds| grant("t", seconds);
    let log_in = async |answers: Vec<Vec<u8>>| {
        let next = AtomicUsize::new(0);
        let server = TestServer::start(move |_| {
            let answer = answers.get(next.fetch_add(1, Ordering::SeqCst));
            answer.cloned().unwrap_or_else(fine)
        });
        let server = server.await;
        let client = builder(&server.url)
            .credentials(Credentials::password("default", "hunter2"))
            .retry(RetryPolicy::default());
        let outcome = call(&client.build().unwrap().0, &CREATE).await;
        (outcome, server.received())
    };

    // The token ends while its renewal is waited for, or is refused.
    let ended = || vec![grant_of(1), broken()];
    let refused = || vec![grant_of(3600), broken(), invalid()];
    for (before, attempts) in [(ended(), 1), (refused(), 2)] {
        let login = [later(), later(), later(), grant_of(3600)];
        let (outcome, received) = log_in([before, login.to_vec()].concat()).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.attempts(), attempts);
        let hint = error.hint().unwrap();
        assert!(hint.contains("may have carried out"), "{error}");
        assert!(received.last().unwrap().is_login());
    }
    // Within the five minutes it is repeated, with its key.
    for before in [ended(), refused()] {
        let login = [later(), later(), grant_of(3600)];
        let (outcome, received) = log_in([before, login.to_vec()].concat()).await;
        assert_eq!(outcome.unwrap(), "fine");
        let key = |request: &Received| request.header("idempotency-key").map(str::to_owned);
        assert_eq!(key(&received[1]), key(received.last().unwrap()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_body_is_read_again_if_the_call_is_idempotent() {
    let server = TestServer::sequence([broken(), fine()]).await;
    assert_eq!(call(&retrying(&server.url), &READ).await.unwrap(), "fine");
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_carried_out_is_not_repeated_unless_allowed() {
    for answer in [b"".to_vec(), broken(), unavailable()] {
        let server = TestServer::always(answer.clone()).await;
        let error = call(&retrying(&server.url), &UPDATE).await.unwrap_err();
        assert_eq!(server.received().len(), 1);
        assert!(
            error
                .hint()
                .unwrap()
                .contains("may have carried out the request")
        );

        let server = TestServer::sequence([answer, fine()]).await;
        let allowed =
            CallOptions::default().retry(RetryPolicy::default().retry_non_idempotent(true));
        let transport = retrying(&server.url).with_options(allowed);
        call(&transport, &UPDATE).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_carried_out_is_repeated_always() {
    let server = TestServer::sequence([response(429, "", ""), fine()]).await;
    call(&retrying(&server.url), &UPDATE).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_given_up_and_repeated() {
    let server = TestServer::sequence([STALL.to_vec(), fine()]).await;
    let limit = CallOptions::default().attempt_timeout(Duration::from_secs(30));
    let begun = Instant::now();
    call(&retrying(&server.url).with_options(limit), &READ)
        .await
        .unwrap();
    assert_eq!(begun.elapsed().as_secs(), 31);
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_when_its_time_is_over() {
    let server = TestServer::always(STALL.to_vec()).await;
    let limit = CallOptions::default().timeout(Duration::from_secs(5));
    let begun = Instant::now();
    let error = call(&retrying(&server.url).with_options(limit), &READ)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.message(), "no complete response within 5.0 s");
    assert_eq!((error.attempts(), begun.elapsed().as_secs()), (1, 5));
}

#[tokio::test(start_paused = true)]
async fn there_is_no_waiting_for_an_attempt_that_would_come_too_late() {
    let server = TestServer::always(response(503, "retry-after: 60\r\n", "")).await;
    let limit = CallOptions::default().timeout(Duration::from_secs(50));
    let begun = Instant::now();
    let error = call(&retrying(&server.url).with_options(limit), &READ)
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn with_a_server_that_is_down_retries_end_with_the_budget_and_begin_again_with_success() {
    let (url, socket) = nobody();
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

    let server = TestServer::at(socket.listen(8).unwrap(), |_| fine());
    for _ in 0..4 {
        call(&transport, &READ).await.unwrap();
    }
    drop(server);
    let left = transport.shared().budget.clone();
    assert!(left.withdraw() && left.withdraw() && !left.withdraw());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_a_stream_has_one_attempt() {
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
async fn a_delete_that_finds_nothing_after_a_lost_answer_says_so() {
    let gone = response(404, "", r#"{"detail":["KeyError","no such tag"]}"#);
    let server = TestServer::sequence([b"".to_vec(), gone.clone()]).await;
    let error = call(&retrying(&server.url), &DELETE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("may have deleted it"));

    let server = TestServer::always(gone).await;
    let error = call(&retrying(&server.url), &DELETE).await.unwrap_err();
    assert_eq!(error.hint(), None);
}

/// Of the two TLS libraries, rustls alone tells such an error from others.
#[cfg(feature = "rustls")]
#[tokio::test(start_paused = true)]
async fn what_is_no_tls_is_not_tried_again() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await.unwrap();
            // What has come is read, so that closing is no reset.
            while stream.read(&mut [0; 1024]).await.is_ok_and(|n| n > 0) {}
        }
    });
    let error = call(&retrying(&url), &READ).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn options_of_one_call_leave_the_client_as_it_is() {
    let server = TestServer::sequence([unavailable(), unavailable(), fine()]).await;
    let transport = retrying(&server.url);
    let once = transport.with_options(CallOptions::default().retry(RetryPolicy::never()));
    assert_eq!(call(&once, &READ).await.unwrap_err().attempts(), 1);
    call(&transport, &READ).await.unwrap();
}
