use serde_json::{Value, json};

use super::*;
use crate::testing::{Received, TestServer, builder_of, json as ok, response};

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

/// A control plane that knows these routes: the beginning of the line, and the answer.
async fn control_plane(routes: Vec<(&'static str, Value)>) -> TestServer {
    TestServer::start(move |request: &Received| {
        let known = routes
            .iter()
            .find(|(line, _)| request.line.starts_with(line));
        match known {
            Some((_, answer)) => ok(&answer.to_string()),
            None => response(404, "", r#"{"detail":"Not Found"}"#),
        }
    })
    .await
}

fn lines(server: &TestServer) -> Vec<String> {
    server.received().into_iter().map(|r| r.line).collect()
}

fn url_of(ws: &WorkspaceClient) -> String {
    ws.transport.base().to_string()
}

#[test]
fn text_is_an_id_a_url_or_a_name() {
    for (text, locator) in [
        (&*ID.to_string(), WorkspaceLocator::Id(ID)),
        ("staging", WorkspaceLocator::Name("staging".to_owned())),
        (
            "https://a.b/",
            WorkspaceLocator::Url("https://a.b".to_owned()),
        ),
    ] {
        assert_eq!(WorkspaceLocator::from(text), locator);
    }
}

#[tokio::test]
async fn a_name_is_looked_for_among_those_the_user_is_a_member_of() {
    let found = json!([workspace(ID, ACME, "available")]);
    let server = control_plane(vec![("GET /workspaces?", found)]).await;
    let ws = pro(&server).connect_workspace("staging").await.unwrap();
    assert_eq!(url_of(&ws), "http://127.0.0.1:1");
    assert_eq!(
        lines(&server),
        ["GET /workspaces?member_only=true&workspace_name=staging&offset=0&limit=100"]
    );
}

#[tokio::test]
async fn a_url_is_compared_however_it_is_written() {
    let found = json!([workspace(ID, ACME, "available")]);
    let server = control_plane(vec![("GET /workspaces?", found)]).await;
    let pro = pro(&server);
    pro.connect_workspace("http://127.0.0.1:1").await.unwrap();
    // A control plane that does not heed the filter gives out others.
    let error = pro.connect_workspace("http://127.0.0.1:2").await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_id_is_asked_for_directly() {
    let server = control_plane(vec![("GET /workspaces/", workspace(ID, ACME, "available"))]).await;
    pro(&server).connect_workspace(ID).await.unwrap();
    assert_eq!(lines(&server), [format!("GET /workspaces/{ID}")]);
    let error = pro(&server).connect_workspace(ID).organization(OTHER);
    assert_eq!(error.await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_organization_is_given_by_name_or_id() {
    let time = "2026-01-01T00:00:00Z";
    let server = control_plane(vec![
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
        connected.organization(organization).await.unwrap();
        let last = lines(&server).pop().unwrap();
        assert!(last.contains(&format!("organization_id={ACME}")), "{last}");
    }
}

#[tokio::test]
async fn several_of_one_name_are_named_with_their_organizations() {
    let found = json!([
        workspace(ID, ACME, "available"),
        workspace(OTHER, OTHER, "available")
    ]);
    let server = control_plane(vec![("GET /workspaces?", found)]).await;
    let error = pro(&server).connect_workspace("staging").await.unwrap_err();
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
async fn none_is_an_error_that_says_who_was_asked_and_for_whom() {
    let server = control_plane(vec![("GET /workspaces?", json!([]))]).await;
    let error = pro(&server).connect_workspace("prod").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.message(),
        format!(
            "no workspace named \"prod\" that the API token is a member of, says ZenML Pro at {}",
            server.url
        )
    );
}

#[tokio::test]
async fn one_that_does_not_run_is_refused_with_its_status_and_what_to_do() {
    for (status, what, remedy) in [
        ("failed", "it has failed", "dashboard"),
        ("deactivated", "it is deactivated", "activate it"),
        ("deleted", "deleted", "choose another"),
        ("not_initialized", "not been deployed", "deploy it"),
        ("of tomorrow", "(status of tomorrow", "choose another"),
    ] {
        let answer = workspace(ID, ACME, status);
        let server = control_plane(vec![("GET /workspaces/", answer)]).await;
        let error = pro(&server).connect_workspace(ID).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotRunning);
        let shown = error.to_string();
        for part in [what, remedy, "\"staging\"", "as asked", &server.url] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
}

#[tokio::test]
async fn one_without_a_url_is_refused() {
    let mut answer = workspace(ID, ACME, "available");
    answer["zenml_service"] = json!({"status": null});
    let server = control_plane(vec![("GET /workspaces/", answer)]).await;
    let error = pro(&server).connect_workspace(ID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotRunning);
    assert!(error.message().contains("it has no URL"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_being_deployed_is_waited_for() {
    let pending = || ok(&workspace(ID, ACME, "pending").to_string());
    let server = TestServer::sequence([
        pending(),
        pending(),
        response(503, "", "{}"),
        ok(&workspace(ID, ACME, "available").to_string()),
    ])
    .await;
    let begun = tokio::time::Instant::now();
    pro(&server).connect_workspace(ID).await.unwrap();
    assert_eq!(begun.elapsed(), 3 * INTERVAL);
    assert_eq!(server.received().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn it_is_not_waited_for_longer_than_the_deadline() {
    let answer = workspace(ID, ACME, "pending");
    let server = control_plane(vec![("GET /workspaces/", answer)]).await;
    for (deadline, asked) in [(None, 180 / 5), (Some(12), 3)] {
        let before = server.received().len();
        let mut connecting = pro(&server).connect_workspace(ID);
        if let Some(seconds) = deadline {
            connecting = connecting.deadline(Duration::from_secs(seconds));
        }
        let error = connecting.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.message().contains("(status pending"), "{error}");
        assert_eq!(server.received().len() - before, asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_control_plane_of_before_2025_is_asked_for_tenants() {
    let server = control_plane(vec![
        ("GET /tenants?", json!([workspace(ID, ACME, "pending")])),
        ("GET /tenants/", workspace(ID, ACME, "available")),
    ])
    .await;
    pro(&server).connect_workspace("staging").await.unwrap();
    assert_eq!(
        lines(&server),
        [
            "GET /workspaces?member_only=true&workspace_name=staging&offset=0&limit=100".to_owned(),
            // The question which server is there, for the hint.
            "GET /api/v1/info".to_owned(),
            "GET /tenants?tenant_name=staging&offset=0&limit=100".to_owned(),
            format!("GET /tenants/{ID}"),
        ]
    );
    pro(&server).connect_workspace(ID).await.unwrap();
}

#[tokio::test]
async fn where_there_is_no_pro_api_no_workspace_is_said_to_be_missing() {
    let server = control_plane(vec![]).await;
    for locator in [ID.into(), "prod".into()] as [WorkspaceLocator; 2] {
        let error = pro(&server).connect_workspace(locator).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.message(), "Not Found");
        assert_eq!(error.operation(), Some("connect_workspace"));
    }
}

#[tokio::test]
async fn a_url_with_a_password_is_refused_and_not_quoted() {
    let server = control_plane(vec![]).await;
    let connecting = pro(&server).connect_workspace("https://me:hunter2@ws.example.com");
    assert!(!format!("{connecting:?}").contains("hunter2"));
    let error = connecting.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn credentials_do_not_go_out_in_clear_text_unless_allowed() {
    let mut answer = workspace(ID, ACME, "available");
    answer["zenml_service"]["status"]["server_url"] = "http://ws.example.com".into();
    let server = control_plane(vec![("GET /workspaces/", answer)]).await;
    let error = pro(&server).connect_workspace(ID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let pro = builder_of::<ProClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .allow_insecure_http()
        .build()
        .unwrap();
    pro.connect_workspace(ID).await.unwrap();
}
