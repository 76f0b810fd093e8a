//! When the client logs in, and when it does not.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use http::Method;

use crate::testing::{Nineties, Received, STALL, TestServer, builder, json, response};
use crate::{
    Call, CallOptions, Credentials, CredentialsProvider, ErrorKind, Operation, ProvidedCredentials,
    Result, RetryPolicy, Transport,
};

static READ: Operation = Operation {
    name: "read",
    id: "read",
    method: Method::GET,
    path: "/api/v1/a",
    required_query: &[],
    body_required: false,
    deduplicated: false,
    authenticated: true,
};

async fn read(transport: &Transport) -> Result<String> {
    let answer = Call::new(transport, &READ).send::<String>().await?;
    Ok(answer.into_inner())
}

fn is_login(request: &Received) -> bool {
    request.line == "POST /api/v1/login"
}

fn logins(server: &TestServer) -> usize {
    server.received().iter().filter(|r| is_login(r)).count()
}

fn grant(token: &str, expires_in: u64) -> Vec<u8> {
    json(&format!(
        r#"{{"access_token":"{token}","expires_in":{expires_in}}}"#
    ))
}

fn invalid() -> Vec<u8> {
    response(401, "", r#"{"detail":["CredentialsNotValid","signature"]}"#)
}

/// Grants `t1`, `t2` and so on, and takes only the newest.
async fn server_of_one_token(expires_in: u64) -> TestServer {
    let granted = AtomicUsize::new(0);
    TestServer::start(move |request| {
        if is_login(request) {
            let number = granted.fetch_add(1, Ordering::SeqCst) + 1;
            return grant(&format!("t{number}"), expires_in);
        }
        let newest = format!("Bearer t{}", granted.load(Ordering::SeqCst));
        match request.header("authorization") == Some(&*newest) {
            true => json(r#""fine""#),
            false => invalid(),
        }
    })
    .await
}

fn password() -> Credentials {
    Credentials::password("default", "hunter2")
}

#[tokio::test(start_paused = true)]
async fn many_calls_on_a_token_that_has_ended_cause_one_login() {
    let server = server_of_one_token(3600).await;
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
    assert_eq!(logins(&server), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let server = server_of_one_token(3600).await;
    let transport = server.transport_as(password());
    for (seconds, logins_by_then) in [(0, 1), (3419, 1), (2, 2), (3000, 2)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        read(&transport).await.unwrap();
        assert_eq!(logins(&server), logins_by_then);
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_any_more_costs_one_login_and_no_call() {
    let server = server_of_one_token(3600).await;
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
    assert_eq!(logins(&server), 3);
}

#[tokio::test]
async fn a_server_that_refuses_every_token_is_asked_for_one_more_only() {
    let server = TestServer::start(|request| match is_login(request) {
        true => grant("t", 3600),
        false => invalid(),
    });
    let server = server.await;
    let error = read(&server.transport_as(password())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.attempts(), 2);
    assert_eq!(logins(&server), 2);
}

#[tokio::test]
async fn a_refusal_for_lack_of_rights_causes_no_login() {
    let server = TestServer::start(|request| match is_login(request) {
        true => grant("t", 3600),
        false => response(401, "", r#"{"detail":["AuthorizationException","no"]}"#),
    });
    let server = server.await;
    let error = read(&server.transport_as(password())).await.unwrap_err();
    assert_eq!(error.server_exception(), Some("AuthorizationException"));
    assert_eq!((error.attempts(), logins(&server)), (1, 1));
}

#[tokio::test]
async fn a_login_goes_on_without_the_caller_who_began_it() {
    let (asked, mut is_asked) = tokio::sync::mpsc::unbounded_channel();
    let server = TestServer::start(move |request| match is_login(request) {
        true => {
            asked.send(()).unwrap();
            grant("t", 3600)
        }
        false => json(r#""fine""#),
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
    assert_eq!(logins(&server), 1);
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
        move |request| match (is_login(request), stalls.swap(false, Ordering::SeqCst)) {
            (true, true) => STALL.to_vec(),
            (true, false) => grant("t", 3600),
            (false, _) => json(r#""fine""#),
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
    let server = TestServer::start(move |request| match is_login(request) {
        true if down.load(Ordering::SeqCst) => response(503, "", ""),
        true => grant("t", 3600),
        false => json(r#""fine""#),
    });
    let server = server.await;
    let transport = server.transport_as(password());
    read(&transport).await.unwrap();

    is_down.store(true, Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(3500)).await;
    read(&transport).await.unwrap();
    read(&transport).await.unwrap();
    // The second call did not try again at once.
    assert_eq!(logins(&server), 2);
    tokio::time::advance(Duration::from_secs(11)).await;
    read(&transport).await.unwrap();
    assert_eq!(logins(&server), 3);

    // After its end nothing helps but a login.
    tokio::time::advance(Duration::from_secs(100)).await;
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    is_down.store(false, Ordering::SeqCst);
    read(&transport).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_refused_leaves_the_valid_token_in_use() {
    let answers = [
        grant("t", 3600),
        json(r#""fine""#),
        invalid(),
        json(r#""fine""#),
    ];
    let server = TestServer::sequence(answers).await;
    let transport = server.transport_as(password());
    read(&transport).await.unwrap();
    tokio::time::advance(Duration::from_secs(3500)).await;
    read(&transport).await.unwrap();
    assert_eq!(logins(&server), 2);
}

#[tokio::test(start_paused = true)]
async fn a_login_is_tried_again_as_calls_are() {
    let server = TestServer::sequence([
        response(503, "", ""),
        b"".to_vec(),
        grant("t", 3600),
        json(r#""fine""#),
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
    let error = read(&transport.with(limit)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.message(),
        "the login took longer than the 3.0 s that the call may"
    );
}

#[tokio::test]
async fn a_key_is_exchanged() {
    let server = server_of_one_token(3600).await;
    read(&server.transport_as(Credentials::api_key("ZENKEY_abc")))
        .await
        .unwrap();
    let login = &server.received()[0];
    assert_eq!(login.body, "grant_type=zenml-api-key&password=ZENKEY_abc");
}

#[tokio::test]
async fn a_key_goes_out_directly_where_it_cannot_be_exchanged() {
    let unknown_grant = r#"{"detail":"Unsupported grant type: zenml-api-key"}"#;
    for answer in [
        response(400, "", unknown_grant),
        response(404, "", r#"{"detail":"Not Found"}"#),
        json(r#"{"authorization_url":"https://a.example"}"#),
    ] {
        let server = TestServer::start(move |request| match is_login(request) {
            true => answer.clone(),
            false => json(r#""fine""#),
        });
        let server = server.await;
        let transport = server.transport_as(Credentials::api_key("ZENKEY_abc"));
        for _ in 0..2 {
            read(&transport).await.unwrap();
        }
        assert_eq!(logins(&server), 1);
        let sent = server.received();
        let sent = sent.last().unwrap().header("authorization");
        assert_eq!(sent, Some("Bearer ZENKEY_abc"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_exchange_of_a_key_that_goes_out_directly_is_tried_again_after_an_hour() {
    let server = TestServer::sequence([
        response(404, "", "<html>no backend</html>"),
        json(r#""fine""#),
        grant("t", 3600),
        json(r#""fine""#),
    ]);
    let server = server.await;
    let transport = server.transport_as(Credentials::api_key("ZENKEY_abc"));
    read(&transport).await.unwrap();
    tokio::time::advance(Duration::from_secs(3600)).await;
    read(&transport).await.unwrap();
    let sent = server.received();
    let sent = sent.last().unwrap().header("authorization");
    assert_eq!(sent, Some("Bearer t"));
}

#[tokio::test]
async fn a_key_that_is_refused_is_not_sent_elsewhere() {
    let server = TestServer::always(invalid()).await;
    let error = read(&server.transport_as(Credentials::api_key("ZENKEY_abc")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(
        error.message(),
        format!(
            "the login of the API key to {} failed: signature",
            server.url
        )
    );
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_pro_session_is_exchanged_for_a_token_of_the_workspace() {
    let server = server_of_one_token(3600).await;
    let credentials = Credentials::pro_session("pro".into());
    read(&server.transport_as(credentials)).await.unwrap();
    let login = &server.received()[0];
    assert_eq!(login.body, "grant_type=zenml-external");
    assert_eq!(login.header("authorization"), Some("Bearer pro"));
}

#[tokio::test]
async fn a_token_that_has_ended_says_when_and_what_to_do() {
    let refused = response(401, "www-authenticate: Bearer\r\n", r#"{"detail":"x"}"#);
    let server = TestServer::always(refused).await;
    let hint = async |token: String| {
        let client = builder(&server.url)
            .clock(Nineties)
            .credentials(Credentials::api_token(token));
        let error = read(&client.build().unwrap().0).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unauthorized, 1)
        );
        error.hint().unwrap().to_owned()
    };
    let jwt = |end: u64| {
        let claims = format!(r#"{{"exp":{end}}}"#);
        let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(claims);
        format!("e30.{claims}.c2ln")
    };
    let ended = hint(jwt(784_111_700)).await;
    assert!(ended.starts_with("the API token expired at 1994-11-06T08:48:20Z; make another"));
    assert!(
        hint(jwt(784_111_800))
            .await
            .starts_with("the API token is not valid at http://127.0.0.1:")
    );
    assert!(
        hint("Bearer abc".to_owned())
            .await
            .contains("without \"Bearer\"")
    );
    assert!(
        hint("\"abc\"".to_owned())
            .await
            .contains("quotes or spaces")
    );
}

/// Gives out one after the other, the last again and again.
struct Rotating(Mutex<Vec<Credentials>>);

impl CredentialsProvider for Rotating {
    fn provide(&self) -> ProvidedCredentials<'_> {
        let mut left = self.0.lock().unwrap();
        let next = match left.len() {
            1 => left[0].clone(),
            _ => left.remove(0),
        };
        Box::pin(async { Ok(next) })
    }
}

fn rotating(credentials: impl IntoIterator<Item = Credentials>) -> Credentials {
    let credentials = credentials.into_iter().collect();
    Credentials::provider(Rotating(Mutex::new(credentials)))
}

#[tokio::test]
async fn a_provider_is_asked_again_when_what_it_gave_is_refused() {
    let server = TestServer::start(|request| match request.header("authorization") {
        Some("Bearer new") => json(r#""fine""#),
        _ => invalid(),
    });
    let server = server.await;
    let tokens = ["old", "new"].map(Credentials::api_token);
    let transport = server.transport_as(rotating(tokens));
    for _ in 0..2 {
        read(&transport).await.unwrap();
    }
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_provider_that_has_nothing_new_ends_the_call_and_is_named() {
    let server = TestServer::always(invalid()).await;
    let transport = server.transport_as(rotating([Credentials::api_token("old")]));
    let error = read(&transport).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 2)
    );
    assert_eq!(error.hint(), Some("they are of the credentials provider"));
}

#[tokio::test]
async fn a_provider_must_not_lead_to_another() {
    let server = TestServer::always(json(r#""fine""#)).await;
    let inner = rotating([Credentials::api_token("t")]);
    let error = read(&server.transport_as(rotating([inner])))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error.message().contains("must not return another"),
        "{error}"
    );
}

struct Panicking;

impl CredentialsProvider for Panicking {
    fn provide(&self) -> ProvidedCredentials<'_> {
        panic!("this is a part of the test")
    }
}

#[tokio::test]
async fn a_provider_that_panics_is_an_error_of_the_call() {
    let server = TestServer::always(json(r#""fine""#)).await;
    let transport = server.transport_as(Credentials::provider(Panicking));
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.message().starts_with("the login panicked"), "{error}");
}

struct Hanging;

impl CredentialsProvider for Hanging {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_after_a_minute() {
    let server = TestServer::always(json(r#""fine""#)).await;
    let transport = server.transport_as(Credentials::provider(Hanging));
    let begun = tokio::time::Instant::now();
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(begun.elapsed().as_secs(), 60);
}

struct Broken;

impl CredentialsProvider for Broken {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async { Err("the vault is sealed".into()) })
    }

    fn name(&self) -> String {
        "the vault".to_owned()
    }
}

#[tokio::test]
async fn a_provider_that_fails_tells_every_caller_why() {
    let server = TestServer::always(json(r#""fine""#)).await;
    let transport = server.transport_as(Credentials::provider(Broken));
    let (one, other) = tokio::join!(read(&transport), read(&transport));
    for error in [one.unwrap_err(), other.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.message(), "the vault: the vault is sealed");
        assert_eq!(error.operation(), Some("read"));
    }
}
