use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use uuid::{Uuid, uuid};

use crate::auth::device::DeviceLogin;
use crate::testing::{READ, TestServer, json, response};
use crate::{Call, Credentials, Error, ErrorKind};

const CLIENT: Uuid = uuid!("6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1");

/// Codes for a page of the server's own.
fn codes() -> Vec<u8> {
    json(
        r#"{"device_code":"hunter2","user_code":"4711","verification_uri":"/devices/verify",
            "verification_uri_complete":"/devices/verify?user_code=4711","expires_in":300,
            "interval":5}"#,
    )
}

fn error(code: &str) -> Vec<u8> {
    let body = format!(r#"{{"error":"{code}","error_description":null,"error_uri":null}}"#);
    response(400, "", &body)
}

/// Logs in with the server's answers, and says what was shown.
async fn log_in<const N: usize>(
    answers: [Vec<u8>; N],
) -> (TestServer, Result<String, Error>, Vec<DeviceLogin>) {
    let server = TestServer::sequence(answers).await;
    let shown = Arc::new(Mutex::new(Vec::new()));
    let log = shown.clone();
    let credentials = Credentials::device(CLIENT, move |login| {
        log.lock().unwrap().push(login.clone());
    });
    let transport = server.transport_as(credentials);
    let answer = Call::new(&transport, &READ).send::<String>().await;
    let shown = shown.lock().unwrap().clone();
    (server, answer.map(|answer| answer.into_inner()), shown)
}

#[tokio::test(start_paused = true)]
async fn url_and_code_are_shown_and_confirmation_is_waited_for() {
    let begun = Instant::now();
    let granted = json(r#"{"access_token":"granted","expires_in":86400}"#);
    let (server, answer, shown) = log_in([
        codes(),
        error("authorization_pending"),
        error("slow_down"),
        response(503, "", ""),
        granted,
        json(r#""fine""#),
    ])
    .await;
    answer.unwrap();
    assert_eq!(shown.len(), 1);
    let url = format!("{}/devices/verify?user_code=4711", server.url);
    assert_eq!((&*shown[0].url, &*shown[0].user_code), (&*url, "4711"));
    assert_eq!(shown[0].expires_in.as_secs(), 300);
    assert_eq!(begun.elapsed().as_secs(), 5 + 5 + 10 + 10);

    let received = server.received();
    assert_eq!(received[0].line, "POST /api/v1/device_authorization");
    assert_eq!(received[0].body, format!("client_id={CLIENT}"));
    assert_eq!(received[1].line, "POST /api/v1/login");
    assert_eq!(
        received[1].body,
        format!(
            "client_id={CLIENT}&device_code=hunter2&\
             grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
        )
    );
    let last = received.last().unwrap();
    assert_eq!(last.header("authorization"), Some("Bearer granted"));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_somebody_denies_fails_at_once() {
    let (_, answer, _) = log_in([codes(), error("access_denied")]).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error
            .message()
            .starts_with("the login of this device to http://"),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_nobody_confirms_ends_with_its_codes() {
    let begun = Instant::now();
    let (_, answer, _) = log_in([codes(), error("authorization_pending")]).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error
            .message()
            .ends_with("was not confirmed within 300 seconds"),
        "{error}"
    );
    assert_eq!(begun.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_device_logins_is_told_as_such() {
    let refused = response(
        403,
        "",
        r#"{"detail":"Device authorization is not supported."}"#,
    );
    let (_, answer, shown) = log_in([refused]).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.message().contains("not supported"), "{error}");
    assert!(shown.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_code_of_the_device_is_no_part_of_an_error() {
    let quoting = response(400, "", r#"{"detail":"wrong code hunter2"}"#);
    let (_, answer, _) = log_in([codes(), quoting]).await;
    let error = answer.unwrap_err();
    assert!(error.message().contains("wrong code [redacted]"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_device_logs_in_again_when_its_token_has_ended_and_not_before() {
    let granted = || json(r#"{"access_token":"granted","expires_in":86400}"#);
    let fine = || json(r#""fine""#);
    let answers = [
        codes(),
        granted(),
        fine(),
        fine(),
        codes(),
        granted(),
        fine(),
    ];
    let server = TestServer::sequence(answers).await;
    let transport = server.transport_as(Credentials::device(CLIENT, |_| {}));
    let read = || Call::new(&transport, &READ).send::<String>();
    read().await.unwrap();
    tokio::time::advance(Duration::from_secs(86_399)).await;
    read().await.unwrap();
    assert_eq!(server.received().len(), 4);
    tokio::time::advance(Duration::from_secs(1)).await;
    read().await.unwrap();
    assert_eq!(server.received().len(), 7);
}
