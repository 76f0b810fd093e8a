//! When does a client log in?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::testing::{
    STALL, TestServer, builder, invalid_credentials, keep_alive, ok, read, response, token_response,
};
use crate::{CallOptions, Credentials, ErrorKind, RetryPolicy};

fn password() -> Credentials {
    Credentials::password("default", "hunter2")
}

#[tokio::test(start_paused = true)]
async fn concurrent_calls_with_an_expired_token_share_one_login() {
    let server = TestServer::accepting_newest_token(3600).await;
    let transport = server.transport_as(password());
    read(&transport).await.unwrap();
    tokio::time::advance(Duration::from_secs(3600)).await;
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let transport = transport.clone();
            tokio::spawn(async move { read(&transport).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_expires() {
    let server = TestServer::accepting_newest_token(3600).await;
    let transport = server.transport_as(password());
    for (seconds, logins) in [(0, 1), (3419, 1), (2, 2), (3000, 2)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        read(&transport).await.unwrap();
        assert_eq!(server.logins(), logins);
    }
}

#[tokio::test]
async fn a_revoked_token_causes_one_login_and_no_failed_call() {
    let server = TestServer::accepting_newest_token(3600).await;
    let (one, other) = (
        server.transport_as(password()),
        server.transport_as(password()),
    );
    read(&one).await.unwrap();
    // This login revokes the token of the first client.
    read(&other).await.unwrap();
    let results = tokio::join!(read(&one), read(&one), read(&one));
    for result in [results.0, results.1, results.2] {
        result.unwrap();
    }
    assert_eq!(server.logins(), 3);
}

#[tokio::test]
async fn a_server_that_rejects_every_token_causes_one_more_login() {
    let server = TestServer::with_login(token_response("t", 3600), invalid_credentials()).await;
    let error = read(&server.transport_as(password())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.attempts(), 2);
    assert_eq!(server.logins(), 2);
}

#[tokio::test]
async fn a_401_for_missing_permissions_causes_no_login() {
    let forbidden = response(401, "", r#"{"detail":["AuthorizationException","no"]}"#);
    let server = TestServer::with_login(token_response("t", 3600), forbidden).await;
    let error = read(&server.transport_as(password())).await.unwrap_err();
    assert_eq!(error.server_exception(), Some("AuthorizationException"));
    assert_eq!((error.attempts(), server.logins()), (1, 1));
}

#[tokio::test]
async fn a_login_continues_after_its_caller_is_dropped() {
    let (tx, mut rx) = tokio::sync::mpsc::unbounded_channel();
    let server = TestServer::start(move |request| {
        if request.is_login() {
            tx.send(()).unwrap();
            token_response("t", 3600)
        } else {
            ok()
        }
    });
    let server = server.await;
    let transport = server.transport_as(password());
    let caller = tokio::spawn({
        let transport = transport.clone();
        async move { read(&transport).await }
    });
    rx.recv().await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    read(&transport).await.unwrap();
    assert_eq!(server.logins(), 1);
}

#[test]
fn a_login_restarts_after_its_runtime_has_shut_down() {
    let main = current_thread();
    let stalls = Arc::new(AtomicBool::new(true));
    let server = main.block_on(TestServer::start({
        let stalls = stalls.clone();
        move |request| match (request.is_login(), stalls.swap(false, Ordering::SeqCst)) {
            (true, true) => STALL.to_vec(),
            (true, false) => token_response("t", 3600),
            (false, _) => ok(),
        }
    }));
    let transport = server.transport_as(password());
    let other = current_thread();
    let interrupted = other.block_on(async {
        let limit = Duration::from_millis(50);
        tokio::time::timeout(limit, read(&transport)).await
    });
    assert!(interrupted.is_err());
    drop(other);
    stalls.store(false, Ordering::SeqCst);
    main.block_on(read(&transport)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_stays_in_use_while_its_renewal_fails() {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = is_down.clone();
    let server = TestServer::start(move |request| {
        if !request.is_login() {
            ok()
        } else if down.load(Ordering::SeqCst) {
            response(503, "", "")
        } else {
            token_response("t", 3600)
        }
    });
    let server = server.await;
    let transport = server.transport_as(password());
    read(&transport).await.unwrap();

    is_down.store(true, Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(3500)).await;
    read(&transport).await.unwrap();
    read(&transport).await.unwrap();
    // The second call did not try to renew the token again.
    assert_eq!(server.logins(), 2);
    tokio::time::advance(Duration::from_secs(11)).await;
    read(&transport).await.unwrap();
    assert_eq!(server.logins(), 3);

    // The token has expired: the call needs a login.
    tokio::time::advance(Duration::from_secs(100)).await;
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    is_down.store(false, Ordering::SeqCst);
    read(&transport).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_stays_in_use_after_a_rejected_renewal() {
    let responses = [token_response("t", 3600), ok(), invalid_credentials(), ok()];
    let server = TestServer::sequence(responses).await;
    let transport = server.transport_as(password());
    read(&transport).await.unwrap();
    tokio::time::advance(Duration::from_secs(3500)).await;
    read(&transport).await.unwrap();
    assert_eq!(server.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_login_is_retried_like_a_call() {
    let server = TestServer::sequence([
        response(503, "", ""),
        b"".to_vec(),
        token_response("t", 3600),
        ok(),
    ]);
    let server = server.await;
    let client = builder(&server.url)
        .credentials(password())
        .retry(RetryPolicy::default());
    read(&client.build().unwrap().0).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_caller_waits_for_a_login_no_longer_than_its_deadline() {
    let server = TestServer::always(STALL.to_vec()).await;
    let transport = server.transport_as(password());
    let limit = CallOptions::default().timeout(Duration::from_secs(3));
    let error = read(&transport.with_options(limit)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.message(),
        "the login exceeded the 3.0 s that the call may take"
    );
}

#[test]
fn a_login_on_an_idle_runtime_does_not_block_other_runtimes() {
    let driven = tokio::runtime::Runtime::new().unwrap();
    let server = driven.block_on(TestServer::accepting_newest_token(3600));
    let transport = server.transport_as(password());
    let idle = current_thread();
    idle.block_on(async {
        let transport = transport.clone();
        tokio::spawn(async move { read(&transport).await });
        // The login starts; the runtime is idle afterwards.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
    });
    let other = current_thread();
    other.block_on(async {
        tokio::time::pause();
        read(&transport).await.unwrap();
    });
    drop(idle);
}

#[test]
fn a_call_on_another_runtime_does_not_use_the_connection_of_an_idle_one() {
    let driven = tokio::runtime::Runtime::new().unwrap();
    let (url, _) = driven.block_on(keep_alive());
    let client = builder(&url).attempt_timeout(Duration::from_secs(5));
    let transport = client.build().unwrap().0;
    let idle = current_thread();
    idle.block_on(read(&transport)).unwrap();
    current_thread().block_on(read(&transport)).unwrap();
    idle.block_on(read(&transport)).unwrap();
}

fn current_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
