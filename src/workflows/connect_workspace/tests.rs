//! Which workspace does a client connect to, and when is it ready?

use serde_json::{Value, json};

use super::*;
use crate::testing::{ReceivedRequest, TestServer, builder_of, json as ok, response};

const ID: Uuid = Uuid::from_u128(1);
const ACME: Uuid = Uuid::from_u128(2);
const OTHER: Uuid = Uuid::from_u128(3);

fn workspace(id: Uuid, organization: Uuid, status: &str) -> Value {
    let time = "2026-01-01T00:00:00Z";
    json!({
        "id": id, "name": "staging", "status": status, "state_reason": "as asked",
        "organization": {
            "id": organization, "name": "acme", "created": time, "updated": time,
        },
        "zenml_service": {"status": {"server_url": "http://127.0.0.1:1/"}},
    })
}

fn pro(server: &TestServer) -> ProClient {
    builder_of::<ProClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .build()
        .unwrap()
}

/// Starts a Pro API with these routes: the start of the request line, and the response.
async fn pro_api(routes: Vec<(&'static str, Value)>) -> TestServer {
    TestServer::start(move |request: &ReceivedRequest| {
        let route = routes
            .iter()
            .find(|(line, _)| request.line.starts_with(line));
        match route {
            Some((_, body)) => ok(&body.to_string()),
            None => response(404, "", r#"{"detail":"Not Found"}"#),
        }
    })
    .await
}

fn lines(server: &TestServer) -> Vec<String> {
    server.received().into_iter().map(|r| r.line).collect()
}

fn url_of(client: &WorkspaceClient) -> String {
    client.transport.base().to_string()
}

#[tokio::test]
async fn a_name_is_looked_up_among_the_workspaces_of_the_user() {
    let found = json!([workspace(ID, ACME, "available")]);
    let server = pro_api(vec![("GET /workspaces?", found)]).await;
    let client = pro(&server)
        .connect_workspace("staging")
        .send()
        .await
        .unwrap();
    assert_eq!(url_of(&client), "http://127.0.0.1:1");
    assert_eq!(
        lines(&server),
        ["GET /workspaces?member_only=true&workspace_name=staging&offset=0&limit=100"]
    );
}

#[tokio::test]
async fn urls_are_normalized_before_they_are_compared() {
    let found = json!([workspace(ID, ACME, "available")]);
    let server = pro_api(vec![("GET /workspaces?", found)]).await;
    let pro = pro(&server);
    pro.connect_workspace("http://127.0.0.1:1")
        .send()
        .await
        .unwrap();
    // A Pro API that ignores the filter returns other workspaces too.
    let error = pro.connect_workspace("http://127.0.0.1:2").send().await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_id_is_fetched_without_a_list() {
    let server = pro_api(vec![("GET /workspaces/", workspace(ID, ACME, "available"))]).await;
    pro(&server).connect_workspace(ID).send().await.unwrap();
    assert_eq!(lines(&server), [format!("GET /workspaces/{ID}")]);
    let error = pro(&server).connect_workspace(ID).organization(OTHER);
    assert_eq!(error.send().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn the_organization_is_given_by_name_or_id() {
    let time = "2026-01-01T00:00:00Z";
    let server = pro_api(vec![
        (
            "GET /workspaces?",
            json!([workspace(ID, ACME, "available")]),
        ),
        (
            "GET /organizations/acme",
            json!({"id": ACME, "name": "acme", "created": time, "updated": time}),
        ),
    ])
    .await;
    for organization in ["acme", &*ACME.to_string()] {
        let connected = pro(&server).connect_workspace("staging");
        connected.organization(organization).send().await.unwrap();
        let last = lines(&server).pop().unwrap();
        assert!(last.contains(&format!("organization_id={ACME}")), "{last}");
    }
}

#[tokio::test]
async fn an_ambiguous_name_is_an_error_that_lists_the_matches() {
    let found = json!([
        workspace(ID, ACME, "available"),
        workspace(OTHER, OTHER, "available")
    ]);
    let server = pro_api(vec![("GET /workspaces?", found)]).await;
    let error = pro(&server)
        .connect_workspace("staging")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error
            .message()
            .contains(&format!("{ID} of organization \"acme\"")),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("organization"), "{error}");
}

#[tokio::test]
async fn no_match_is_an_error_that_names_the_pro_api_and_the_user() {
    let server = pro_api(vec![("GET /workspaces?", json!([]))]).await;
    let error = pro(&server)
        .connect_workspace("prod")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.message(),
        format!(
            "there is no workspace named \"prod\" that the API token is a member of at ZenML Pro ({})",
            server.url
        )
    );
}

#[tokio::test]
async fn a_workspace_that_is_not_running_is_an_error_with_its_status_and_a_hint() {
    for (status, problem, hint) in [
        ("failed", "has failed", "dashboard"),
        ("deactivated", "is deactivated", "activate it"),
        ("deleted", "has been deleted", "choose another"),
        ("not_initialized", "not been deployed", "deploy it"),
        ("of tomorrow", "(status of tomorrow", "choose another"),
    ] {
        let found = workspace(ID, ACME, status);
        let server = pro_api(vec![("GET /workspaces/", found)]).await;
        let error = pro(&server).connect_workspace(ID).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotRunning);
        let shown = error.to_string();
        for part in [problem, hint, "\"staging\"", "as asked", &server.url] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
}

#[tokio::test]
async fn a_workspace_without_a_url_is_an_error() {
    let mut found = workspace(ID, ACME, "available");
    found["zenml_service"] = json!({"status": null});
    let server = pro_api(vec![("GET /workspaces/", found)]).await;
    let error = pro(&server).connect_workspace(ID).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotRunning);
    assert!(error.message().contains("has no URL"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_pending_workspace_is_waited_for() {
    let pending = || ok(&workspace(ID, ACME, "pending").to_string());
    let server = TestServer::sequence([
        pending(),
        pending(),
        response(503, "", "{}"),
        ok(&workspace(ID, ACME, "available").to_string()),
    ])
    .await;
    let begun = tokio::time::Instant::now();
    pro(&server).connect_workspace(ID).send().await.unwrap();
    assert_eq!(begun.elapsed(), 3 * INTERVAL);
    assert_eq!(server.received().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_wait_ends_at_the_deadline() {
    let found = workspace(ID, ACME, "pending");
    let server = pro_api(vec![("GET /workspaces/", found)]).await;
    for (deadline, requests) in [(None, 180 / 5), (Some(12), 3)] {
        let before = server.received().len();
        let mut connecting = pro(&server).connect_workspace(ID);
        if let Some(seconds) = deadline {
            connecting = connecting.deadline(Duration::from_secs(seconds));
        }
        let error = connecting.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.message().contains("(status pending"), "{error}");
        assert_eq!(server.received().len() - before, requests);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pro_api_of_before_2025_is_asked_for_tenants() {
    let server = pro_api(vec![
        ("GET /tenants?", json!([workspace(ID, ACME, "pending")])),
        ("GET /tenants/", workspace(ID, ACME, "available")),
    ])
    .await;
    pro(&server)
        .connect_workspace("staging")
        .send()
        .await
        .unwrap();
    assert_eq!(
        lines(&server),
        [
            "GET /workspaces?member_only=true&workspace_name=staging&offset=0&limit=100".to_owned(),
            // The probe of the server, which serves the hint.
            "GET /api/v1/info".to_owned(),
            "GET /tenants?tenant_name=staging&offset=0&limit=100".to_owned(),
            format!("GET /tenants/{ID}"),
        ]
    );
    pro(&server).connect_workspace(ID).send().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_a_pro_api_is_not_reported_as_a_missing_workspace() {
    let server = pro_api(vec![]).await;
    for locator in [ID.into(), "prod".into()] as [WorkspaceLocator; 2] {
        let error = pro(&server)
            .connect_workspace(locator)
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.message(), "Not Found");
        assert_eq!(error.operation(), Some("connect_workspace"));
    }
}

#[tokio::test]
async fn a_url_with_a_password_is_rejected_and_not_quoted() {
    let server = pro_api(vec![]).await;
    let connecting = pro(&server).connect_workspace("https://me:hunter2@ws.example.com");
    assert!(!format!("{connecting:?}").contains("hunter2"));
    let error = connecting.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn credentials_are_not_sent_in_clear_text_unless_allowed() {
    let mut found = workspace(ID, ACME, "available");
    found["zenml_service"]["status"]["server_url"] = "http://ws.example.com".into();
    let server = pro_api(vec![("GET /workspaces/", found)]).await;
    let error = pro(&server).connect_workspace(ID).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let pro = builder_of::<ProClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .allow_insecure_http()
        .build()
        .unwrap();
    pro.connect_workspace(ID).send().await.unwrap();
}
