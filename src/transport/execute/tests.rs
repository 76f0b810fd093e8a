//! Credentials, redirects and broken connections.

use std::error::Error as _;

use http::header;

use crate::testing::{
    READ, Received, TestServer, WRITE, builder, fine, grant, json, nobody, read, response,
};
use crate::{Call, Credentials, ErrorKind};

fn login_or_ok(request: &Received) -> Vec<u8> {
    if request.is_login() {
        json(r#"{"access_token":"granted","token_type":"bearer","expires_in":3600}"#)
    } else {
        fine()
    }
}

#[tokio::test]
async fn a_password_is_exchanged_once_for_a_token_that_all_clones_use() {
    let server = TestServer::start(login_or_ok).await;
    let transport = server.transport_as(Credentials::password("default", "a b&c"));
    let clone = transport.clone();
    let (one, other) = tokio::join!(read(&transport), read(&clone));
    assert_eq!(
        (one.unwrap(), other.unwrap()),
        ("fine".to_owned(), "fine".to_owned())
    );

    let received = server.received();
    assert_eq!(received.len(), 3, "{received:?}");
    assert_eq!(
        received[0].body,
        "grant_type=password&password=a+b%26c&username=default"
    );
    assert_eq!(received[0].header("authorization"), None);
    for call in &received[1..] {
        assert_eq!(call.header("authorization"), Some("Bearer granted"));
    }
}

#[tokio::test]
async fn a_refused_login_is_an_error_of_the_credentials_and_is_tried_again_by_the_next_call() {
    let body = r#"{"detail":"Authentication error: bad password hunter2"}"#;
    let server = TestServer::always(response(401, "", body)).await;
    let transport = server.transport_as(Credentials::password("default", "hunter2"));
    for _ in 0..2 {
        let error = read(&transport).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.operation(), Some("read"));
        // Those of the login: the call itself was not sent.
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
async fn a_login_answered_by_something_else_is_an_error() {
    let server = TestServer::always(json(r#"{"authorization_url":"https://a.example"}"#)).await;
    let transport = server.transport_as(Credentials::password("default", "p"));
    let error = read(&transport).await.unwrap_err();
    // The credentials may be as good as any.
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.message().contains("missing field `access_token`"),
        "{error}"
    );
}

#[tokio::test]
async fn without_credentials_no_authorization_is_sent() {
    let server = TestServer::always(fine()).await;
    let transport = builder(&server.url).build().unwrap().0;
    read(&transport).await.unwrap();
    assert_eq!(server.only().header("authorization"), None);
}

#[tokio::test]
async fn a_token_that_cannot_stand_in_a_header_is_named_as_the_cause() {
    let server = TestServer::always(fine()).await;
    let error = read(&server.transport_as(Credentials::api_token("hunter2\n")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.message().contains("line break"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn an_error_that_repeats_the_token_is_redacted() {
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
async fn a_secret_is_redacted_also_where_a_text_is_cut_or_escaped() {
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
fn credentials_do_not_go_out_in_clear_text_unless_allowed() {
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
async fn a_redirect_within_the_server_repeats_the_request_as_it_was() {
    let server = TestServer::start(|request| match &*request.line {
        "POST /api/v1/a" => response(301, "location: /b?c=1\r\n", ""),
        _ => fine(),
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
        _ => fine(),
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
async fn another_host_gets_neither_token_nor_body_nor_the_programs_own_headers() {
    let other = TestServer::always(fine()).await;
    let location = format!("location: {}/b\r\n", other.url);
    let server = TestServer::always(response(307, &location, "")).await;
    let own = header::HeaderName::from_static("x-api-key");
    let transport = builder(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .default_header(own, header::HeaderValue::from_static("hunter2"));
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
async fn another_host_cannot_refuse_credentials_that_it_did_not_get() {
    let refusal = response(401, "www-authenticate: Bearer\r\n", "");
    let other = TestServer::always(refusal).await;
    let location = format!("location: {}/b\r\n", other.url);
    let server = TestServer::start(move |request| match request.is_login() {
        true => grant("t1", 3600),
        false => response(307, &location, ""),
    });
    let server = server.await;
    let transport = server.transport_as(Credentials::password("default", ""));
    for _ in 0..2 {
        let error = read(&transport).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert_eq!(error.hint(), None);
    }
    assert_eq!(server.logins(), 1);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let server = TestServer::always(response(302, "location: /api/v1/a\r\n", "")).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.message(), "more than 3 redirects");
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn nobody_listening_is_no_connection() {
    let (url, _socket) = nobody();
    let error = read(&builder(&url).build().unwrap().0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_retryable());
    assert!(
        error.message().to_lowercase().contains("refused"),
        "{error}"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_is_interrupted() {
    for broken in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\"fi"] {
        let server = TestServer::always(broken).await;
        let call = Call::new(&server.transport(), &READ).query("token", "hunter2");
        let error = call.send::<String>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        assert_eq!(error.attempts(), 1);
        let shown = format!("{error} {error:?} {:?}", error.source());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn an_error_whose_body_breaks_off_keeps_its_status() {
    let broken = "HTTP/1.1 503 X\r\ncontent-length: 100\r\n\r\nupstream conn";
    let server = TestServer::always(broken).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.message(), "upstream conn");
}

#[tokio::test]
async fn an_error_without_a_body_says_what_the_status_means() {
    let server = TestServer::always(response(502, "", "")).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.message(), "the server gave no details (Bad Gateway)");
}
