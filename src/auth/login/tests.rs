//! What credentials are exchanged for, and what is said of those that are refused.

use std::time::Duration;

use base64::Engine as _;

use crate::testing::{Nineties, TestServer, builder, fine, grant, invalid, json, read, response};
use crate::{Credentials, ErrorKind};

#[tokio::test]
async fn a_key_is_exchanged() {
    let server = TestServer::of_one_token(3600).await;
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
        let server = TestServer::start(move |request| match request.is_login() {
            true => answer.clone(),
            false => fine(),
        });
        let server = server.await;
        let transport = server.transport_as(Credentials::api_key("ZENKEY_abc"));
        for _ in 0..2 {
            read(&transport).await.unwrap();
        }
        assert_eq!(server.logins(), 1);
        let sent = server.received();
        let sent = sent.last().unwrap().header("authorization");
        assert_eq!(sent, Some("Bearer ZENKEY_abc"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_exchange_of_a_key_that_goes_out_directly_is_tried_again_after_an_hour() {
    let server = TestServer::sequence([
        response(404, "", "<html>no backend</html>"),
        fine(),
        grant("t", 3600),
        fine(),
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
    let server = TestServer::of_one_token(3600).await;
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
    assert!(
        ended.starts_with("the API token expired at 1994-11-06 08:48:20 UTC; create a new one")
    );
    assert!(
        hint(jwt(784_111_800))
            .await
            .starts_with("the API token is not valid at http://127.0.0.1:")
    );
    assert!(
        hint("Bearer abc".to_owned())
            .await
            .contains("without the prefix \"Bearer\"")
    );
    assert!(
        hint("\"abc\"".to_owned())
            .await
            .contains("quotes or spaces")
    );
}
