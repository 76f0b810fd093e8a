//! The vendor's list of common problems: what the errors say, as docs/pro.md quotes it.

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

/// A quotation is the same in the guide and in the error.
#[track_caller]
fn assert_says(error: &Error, quotation: &str) {
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

async fn refused_by_pro(plane: &ControlPlane, credentials: Credentials) -> Error {
    let pro = ProClient::builder(plane.url()).credentials(credentials);
    let pro = pro.build().unwrap();
    pro.get_current_user().send().await.unwrap_err()
}

fn jwt(claims: &str) -> String {
    format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
}

#[tokio::test]
async fn a_token_of_the_workspace_does_not_open_the_pro_api() {
    let (plane, _) = plane().await;
    let token = jwt(r#"{"exp":99999999999}"#);
    let error = refused_by_pro(&plane, Credentials::api_token(token)).await;
    assert_says(&error, "(a workspace's token does not open the Pro API)");
    assert_says(&error, "the API token is not valid at ");
    assert!(error.to_string().contains(&plane.url()), "{error}");
}

#[tokio::test]
async fn a_token_that_has_ended_says_so_and_what_does_not_end() {
    let (plane, _) = plane().await;
    let token = jwt(r#"{"exp":1700000000}"#);
    let error = refused_by_pro(&plane, Credentials::api_token(token)).await;
    assert_says(&error, "the API token expired at ");
    assert_says(&error, "; make another one");
    assert_says(
        &error,
        "give the client the API key of a service account, which it renews by itself",
    );
}

#[tokio::test]
async fn a_header_is_no_token() {
    let (plane, ci) = plane().await;
    let header = format!("Bearer {}", ci.session());
    let error = refused_by_pro(&plane, Credentials::api_token(header)).await;
    assert_says(&error, "give the token alone, without \"Bearer\" before it");
}

#[tokio::test]
async fn run_templates_are_not_to_be_found_at_the_pro_api() {
    let (plane, ci) = plane().await;
    let ws = WorkspaceClient::builder(plane.url())
        .credentials(Credentials::api_token(ci.session()))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = ws
        .trigger(RunTemplate::by_name("nightly"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_says(
        &error,
        "the Pro API is none: a workspace has a URL of its own",
    );
}

#[tokio::test]
async fn a_key_that_does_not_work_any_more_says_why_that_may_be() {
    let (plane, ci) = plane().await;
    let key = ci.key();
    key.revoke();
    let error = refused_by_pro(&plane, Credentials::api_key(key.value())).await;
    assert_says(
        &error,
        "the key has expired, is switched off, deleted or rotated, or its owner has no access",
    );
}

#[tokio::test]
async fn a_workspace_that_is_not_found_says_who_would_find_it() {
    let (plane, ci) = plane().await;
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(ci.key().value()));
    let pro = pro.build().unwrap();
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_says(
        &error,
        "the members of a workspace are those with a role on it",
    );
}

#[tokio::test]
async fn who_has_no_role_is_told_who_can_give_one() {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    let prod = acme.workspace("prod", "http://127.0.0.1:9");
    let stranger = acme.service_account("stranger").key();
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(stranger.value()));
    let pro = pro.build().unwrap();
    let error = pro.connect_workspace(prod.id()).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_says(&error, "its administrator can give a role that allows it");
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_says(
        &error,
        "the members of a workspace are those with a role on it",
    );
}

#[tokio::test]
async fn a_plan_that_allows_no_more_is_told_with_who_can_change_it() {
    let (plane, ci) = plane().await;
    plane.organization("acme").reach_limit("workspace");
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(ci.key().value()));
    let create = pro.build().unwrap().create_workspace().name("staging");
    let error = create.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PaymentRequired);
    assert_says(
        &error,
        "the administrator of the organization can change its plan",
    );
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_server_that_is_none_of_pro_says_that_it_runs_nothing() {
    let access = Access::from_env().unwrap();
    let ws = WorkspaceClient::builder(&access.url)
        .credentials(Credentials::password(&access.username, &*access.password))
        .build()
        .unwrap();
    for runnable in [
        RunTarget::from(Snapshot::by_id(Uuid::new_v4())),
        RunTemplate::by_id(Uuid::new_v4()).into(),
    ] {
        let error = ws.trigger(runnable).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert_says(
            &error,
            "this server cannot run pipelines: it is not a Pro workspace, or has no workload manager",
        );
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_session_of_the_pro_api_is_no_token_of_a_workspace() {
    let fixture = fixture().await;
    let account = fixture.developer("troubled");
    let builder = WorkspaceClient::builder(fixture.pro.server.url());
    let ws = builder.credentials(Credentials::api_token(account.session()));
    let error = ws.build().unwrap().list_runs().send().await.unwrap_err();
    assert_says(&error, "(a token of the Pro API opens no workspace)");
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn who_loses_the_role_on_a_workspace_is_told_that_it_is_not_the_key() {
    let fixture = fixture().await;
    let account = fixture.developer("demoted");
    let key = account.key();
    let pro = fixture.pro(key.value()).build().unwrap();
    let connected = pro.connect_workspace("prod").send().await.unwrap();
    let direct = fixture.ws(key.value()).build().unwrap();
    account.without_roles();
    for (ws, quotation) in [
        (
            connected,
            "ZenML Pro accepts the credentials, the workspace does not: has the user a role on it, \
             and is it active?",
        ),
        (
            direct,
            "if it opens the Pro API, has its owner a role on the workspace, and is that active?",
        ),
    ] {
        let error = ws.get_current_user().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
        assert_says(&error, quotation);
    }
    pro.get_current_user().send().await.unwrap();
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_plan_that_allows_no_more_runs_is_told_as_that() {
    let fixture = fixture().await;
    let key = fixture.developer("limited").key();
    let ws = fixture.ws(key.value()).build().unwrap();
    fixture.pro.organization.reach_limit("template_run");
    let trigger = ws.trigger(RunTemplate::by_id(fixture.registered.template));
    let error = trigger.send().await.unwrap_err();
    fixture.pro.organization.lift_limit("template_run");
    assert_eq!(error.kind(), ErrorKind::PaymentRequired, "{error}");
    assert_says(
        &error,
        "the organization's ZenML Pro plan allows no more runs",
    );
}

/// The list of what rests on inference is whole.
#[test]
fn the_guide_lists_every_inferred_operation() {
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

/// So is that of the parts of operations that are known.
#[test]
fn the_guide_lists_every_inferred_schema_and_parameter() {
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
