//! The vendor's list of common problems: the errors say what docs/pro.md quotes.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;
use zenml::{
    Credentials, Error, ErrorKind, ProClient, RetryPolicy, RunTemplate, Snapshot, WorkspaceClient,
    workflows::RunTarget,
};
use zenml_pro_fake::{Account, ControlPlane};
use zenml_test_server::Access;

use crate::fixture::fixture;

const GUIDE: &str = include_str!("../../docs/pro.md");

/// Asserts that both the guide and the error contain the quotation.
#[track_caller]
fn assert_quotes(error: &Error, quotation: &str) {
    assert!(GUIDE.contains(quotation), "the guide lacks {quotation:?}");
    let shown = error.to_string();
    assert!(shown.contains(quotation), "{quotation:?} in {shown}");
}

async fn plane() -> (ControlPlane, Account) {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    let ci = acme.service_account("ci").with_role("Organization Admin");
    (plane, ci)
}

async fn pro_error(plane: &ControlPlane, credentials: Credentials) -> Error {
    let pro = ProClient::builder(plane.url()).credentials(credentials);
    let pro = pro.build().unwrap();
    pro.get_current_user().send().await.unwrap_err()
}

fn jwt(claims: &str) -> String {
    format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
}

#[tokio::test]
async fn a_workspace_token_at_the_pro_api_is_explained() {
    let (plane, _) = plane().await;
    let token = jwt(r#"{"exp":99999999999}"#);
    let error = pro_error(&plane, Credentials::api_token(token)).await;
    assert_quotes(
        &error,
        "(a token of a workspace is not valid at the Pro API)",
    );
    assert_quotes(&error, "the API token is not valid at ");
    assert!(error.to_string().contains(&plane.url()), "{error}");
}

#[tokio::test]
async fn an_expired_token_is_explained_and_suggests_a_key() {
    let (plane, _) = plane().await;
    let token = jwt(r#"{"exp":1700000000}"#);
    let error = pro_error(&plane, Credentials::api_token(token)).await;
    assert_quotes(&error, "the API token expired at ");
    assert_quotes(&error, "; create a new one");
    assert_quotes(
        &error,
        "use the API key of a service account, which the client renews by itself",
    );
}

#[tokio::test]
async fn a_token_with_bearer_before_it_is_explained() {
    let (plane, ci) = plane().await;
    let header = format!("Bearer {}", ci.session());
    let error = pro_error(&plane, Credentials::api_token(header)).await;
    assert_quotes(&error, "pass the token without the prefix \"Bearer\"");
}

#[tokio::test]
async fn run_templates_at_the_pro_api_are_explained() {
    let (plane, ci) = plane().await;
    let client = WorkspaceClient::builder(plane.url())
        .credentials(Credentials::api_token(ci.session()))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client
        .trigger(RunTemplate::by_name("nightly"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_quotes(
        &error,
        "if it is the URL of the Pro API, use that of a workspace",
    );
}

#[tokio::test]
async fn a_key_that_does_not_work_names_the_possible_reasons() {
    let (plane, ci) = plane().await;
    let key = ci.key();
    key.revoke();
    let error = pro_error(&plane, Credentials::api_key(key.value())).await;
    assert_quotes(
        &error,
        "the key has expired, was deactivated, deleted or rotated, or its owner lacks access",
    );
}

#[tokio::test]
async fn a_workspace_that_is_not_found_explains_membership() {
    let (plane, ci) = plane().await;
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(ci.key().value()));
    let pro = pro.build().unwrap();
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_quotes(
        &error,
        "the members of a workspace are those with a role on it",
    );
}

#[tokio::test]
async fn a_missing_role_names_the_administrator() {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    let prod = acme.workspace("prod", "http://127.0.0.1:9");
    let stranger = acme.service_account("stranger").key();
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(stranger.value()));
    let pro = pro.build().unwrap();
    let error = pro.connect_workspace(prod.id()).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_quotes(&error, "ask an administrator for a role that includes it");
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_quotes(
        &error,
        "the members of a workspace are those with a role on it",
    );
}

#[tokio::test]
async fn an_exhausted_plan_names_the_administrator() {
    let (plane, ci) = plane().await;
    plane.organization("acme").reach_limit("workspace");
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(ci.key().value()));
    let create = pro.build().unwrap().create_workspace().name("staging");
    let error = create.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PaymentRequired);
    assert_quotes(
        &error,
        "ask the administrator of the organization to change its plan",
    );
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_server_outside_pro_explains_that_it_cannot_run_pipelines() {
    let access = Access::from_env().unwrap();
    let client = WorkspaceClient::builder(&access.url)
        .credentials(Credentials::password(&access.username, &*access.password))
        .build()
        .unwrap();
    for runnable in [
        RunTarget::from(Snapshot::by_id(Uuid::new_v4())),
        RunTemplate::by_id(Uuid::new_v4()).into(),
    ] {
        let error = client.trigger(runnable).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert_quotes(
            &error,
            "this server cannot run pipelines: it is not a Pro workspace, or has no workload manager",
        );
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_pro_token_at_a_workspace_is_explained() {
    let fixture = fixture().await;
    let account = fixture.developer("troubled");
    let builder = WorkspaceClient::builder(fixture.pro.server.url());
    let client = builder.credentials(Credentials::api_token(account.session()));
    let error = client
        .build()
        .unwrap()
        .list_runs()
        .send()
        .await
        .unwrap_err();
    assert_quotes(
        &error,
        "(a token of the Pro API is not valid at a workspace)",
    );
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_lost_role_is_not_blamed_on_the_key() {
    let fixture = fixture().await;
    let account = fixture.developer("demoted");
    let key = account.key();
    let pro = fixture.pro(key.value()).build().unwrap();
    let connected = pro.connect_workspace("prod").send().await.unwrap();
    let direct = fixture.client(key.value()).build().unwrap();
    account.remove_roles();
    for (client, quotation) in [
        (
            connected,
            "ZenML Pro accepts the credentials, the workspace does not; check that the user has a \
             role on the workspace and is active",
        ),
        (
            direct,
            "if the key works at the Pro API, check that its owner is active and has a role on the \
             workspace",
        ),
    ] {
        let error = client.get_current_user().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
        assert_quotes(&error, quotation);
    }
    pro.get_current_user().send().await.unwrap();
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_plan_without_more_runs_is_explained() {
    let fixture = fixture().await;
    let key = fixture.developer("limited").key();
    let client = fixture.client(key.value()).build().unwrap();
    fixture.pro.organization.reach_limit("template_run");
    let trigger = client.trigger(RunTemplate::by_id(fixture.registered.template));
    let error = trigger.send().await.unwrap_err();
    fixture.pro.organization.lift_limit("template_run");
    assert_eq!(error.kind(), ErrorKind::PaymentRequired, "{error}");
    assert_quotes(
        &error,
        "the organization's ZenML Pro plan allows no more runs",
    );
}

#[test]
fn the_guide_lists_all_inferred_operations() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/pro");
    let mut inferred = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let listing = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in listing.lines().filter(|line| line.ends_with(" inferred")) {
            let (name, rest) = line.strip_prefix("fn ").unwrap().split_once(": ").unwrap();
            let (route, _) = rest.split_once(" -> ").unwrap();
            let row = format!("| `{name}` | `{route}` |");
            assert!(GUIDE.contains(&row), "{row}");
            inferred += 1;
        }
    }
    let rows = GUIDE
        .lines()
        .filter(|line| line.starts_with("| `") && line.contains("` | `"));
    assert_eq!(rows.count(), inferred);
}

#[test]
fn the_guide_lists_all_inferred_schemas_and_parameters() {
    let document = include_str!("../../specs/pro.json");
    let document: Value = serde_json::from_str(document).unwrap();
    let is_inferred = |thing: &Value| thing["x-evidence"] == "inferred";
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut expected: Vec<String> = schemas
        .iter()
        .filter(|(_, schema)| is_inferred(schema))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            if !is_inferred(operation) && parameters.any(is_inferred) {
                expected.push(format!("`{} {path}`", method.to_uppercase()));
            }
        }
    }
    let guide = GUIDE.replace('\n', " ");
    assert!(expected.len() > 10);
    for expected in expected {
        assert!(guide.contains(&expected), "{expected}");
    }
}
