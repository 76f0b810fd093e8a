//! When the client logs in, and when it does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::testing::{STALL, TestServer, builder, fine, grant, invalid, read, response};
use crate::{CallOptions, Credentials, ErrorKind, RetryPolicy};

fn password() -> Credentials {
    Credentials::password("default", "hunter2")
}

#[tokio::test(start_paused = true)]
async fn many_calls_on_a_token_that_has_ended_cause_one_login() {
    let server = TestServer::of_one_token(3600).await;
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
async fn a_token_is_renewed_before_it_ends() {
    let server = TestServer::of_one_token(3600).await;
    let transport = server.transport_as(password());
    for (seconds, logins_by_then) in [(0, 1), (3419, 1), (2, 2), (3000, 2)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        read(&transport).await.unwrap();
        assert_eq!(server.logins(), logins_by_then);
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_any_more_costs_one_login_and_no_call() {
    let server = TestServer::of_one_token(3600).await;
    let (one, other) = (
        server.transport_as(password()),
        server.transport_as(password()),
    );
    read(&one).await.unwrap();
    // From here the first client's token is refused.
    read(&other).await.unwrap();
    let answers = tokio::join!(read(&one), read(&one), read(&one));
    for answer in [answers.0, answers.1, answers.2] {
        answer.unwrap();
    }
    assert_eq!(server.logins(), 3);
}

#[tokio::test]
async fn a_server_that_refuses_every_token_is_asked_for_one_more_only() {
    let server = TestServer::start(|request| match request.is_login() {
        true => grant("t", 3600),
        false => invalid(),
    });
    let server = server.await;
    let error = read(&server.transport_as(password())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.attempts(), 2);
    assert_eq!(server.logins(), 2);
}

#[tokio::test]
async fn a_refusal_for_lack_of_rights_causes_no_login() {
    let server = TestServer::start(|request| match request.is_login() {
        true => grant("t", 3600),
        false => response(401, "", r#"{"detail":["AuthorizationException","no"]}"#),
    });
    let server = server.await;
    let error = read(&server.transport_as(password())).await.unwrap_err();
    assert_eq!(error.server_exception(), Some("AuthorizationException"));
    assert_eq!((error.attempts(), server.logins()), (1, 1));
}

#[tokio::test]
async fn a_login_goes_on_without_the_caller_who_began_it() {
    let (asked, mut is_asked) = tokio::sync::mpsc::unbounded_channel();
    let server = TestServer::start(move |request| match request.is_login() {
        true => {
            asked.send(()).unwrap();
            grant("t", 3600)
        }
        false => fine(),
    });
    let server = server.await;
    let transport = server.transport_as(password());
    let caller = tokio::spawn({
        let transport = transport.clone();
        async move { read(&transport).await }
    });
    is_asked.recv().await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    read(&transport).await.unwrap();
    assert_eq!(server.logins(), 1);
}

#[test]
fn a_login_whose_runtime_is_gone_is_begun_again() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let main = runtime();
    let stalls = Arc::new(AtomicBool::new(true));
    let server = main.block_on(TestServer::start({
        let stalls = stalls.clone();
        move |request| match (request.is_login(), stalls.swap(false, Ordering::SeqCst)) {
            (true, true) => STALL.to_vec(),
            (true, false) => grant("t", 3600),
            (false, _) => fine(),
        }
    }));
    let transport = server.transport_as(password());
    let other = runtime();
    let begun = other.block_on(async {
        let limit = Duration::from_millis(50);
        tokio::time::timeout(limit, read(&transport)).await
    });
    assert!(begun.is_err());
    drop(other);
    stalls.store(false, Ordering::SeqCst);
    main.block_on(read(&transport)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_for_a_while_leaves_the_valid_token_in_use() {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = is_down.clone();
    let server = TestServer::start(move |request| match request.is_login() {
        true if down.load(Ordering::SeqCst) => response(503, "", ""),
        true => grant("t", 3600),
        false => fine(),
    });
    let server = server.await;
    let transport = server.transport_as(password());
    read(&transport).await.unwrap();

    is_down.store(true, Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(3500)).await;
    read(&transport).await.unwrap();
    read(&transport).await.unwrap();
    // The second call did not try again at once.
    assert_eq!(server.logins(), 2);
    tokio::time::advance(Duration::from_secs(11)).await;
    read(&transport).await.unwrap();
    assert_eq!(server.logins(), 3);

    // After its end nothing helps but a login.
    tokio::time::advance(Duration::from_secs(100)).await;
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    is_down.store(false, Ordering::SeqCst);
    read(&transport).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_refused_leaves_the_valid_token_in_use() {
    let answers = [grant("t", 3600), fine(), invalid(), fine()];
    let server = TestServer::sequence(answers).await;
    let transport = server.transport_as(password());
    read(&transport).await.unwrap();
    tokio::time::advance(Duration::from_secs(3500)).await;
    read(&transport).await.unwrap();
    assert_eq!(server.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_login_is_tried_again_as_calls_are() {
    let server = TestServer::sequence([
        response(503, "", ""),
        b"".to_vec(),
        grant("t", 3600),
        fine(),
    ]);
    let server = server.await;
    let client = builder(&server.url)
        .credentials(password())
        .retry(RetryPolicy::default());
    read(&client.build().unwrap().0).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_login_longer_than_the_call_may_take() {
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
