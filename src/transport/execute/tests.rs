//! How does a call handle credentials, redirects and connections that are cut off?

use std::error::Error as _;

use http::header;

use crate::testing::{
    READ, TestServer, WRITE, builder, json, ok, read, refused_url, response, token_response,
};
use crate::{Call, Credentials, ErrorKind};

#[tokio::test]
async fn a_password_is_exchanged_once_for_a_token_that_all_clones_use() {
    let server = TestServer::with_login(token_response("t", 3600), ok()).await;
    let transport = server.transport_as(Credentials::password("default", "a b&c"));
    let clone = transport.clone();
    let (one, other) = tokio::join!(read(&transport), read(&clone));
    assert_eq!(
        (one.unwrap(), other.unwrap()),
        ("ok".to_owned(), "ok".to_owned())
    );

    let received = server.received();
    assert_eq!(received.len(), 3, "{received:?}");
    assert_eq!(
        received[0].body,
        "grant_type=password&password=a+b%26c&username=default"
    );
    assert_eq!(received[0].header("authorization"), None);
    for call in &received[1..] {
        assert_eq!(call.header("authorization"), Some("Bearer t"));
    }
}

#[tokio::test]
async fn a_rejected_login_is_a_credentials_error_and_the_next_call_logs_in_again() {
    let body = r#"{"detail":"Authentication error: bad password hunter2"}"#;
    let server = TestServer::always(response(401, "", body)).await;
    let transport = server.transport_as(Credentials::password("default", "hunter2"));
    for _ in 0..2 {
        let error = read(&transport).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.operation(), Some("read"));
        // Attempts and request id are those of the login: the call itself was not sent.
        assert_eq!(error.attempts(), 1);
        let sent = server.received();
        let sent = sent.last().unwrap().header("x-request-id");
        assert_eq!(error.request_id(), sent);
        assert_eq!(
            error.message(),
            format!(
                "the login of user \"default\" to {} failed: Authentication error: bad password \
                 [redacted]",
                server.url
            )
        );
        let cause = error.source().unwrap().to_string();
        assert!(
            cause.starts_with("login: not authenticated (401)"),
            "{cause}"
        );
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_login_response_without_a_token_is_a_decode_error() {
    let server = TestServer::always(json(r#"{"authorization_url":"https://a.example"}"#)).await;
    let transport = server.transport_as(Credentials::password("default", "p"));
    let error = read(&transport).await.unwrap_err();
    // The credentials may be valid.
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.message().contains("instead of an access token"),
        "{error}"
    );
}

#[tokio::test]
async fn a_client_without_credentials_sends_no_authorization() {
    let server = TestServer::always(ok()).await;
    let transport = builder(&server.url).build().unwrap().0;
    read(&transport).await.unwrap();
    assert_eq!(server.only().header("authorization"), None);
}

#[tokio::test]
async fn a_token_that_a_header_cannot_carry_is_a_credentials_error() {
    let server = TestServer::always(ok()).await;
    let error = read(&server.transport_as(Credentials::api_token("hunter2\nx")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.message().contains("line break"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn the_token_is_redacted_from_errors() {
    let server = TestServer::start(|request| {
        response(
            500,
            "",
            &format!("asked with {:?}", request.header("authorization")),
        )
    });
    let server = server.await;
    let error = read(&server.transport_as(Credentials::api_token("hunter2")))
        .await
        .unwrap_err();
    assert_eq!(error.message(), r#"asked with Some("Bearer [redacted]")"#);
}

#[tokio::test]
async fn secrets_are_redacted_from_truncated_and_escaped_text() {
    let cut = format!("{}hunter2hunter2", "x".repeat(112));
    let escaped = r#"{"detail":"refused: hunter\"2"}"#.to_owned();
    for (password, body) in [("hunter2hunter2", cut), ("hunter\"2", escaped)] {
        let server = TestServer::always(response(401, "", &body)).await;
        let transport = server.transport_as(Credentials::password("default", password));
        let error = read(&transport).await.unwrap_err();
        assert!(!error.message().contains("hunter"), "{error}");
    }
}

#[test]
fn credentials_are_not_sent_in_clear_text_unless_allowed() {
    let build = |url| builder(url).credentials(Credentials::api_token("t"));
    let error = build("http://zenml.example.com")
        .build()
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.message().contains("allow_insecure_http"), "{error}");
    build("http://zenml.example.com")
        .allow_insecure_http()
        .build()
        .map(|_| ())
        .unwrap();
    build("http://localhost:8237").build().map(|_| ()).unwrap();
    build("https://zenml.example.com")
        .build()
        .map(|_| ())
        .unwrap();
    builder("http://zenml.example.com")
        .build()
        .map(|_| ())
        .unwrap();
}

#[tokio::test]
async fn a_redirect_within_the_server_keeps_method_body_and_token() {
    let server = TestServer::start(|request| match &*request.line {
        "POST /api/v1/a" => response(301, "location: /b?c=1\r\n", ""),
        _ => ok(),
    });
    let server = server.await;
    let call = Call::new(&server.transport(), &WRITE).json("body");
    call.send::<String>().await.unwrap();
    let received = server.received();
    assert_eq!(received[1].line, "POST /b?c=1");
    assert_eq!(received[1].body, r#""body""#);
    assert_eq!(received[1].header("authorization"), Some("Bearer bearer"));
}

#[tokio::test]
async fn see_other_is_followed_by_a_get_without_the_body() {
    let server = TestServer::start(|request| match &*request.line {
        "POST /api/v1/a" => response(303, "location: /b\r\n", ""),
        _ => ok(),
    });
    let server = server.await;
    let call = Call::new(&server.transport(), &WRITE).json("body");
    call.send::<String>().await.unwrap();
    let followed = &server.received()[1];
    assert_eq!(
        (followed.line.as_str(), followed.body.as_str()),
        ("GET /b", "")
    );
    assert_eq!(followed.header("content-type"), None);
}

#[tokio::test]
async fn a_redirect_to_another_host_drops_token_body_and_default_headers() {
    let other = TestServer::always(ok()).await;
    let location = format!("location: {}/b\r\n", other.url);
    let server = TestServer::always(response(307, &location, "")).await;
    let name = header::HeaderName::from_static("x-api-key");
    let transport = builder(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .default_header(name, header::HeaderValue::from_static("hunter2"));
    let transport = transport.build().unwrap().0;

    read(&transport).await.unwrap();
    assert_eq!(server.only().header("x-api-key"), Some("hunter2"));
    let request = other.only();
    for private in ["authorization", "x-api-key", "x-request-id"] {
        assert_eq!(request.header(private), None);
    }
    assert_eq!(request.header("accept"), Some("application/json"));

    let error = Call::new(&transport, &WRITE)
        .json("x")
        .send::<String>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.status().unwrap(), 307);
    assert_eq!(other.received().len(), 1);
}

#[tokio::test]
async fn a_401_of_another_host_does_not_reject_the_credentials() {
    let refusal = response(401, "www-authenticate: Bearer\r\n", "");
    let other = TestServer::always(refusal).await;
    let location = format!("location: {}/b\r\n", other.url);
    let server =
        TestServer::with_login(token_response("t", 3600), response(307, &location, "")).await;
    let transport = server.transport_as(Credentials::password("default", ""));
    for _ in 0..2 {
        let error = read(&transport).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        let hint = error.hint().unwrap();
        assert!(
            hint.contains(other.url.trim_start_matches("http://")),
            "{hint}"
        );
        assert!(hint.contains("did not receive the credentials"), "{hint}");
    }
    assert_eq!(server.logins(), 1);
}

#[tokio::test]
async fn a_redirect_loop_ends_after_three_redirects() {
    let server = TestServer::always(response(302, "location: /api/v1/a\r\n", "")).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("more than 3 times"), "{error}");
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn a_refused_connection_is_a_connect_error() {
    let (url, _socket) = refused_url();
    let error = read(&builder(&url).build().unwrap().0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_retryable());
    assert!(
        error.message().to_lowercase().contains("refused"),
        "{error}"
    );
}

#[tokio::test]
async fn a_connection_that_is_cut_off_is_interrupted() {
    for cut_off in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\"fi"] {
        let server = TestServer::always(cut_off).await;
        let call = Call::new(&server.transport(), &READ).query("token", "hunter2");
        let error = call.send::<String>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        assert_eq!(error.attempts(), 1);
        let shown = format!("{error} {error:?} {:?}", error.source());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn an_error_whose_body_is_cut_off_keeps_its_status() {
    let cut_off = "HTTP/1.1 503 X\r\ncontent-length: 100\r\n\r\nupstream conn";
    let server = TestServer::always(cut_off).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.message(), "upstream conn");
}

#[tokio::test]
async fn the_message_of_an_error_without_a_body_is_the_status() {
    let server = TestServer::always(response(502, "", "")).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.message(), "the server gave no details (Bad Gateway)");
}
