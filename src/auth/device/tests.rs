//! How does a device login proceed, and how does it fail?

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use uuid::{Uuid, uuid};

use crate::auth::device::DeviceLogin;
use crate::testing::{READ, TestServer, json, ok, response, token_response};
use crate::{Call, Credentials, Error, ErrorKind};

const CLIENT: Uuid = uuid!("6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1");

/// Response of the device authorization endpoint.
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

/// Makes a call with these responses of the server. Returns what was shown to the user, too.
async fn log_in<const N: usize>(
    responses: [Vec<u8>; N],
) -> (TestServer, Result<String, Error>, Vec<DeviceLogin>) {
    let server = TestServer::sequence(responses).await;
    let shown = Arc::new(Mutex::new(Vec::new()));
    let log = shown.clone();
    let credentials = Credentials::device(CLIENT, move |login| {
        log.lock().unwrap().push(login.clone());
    });
    let transport = server.transport_as(credentials);
    let result = Call::new(&transport, &READ).send::<String>().await;
    let shown = shown.lock().unwrap().clone();
    (server, result.map(|response| response.into_inner()), shown)
}

#[tokio::test(start_paused = true)]
async fn url_and_code_are_shown_without_control_characters() {
    let hostile = json(
        r#"{"device_code":"hunter2","user_code":"47\u001b[31m11","verification_uri":"/\u202e",
            "expires_in":300}"#,
    );
    let (server, _, shown) = log_in([hostile, token_response("granted", 1), ok()]).await;
    assert_eq!(shown[0].user_code, "47\\u{1b}[31m11");
    assert_eq!(shown[0].url, format!("{}/\\u{{202e}}", server.url));
}

#[tokio::test(start_paused = true)]
async fn url_and_code_are_shown_and_the_client_waits_for_confirmation() {
    let started = Instant::now();
    let token = token_response("granted", 86_400);
    let (server, result, shown) = log_in([
        codes(),
        error("authorization_pending"),
        error("slow_down"),
        response(503, "", ""),
        token,
        ok(),
    ])
    .await;
    result.unwrap();
    assert_eq!(shown.len(), 1);
    let url = format!("{}/devices/verify?user_code=4711", server.url);
    assert_eq!((&*shown[0].url, &*shown[0].user_code), (&*url, "4711"));
    assert_eq!(shown[0].expires_in.as_secs(), 300);
    assert_eq!(started.elapsed().as_secs(), 5 + 5 + 10 + 10);

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
async fn a_denied_login_fails_at_once() {
    let (_, result, _) = log_in([codes(), error("access_denied")]).await;
    let error = result.unwrap_err();
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
async fn an_unconfirmed_login_fails_when_its_code_expires() {
    let started = Instant::now();
    let (_, result, _) = log_in([codes(), error("authorization_pending")]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error
            .message()
            .ends_with("was not confirmed within 300 seconds"),
        "{error}"
    );
    assert_eq!(started.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_device_logins_is_an_error_and_shows_nothing() {
    let not_supported = response(
        403,
        "",
        r#"{"detail":"Device authorization is not supported."}"#,
    );
    let (_, result, shown) = log_in([not_supported]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.message().contains("not supported"), "{error}");
    assert!(shown.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_device_code_is_redacted_from_errors() {
    let quotes_code = response(400, "", r#"{"detail":"wrong code hunter2"}"#);
    let (_, result, _) = log_in([codes(), quotes_code]).await;
    let error = result.unwrap_err();
    assert!(error.message().contains("wrong code [redacted]"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_device_logs_in_again_when_its_token_has_expired_and_not_before() {
    let server = TestServer::sequence([
        codes(),
        token_response("t", 86_400),
        ok(),
        ok(),
        codes(),
        token_response("t", 86_400),
        ok(),
    ]);
    let server = server.await;
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

#[tokio::test(start_paused = true)]
async fn the_token_is_requested_at_most_once_a_second() {
    let started = Instant::now();
    let hurried = json(
        r#"{"device_code":"hunter2","user_code":"4711","verification_uri":"/verify",
            "expires_in":300,"interval":0}"#,
    );
    let pending = || error("authorization_pending");
    let responses = [hurried, pending(), pending(), token_response("t", 1), ok()];
    log_in(responses).await.1.unwrap();
    assert_eq!(started.elapsed().as_secs(), 3);
}
