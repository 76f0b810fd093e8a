//! When does a login to a workspace need the Pro API?

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::auth::session::Session;
use crate::testing::{
    READ, ReceivedRequest, TestClient, TestServer, builder, builder_of, json, response,
    token_response,
};
use crate::transport::api::ApiConfig;
use crate::{Call, Credentials};

async fn read(ws: &Transport) -> Result<u8> {
    Ok(Call::new(ws, &READ).send::<u8>().await?.into_inner())
}

/// Returns a transport to the workspace that logs in through the Pro API.
fn workspace_through(pro: &TestServer, ws: &TestServer) -> Transport {
    let pro = builder_of::<()>(&pro.url)
        .credentials(Credentials::api_key("ZENPROKEY_abc"))
        .transport(ApiConfig::PRO)
        .unwrap();
    let credentials = Some(Credentials(crate::auth::credentials::Kind::Pro(
        pro.clone(),
    )));
    let session = Arc::new(Session::new(credentials));
    pro.to_server(&ws.url, TestClient::CONFIG, session).unwrap()
}

fn lines(server: &TestServer) -> Vec<String> {
    server.received().into_iter().map(|r| r.line).collect()
}

fn bearer(request: &ReceivedRequest) -> &str {
    request.header("authorization").unwrap_or_default()
}

fn unauthorized(exception: &str, message: &str) -> Vec<u8> {
    response(
        401,
        "",
        &format!(r#"{{"detail":["{exception}","{message}"]}}"#),
    )
}

/// Starts a Pro API that issues the sessions `s1`, `s2` and so on. The first `ended` of them are
/// invalid.
async fn control_plane(ended: usize) -> TestServer {
    let issued = AtomicUsize::new(0);
    TestServer::start(move |request| match &*request.line {
        "POST /auth/login" => {
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            token_response(&format!("s{number}"), 3600)
        }
        "GET /users/me" => {
            let session = bearer(request).trim_start_matches("Bearer s");
            if session.parse::<usize>().unwrap() > ended {
                json(r#"{"id":"00000000-0000-0000-0000-000000000001"}"#)
            } else {
                response(401, "", r#"{"detail":"session ended"}"#)
            }
        }
        other => panic!("{other}"),
    })
    .await
}

/// Starts a workspace that accepts one session only and exchanges it for the token `w`.
async fn workspace(session: &'static str, lifetime: u64) -> TestServer {
    TestServer::start(move |request| match &*request.line {
        "POST /api/v1/login" if bearer(request) == format!("Bearer {session}") => {
            token_response("w", lifetime)
        }
        "POST /api/v1/login" => unauthorized(
            "AuthorizationException",
            "Not authorized to access this server.",
        ),
        "GET /api/v1/a" => json("1"),
        other => panic!("{other}"),
    })
    .await
}

#[tokio::test]
async fn a_workspace_exchanges_the_session_of_the_pro_api_for_a_token() {
    let (pro, ws) = (control_plane(0).await, workspace("s1", 3600).await);
    let client = workspace_through(&pro, &ws);
    for _ in 0..2 {
        assert_eq!(read(&client).await.unwrap(), 1);
    }
    assert_eq!(lines(&pro), ["POST /auth/login"]);
    assert_eq!(
        lines(&ws),
        ["POST /api/v1/login", "GET /api/v1/a", "GET /api/v1/a"]
    );
    assert_eq!(ws.received()[0].body, "grant_type=zenml-external");
    assert_eq!(bearer(&ws.received()[1]), "Bearer w");
}

#[tokio::test(start_paused = true)]
async fn the_token_of_the_workspace_is_renewed_with_a_session_that_is_still_valid() {
    let (pro, ws) = (control_plane(0).await, workspace("s1", 600).await);
    let client = workspace_through(&pro, &ws);
    read(&client).await.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(601)).await;
    read(&client).await.unwrap();
    assert_eq!(lines(&pro).len(), 1);
    assert_eq!(
        lines(&ws)
            .iter()
            .filter(|line| line.contains("login"))
            .count(),
        2
    );
}

#[tokio::test]
async fn a_session_that_the_pro_api_has_ended_is_renewed_once() {
    let (pro, ws) = (control_plane(1).await, workspace("s2", 3600).await);
    assert_eq!(read(&workspace_through(&pro, &ws)).await.unwrap(), 1);
    assert_eq!(
        lines(&pro),
        [
            "POST /auth/login",
            "GET /users/me",
            "POST /auth/login",
            "GET /users/me"
        ]
    );
}

#[tokio::test]
async fn a_user_rejected_by_the_workspace_alone_causes_one_login_and_a_hint() {
    let (pro, ws) = (control_plane(0).await, workspace("none", 3600).await);
    let error = read(&workspace_through(&pro, &ws)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(
        error.message(),
        format!(
            "the login of the API key, through {}, to {} failed: Not authorized to access this \
             server.",
            pro.url, ws.url
        )
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("check that the user has a role"),
        "{error}"
    );
    assert_eq!(lines(&pro), ["POST /auth/login", "GET /users/me"]);
}

#[tokio::test]
async fn the_error_of_a_key_rejected_by_the_pro_api_names_the_pro_api() {
    let pro = TestServer::always(response(401, "", r#"{"detail":"Invalid API key"}"#)).await;
    let ws = workspace("s1", 3600).await;
    let error = read(&workspace_through(&pro, &ws)).await.unwrap_err();
    assert_eq!(
        error.message(),
        format!(
            "the login of the API key to {} failed: Invalid API key",
            pro.url
        )
    );
    assert!(
        error.hint().unwrap().contains("create a new one"),
        "{error}"
    );
    assert!(ws.received().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_401_during_an_outage_of_the_control_plane_is_retried() {
    let logins = AtomicUsize::new(0);
    let ws = TestServer::start(move |request| match &*request.line {
        "POST /api/v1/login" if logins.fetch_add(1, Ordering::SeqCst) < 3 => unauthorized(
            "CredentialsNotValid",
            "Authentication error: Error fetching user information from external authenticator..",
        ),
        "POST /api/v1/login" => token_response("w", 3600),
        _ => json("1"),
    })
    .await;
    let client = builder(&ws.url)
        .credentials(Credentials::api_key("ZENPROKEY_abc"))
        .retry(crate::RetryPolicy::default())
        .build()
        .unwrap();
    assert_eq!(read(&client.0).await.unwrap(), 1);
    assert_eq!(ws.received().len(), 5);
}

/// Starts a workspace with a server that is too old to exchange the keys of ZenML Pro.
async fn older_workspace(refusal: Vec<u8>, pro_url: Option<String>) -> TestServer {
    TestServer::start(move |request| match &*request.line {
        "POST /api/v1/login" if request.body.contains("zenml-external") => token_response("w", 600),
        "POST /api/v1/login" => refusal.clone(),
        "GET /api/v1/info" => match &pro_url {
            Some(url) => json(&format!(r#"{{"version":"0.80.0","pro_api_url":"{url}"}}"#)),
            None => json(r#"{"version":"0.80.0"}"#),
        },
        _ => json("1"),
    })
    .await
}

fn cannot_decode_key() -> Vec<u8> {
    unauthorized(
        "CredentialsNotValid",
        "Authentication error: error decoding API key",
    )
}

#[tokio::test(start_paused = true)]
async fn the_login_to_an_older_workspace_goes_through_the_pro_api_that_it_names() {
    let unsupported_grant = response(400, "", r#"{"detail":"Unsupported grant type"}"#);
    for refusal in [cannot_decode_key(), unsupported_grant] {
        let pro = control_plane(0).await;
        let ws = older_workspace(refusal, Some(pro.url.clone())).await;
        let client = ws.transport_as(Credentials::api_key("ZENPROKEY_abc"));
        assert_eq!(read(&client).await.unwrap(), 1);
        assert_eq!(
            lines(&ws),
            [
                "POST /api/v1/login",
                "GET /api/v1/info",
                "POST /api/v1/login",
                "GET /api/v1/a"
            ]
        );
        assert_eq!(pro.received()[0].body, "password=ZENPROKEY_abc");
        assert_eq!(bearer(&ws.received()[2]), "Bearer s1");

        // The next login uses the same Pro API and the same session.
        tokio::time::advance(std::time::Duration::from_secs(601)).await;
        read(&client).await.unwrap();
        assert_eq!(ws.received().len(), 6);
        assert_eq!(pro.received().len(), 1);
    }
}

#[tokio::test]
async fn a_pro_key_at_a_server_outside_pro_is_an_error_with_a_hint() {
    let ws = older_workspace(cannot_decode_key(), None).await;
    let client = ws.transport_as(Credentials::api_key("ZENPROKEY_abc"));
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error
            .hint()
            .unwrap()
            .contains("this server does not belong"),
        "{error}"
    );
}

#[tokio::test]
async fn a_key_is_not_sent_to_a_pro_api_in_clear_text() {
    let ws = older_workspace(
        cannot_decode_key(),
        Some("http://pro.example.com".to_owned()),
    )
    .await;
    let client = ws.transport_as(Credentials::api_key("ZENPROKEY_abc"));
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.message().contains("clear text"), "{error}");
}
