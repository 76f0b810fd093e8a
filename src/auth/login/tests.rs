//! What are credentials exchanged for, and what is reported if they are rejected?

use std::time::Duration;

use base64::Engine as _;

use crate::testing::{
    FixedDateClock, TestServer, builder, invalid_credentials, json, ok, read, response,
    token_response,
};
use crate::{Credentials, ErrorKind};

#[tokio::test]
async fn a_key_is_exchanged_for_a_token() {
    let server = TestServer::accepting_newest_token(3600).await;
    read(&server.transport_as(Credentials::api_key("ZENKEY_abc")))
        .await
        .unwrap();
    let login = &server.received()[0];
    assert_eq!(login.body, "grant_type=zenml-api-key&password=ZENKEY_abc");
}

#[tokio::test]
async fn a_server_that_does_not_exchange_keys_receives_the_key() {
    let unsupported_grant = r#"{"detail":"Unsupported grant type: zenml-api-key"}"#;
    let oauth = r#"{"error":"unsupported_grant_type"}"#;
    let invalid = r#"{"detail":[{"loc":["body","grant_type"],"msg":"unknown"}]}"#;
    for refusal in [
        response(400, "", unsupported_grant),
        response(400, "", oauth),
        response(422, "", invalid),
    ] {
        let server = TestServer::with_login(refusal, ok()).await;
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

#[tokio::test]
async fn the_key_itself_is_not_sent_after_an_unexpected_login_response() {
    for unexpected in [
        response(
            200,
            "content-type: text/html\r\n",
            "<html><title>Log in</title></html>",
        ),
        json("{}"),
        json(r#"{"access_token":""}"#),
        json(r#"{"access_token":5}"#),
        json(r#"{"authorization_url":"https://a.example"}"#),
        json("[]"),
        response(204, "", ""),
        response(404, "", r#"{"detail":"Not Found"}"#),
        response(404, "", "<html>no backend</html>"),
        response(400, "", "bad"),
        response(400, "", "blocked: grant_type=zenml-api-key"),
        response(400, "", r#"{"detail":"blocked: grant_type=zenml-api-key"}"#),
    ] {
        let server = TestServer::always(unexpected).await;
        let transport = server.transport_as(Credentials::api_key("ZENKEY_abc"));
        let error = read(&transport).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ZENKEY_abc"));
        for request in server.received() {
            assert_eq!(request.header("authorization"), None, "{request:?}");
        }
    }
}

#[tokio::test]
async fn the_error_describes_a_login_response_without_an_access_token() {
    for (response, found) in [
        (
            response(200, "", "<html><title>Log in</title></html>"),
            "an HTML page titled \"Log in\"",
        ),
        (response(204, "", ""), "an empty body"),
        (json("{}"), "a JSON object"),
        (json("[1]"), "JSON that is not an object"),
        (response(200, "", "hello"), "5 bytes that are not JSON"),
    ] {
        let server = TestServer::always(response).await;
        let transport = server.transport_as(Credentials::password("default", "p"));
        let error = read(&transport).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let expected = format!("returned {found} instead of an access token");
        assert!(error.message().contains(&expected), "{error}");
    }
}

#[tokio::test]
async fn the_error_of_a_login_quotes_neither_a_token_nor_the_key() {
    for (status, body) in [
        (400, r#"{"access_token":"granted-1","expires_in":1}"#),
        (500, r#"{"access_token":"granted-1","#),
        (502, r#"access_token":"granted-1"}"#),
        (
            200,
            r#"<html><title>password=ZENKEY_abc%22 zenkey_abc"</title></html>"#,
        ),
    ] {
        let server = TestServer::always(response(status, "", body)).await;
        let transport = server.transport_as(Credentials::api_key("ZENKEY_abc\""));
        let error = read(&transport).await.unwrap_err();
        let text = format!("{error} {error:?}").to_lowercase();
        assert!(
            !text.contains("granted-1") && !text.contains("zenkey_abc"),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_lifetime_of_a_token_is_read_in_all_its_forms() {
    for (expires_in, logins) in [
        ("3600", 2),
        ("\"3600\"", 2),
        ("3600.0", 2),
        ("3599.5", 2),
        ("-1", 1),
        ("0", 1),
        ("null", 1),
        ("\"soon\"", 1),
        ("{}", 1),
    ] {
        let body = format!(r#"{{"access_token":"t","expires_in":{expires_in}}}"#);
        let server = TestServer::with_login(json(&body), ok()).await;
        let transport = server.transport_as(Credentials::api_key("ZENKEY_abc"));
        read(&transport).await.unwrap();
        tokio::time::advance(Duration::from_secs(3600)).await;
        read(&transport).await.unwrap();
        assert_eq!(server.logins(), logins, "{expires_in}");
        let last = server.received().pop().unwrap();
        assert_eq!(last.header("authorization"), Some("Bearer t"));
    }
}

#[tokio::test]
async fn whitespace_around_keys_and_tokens_is_removed() {
    let server = TestServer::accepting_newest_token(3600).await;
    let transport = server.transport_as(Credentials::api_key(" ZENKEY_abc\r\n"));
    read(&transport).await.unwrap();
    let login = &server.received()[0];
    assert_eq!(login.body, "grant_type=zenml-api-key&password=ZENKEY_abc");

    let server = TestServer::always(ok()).await;
    let transport = server.transport_as(Credentials::api_token("\tt1\n"));
    read(&transport).await.unwrap();
    assert_eq!(server.only().header("authorization"), Some("Bearer t1"));
}

#[tokio::test(start_paused = true)]
async fn the_exchange_of_a_key_is_tried_again_after_an_hour() {
    let server = TestServer::sequence([
        response(400, "", r#"{"error":"unsupported_grant_type"}"#),
        ok(),
        token_response("t", 3600),
        ok(),
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
async fn a_rejected_key_is_not_sent_again() {
    let server = TestServer::always(invalid_credentials()).await;
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
#[cfg(feature = "cli-login")]
async fn a_pro_session_is_exchanged_for_a_token_of_the_workspace() {
    let server = TestServer::accepting_newest_token(3600).await;
    let credentials = Credentials::pro_session("pro".into());
    read(&server.transport_as(credentials)).await.unwrap();
    let login = &server.received()[0];
    assert_eq!(login.body, "grant_type=zenml-external");
    assert_eq!(login.header("authorization"), Some("Bearer pro"));
}

#[tokio::test]
async fn the_hint_of_a_rejected_token_says_why_and_what_to_do() {
    let rejection = response(401, "www-authenticate: Bearer\r\n", r#"{"detail":"x"}"#);
    let server = TestServer::always(rejection).await;
    let hint = async |token: String| {
        let client = builder(&server.url)
            .clock(FixedDateClock)
            .credentials(Credentials::api_token(token));
        let error = read(&client.build().unwrap().0).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unauthorized, 1)
        );
        error.hint().unwrap().to_owned()
    };
    let jwt = |exp: u64| {
        let claims = format!(r#"{{"exp":{exp}}}"#);
        let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(claims);
        format!("e30.{claims}.c2ln")
    };
    let expired = hint(jwt(784_111_700)).await;
    assert!(
        expired.starts_with("the API token expired at 1994-11-06 08:48:20 UTC; create a new one")
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
