//! 402 and 403 of the control plane, in a call and in a login: the error names the credentials, the
//! URL and what to do.

use zenml::{
    Credentials, ErrorKind, ProClient, RetryPolicy, WorkspaceClient, pro::types::WorkspaceCreate,
};
use zenml_pro_fake::{Account, ControlPlane, Organization};

use crate::fixture::{OffsetClock, assert_explains, assert_hides, assert_mentions, fixture};

const LOGIN: &str = "POST /auth/login";
const AUTHORIZE_SERVER: &str = "GET /users/authorize_server";

/// The status of a rejected login, the kind of its error, and the hint.
const REJECTED_LOGINS: [(u16, ErrorKind, &str); 2] = [
    (
        402,
        ErrorKind::PaymentRequired,
        "ask the administrator of the organization to change its plan",
    ),
    (
        403,
        ErrorKind::Credentials,
        "ask an administrator for access",
    ),
];

async fn plane_and_organization() -> (ControlPlane, Organization) {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    (plane, acme)
}

fn client(plane: &ControlPlane, account: &Account) -> ProClient {
    ProClient::builder(plane.url())
        .credentials(Credentials::api_key(account.key().value()))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_call_beyond_the_plan_names_the_administrator_who_can_change_it() {
    let (plane, acme) = plane_and_organization().await;
    let admin = acme.service_account("admin");
    let pro = client(&plane, &admin.with_role("Organization Admin"));
    let staging = WorkspaceCreate::new()
        .name("staging")
        .organization_id(acme.id());
    let create = || pro.create_workspace().body(&staging).send();
    acme.reach_limit("workspace");
    let error = create().await.unwrap_err();
    assert_explains(
        &error,
        ErrorKind::PaymentRequired,
        "the API key",
        &plane.url(),
        "ask the administrator of the organization to change its plan",
    );
    assert_mentions(&error, &["create_workspace", "402", "limit of workspace"]);
    assert!(!error.is_retryable());

    acme.lift_limit("workspace");
    create().await.unwrap();
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_call_without_permission_names_the_administrator_who_can_grant_it() {
    let (plane, acme) = plane_and_organization().await;
    let viewer = acme.service_account("viewer");
    let viewer = viewer.with_role("Organization Viewer");
    let pro = client(&plane, &viewer);
    let staging = WorkspaceCreate::new()
        .name("staging")
        .organization_id(acme.id());
    let create = || pro.create_workspace().body(&staging).send();
    let error = create().await.unwrap_err();
    assert_explains(
        &error,
        ErrorKind::Forbidden,
        "the API key",
        &plane.url(),
        "ask an administrator for a role that includes it",
    );
    assert_mentions(
        &error,
        &["create_workspace", "403", "no permission to create"],
    );
    assert!(!error.is_retryable());

    let _ = viewer.with_role("Organization Manager");
    create().await.unwrap();
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_rejected_login_at_the_pro_api_is_reported_as_a_login() {
    let (plane, acme) = plane_and_organization().await;
    let key = acme.service_account("ci").key();
    for (status, kind, hint) in REJECTED_LOGINS {
        let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(key.value()));
        let pro = pro.build().unwrap();
        plane.fail_next(LOGIN, status, 2);
        let called = pro.get_current_user().send().await.unwrap_err();
        let connected = pro.connect_workspace("prod").send().await.unwrap_err();
        for error in [called, connected] {
            assert_explains(&error, kind, "the login of the API key", &plane.url(), hint);
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_hides(&error, key.value());
        }
        // Neither status is retryable: each call tried once.
        let refused = plane
            .calls(LOGIN)
            .iter()
            .filter(|call| call.status == status)
            .count();
        assert_eq!(refused, 2);
        pro.get_current_user().send().await.unwrap();
    }
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_denied_login_in_the_browser_is_reported_as_denied() {
    let (plane, _) = plane_and_organization().await;
    plane.set_device_interval(0);
    let credentials = Credentials::device(uuid::Uuid::new_v4(), |_| {});
    let pro = ProClient::builder(plane.url()).credentials(credentials);
    let pro = pro.build().unwrap();
    let denied = async {
        plane
            .wait_until(|plane| !plane.pending_user_codes().is_empty())
            .await;
        plane.deny_device(&plane.pending_user_codes()[0]).unwrap();
    };
    let (result, ()) = tokio::join!(pro.get_current_user().send(), denied);
    let error = result.unwrap_err();
    assert_explains(
        &error,
        ErrorKind::Credentials,
        "the login of this device",
        &plane.url(),
        "confirm the login in the browser",
    );
    assert_mentions(&error, &["denied"]);
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_local_user_logs_in_with_the_right_password_only() {
    let (plane, acme) = plane_and_organization().await;
    let jane = acme.member("jane").with_password("right");
    let as_jane = |password: &str| {
        ProClient::builder(plane.url())
            .credentials(Credentials::password("jane", password))
            .build()
            .unwrap()
    };
    let me = as_jane("right").get_current_user().send().await.unwrap();
    assert_eq!(me.id, jane.id());
    assert_eq!(plane.calls(LOGIN)[0].grant(), Some("password"));
    let error = as_jane("wrong").get_current_user().send().await;
    let error = error.unwrap_err();
    assert_explains(
        &error,
        ErrorKind::Credentials,
        "the login of user \"jane\"",
        &plane.url(),
        "check the user name, the password",
    );
    assert_hides(&error, "wrong");
    plane.finish().unwrap();
}

/// Creates two clients of the workspace that have no token yet: one through the Pro API, and one with
/// the key itself.
async fn both_ways(fixture: &crate::fixture::Fixture, key: &str) -> [WorkspaceClient; 2] {
    let pro = fixture.pro(key).retry(RetryPolicy::never());
    let pro = pro.build().unwrap();
    let direct = fixture.client(key).retry(RetryPolicy::never());
    [
        pro.connect_workspace("prod").send().await.unwrap(),
        direct.build().unwrap(),
    ]
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_workspace_rejects_an_account_that_the_control_plane_rejects() {
    let fixture = fixture().await;
    let account = fixture.developer("outcast");
    let key = account.key();
    let clients = both_ways(&fixture, key.value()).await;
    account.remove_roles();
    for (client, hint) in clients.iter().zip([
        "check that the user has a role on the workspace",
        "check that its owner is active and has a role on the workspace",
    ]) {
        let error = client.get_current_user().send().await.unwrap_err();
        let authorized = fixture.pro.plane.calls(AUTHORIZE_SERVER);
        assert_eq!(authorized.last().map(|call| call.status), Some(403));
        let url = fixture.pro.server.url();
        assert_explains(
            &error,
            ErrorKind::Credentials,
            "the login of the API key",
            &url,
            hint,
        );
        assert_hides(&error, key.value());
    }
    // A new role admits the account again.
    let _ = account.with_role_in(&fixture.pro.workspace, "Workspace Viewer");
    for client in clients {
        client.get_current_user().send().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_402_behind_a_workspace_is_unavailable_and_names_the_administrator() {
    let fixture = fixture().await;
    let key = fixture.developer("unpaid").key();
    for client in both_ways(&fixture, key.value()).await {
        fixture.pro.plane.fail_next(AUTHORIZE_SERVER, 402, 1);
        let error = client.get_current_user().send().await.unwrap_err();
        let authorized = fixture.pro.plane.calls(AUTHORIZE_SERVER);
        assert_eq!(authorized.last().map(|call| call.status), Some(402));
        // The workspace does not distinguish it from an outage of the control plane.
        assert_explains(
            &error,
            ErrorKind::Unavailable,
            "the login of the API key",
            &fixture.pro.server.url(),
            "ask the administrator of the organization",
        );
        assert_hides(&error, key.value());
        client.get_current_user().send().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_rejected_renewal_fails_the_calls_to_the_workspace() {
    let fixture = fixture().await;
    for (status, kind, hint) in REJECTED_LOGINS {
        let key = fixture.developer("lapsed").key();
        let clock = OffsetClock::default();
        let pro = fixture.pro(key.value()).clock(clock.clone());
        let pro = pro.build().unwrap();
        let client = pro.connect_workspace("prod").send().await.unwrap();
        client.get_current_user().send().await.unwrap();

        // Both the session and the workspace's token have expired.
        clock.advance_hours(2);
        fixture.pro.plane.fail_next(LOGIN, status, 1);
        let error = client.get_current_user().send().await.unwrap_err();
        let url = fixture.pro.plane.url();
        assert_explains(&error, kind, "the login of the API key", &url, hint);
        assert_hides(&error, key.value());
        client.get_current_user().send().await.unwrap();
    }
}
