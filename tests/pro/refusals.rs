//! 402 and 403 of the control plane, in a call and in a login: whose credentials, where, and what to
//! do.

use zenml::{
    Credentials, ErrorKind, ProClient, RetryPolicy, WorkspaceClient, pro::types::WorkspaceCreate,
};
use zenml_pro_fake::{Account, ControlPlane, Organization};

use crate::fixture::{Ahead, assert_hides, assert_names, assert_refuses, fixture};

const LOGIN: &str = "POST /auth/login";
const WHO_IS_IT: &str = "GET /users/authorize_server";

/// What a login is refused with, what that is to whoever calls, and what is to be done.
const REFUSED_LOGINS: [(u16, ErrorKind, &str); 2] = [
    (
        402,
        ErrorKind::PaymentRequired,
        "the administrator of the organization can change its plan",
    ),
    (
        403,
        ErrorKind::Credentials,
        "ask an administrator for access",
    ),
];

async fn acme() -> (ControlPlane, Organization) {
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
async fn a_call_that_the_plan_does_not_allow_says_who_may_change_it() {
    let (plane, acme) = acme().await;
    let admin = acme.service_account("admin");
    let pro = client(&plane, &admin.with_role("Organization Admin"));
    let staging = WorkspaceCreate {
        name: "staging".into(),
        organization_id: acme.id().into(),
        ..Default::default()
    };
    let create = || pro.create_workspace().body(&staging).send();
    acme.reach_limit("workspace");
    let error = create().await.unwrap_err();
    assert_refuses(
        &error,
        ErrorKind::PaymentRequired,
        "the API key",
        &plane.url(),
        "the administrator of the organization can change its plan",
    );
    assert_names(&error, &["create_workspace", "402", "limit of workspace"]);
    assert!(!error.is_retryable());

    acme.lift_limit("workspace");
    create().await.unwrap();
    plane.stop().unwrap();
}

#[tokio::test]
async fn a_call_that_somebody_may_not_make_says_who_can_give_a_role_for_it() {
    let (plane, acme) = acme().await;
    let viewer = acme.service_account("viewer");
    let viewer = viewer.with_role("Organization Viewer");
    let pro = client(&plane, &viewer);
    let staging = WorkspaceCreate {
        name: "staging".into(),
        organization_id: acme.id().into(),
        ..Default::default()
    };
    let create = || pro.create_workspace().body(&staging).send();
    let error = create().await.unwrap_err();
    assert_refuses(
        &error,
        ErrorKind::Forbidden,
        "the API key",
        &plane.url(),
        "its administrator can give a role that allows it",
    );
    assert_names(
        &error,
        &["create_workspace", "403", "no permission to create"],
    );
    assert!(!error.is_retryable());

    let _ = viewer.with_role("Organization Manager");
    create().await.unwrap();
    plane.stop().unwrap();
}

#[tokio::test]
async fn a_login_at_the_pro_api_that_is_refused_is_named_as_such() {
    let (plane, acme) = acme().await;
    let key = acme.service_account("ci").key();
    for (status, kind, remedy) in REFUSED_LOGINS {
        let pro = ProClient::builder(plane.url()).credentials(Credentials::api_key(key.value()));
        let pro = pro.build().unwrap();
        plane.fail_next(LOGIN, status, 2);
        let called = pro.get_current_user().send().await.unwrap_err();
        let connected = pro.connect_workspace("prod").send().await.unwrap_err();
        for error in [called, connected] {
            assert_refuses(
                &error,
                kind,
                "the login of the API key",
                &plane.url(),
                remedy,
            );
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_hides(&error, key.value());
        }
        // Neither is a passing one: each call has tried once.
        let refused = plane
            .calls(LOGIN)
            .iter()
            .filter(|call| call.status == status)
            .count();
        assert_eq!(refused, 2);
        pro.get_current_user().send().await.unwrap();
    }
    plane.stop().unwrap();
}

#[tokio::test]
async fn a_login_in_the_browser_that_is_denied_says_so() {
    let (plane, _) = acme().await;
    plane.set_device_interval(0);
    let credentials = Credentials::device(uuid::Uuid::new_v4(), |_| {});
    let pro = ProClient::builder(plane.url()).credentials(credentials);
    let pro = pro.build().unwrap();
    let denied = async {
        plane
            .until(|plane| !plane.waiting_devices().is_empty())
            .await;
        plane.deny_device(&plane.waiting_devices()[0]).unwrap();
    };
    let (answer, ()) = tokio::join!(pro.get_current_user().send(), denied);
    let error = answer.unwrap_err();
    assert_refuses(
        &error,
        ErrorKind::Credentials,
        "the login of this device",
        &plane.url(),
        "confirm the login in the browser",
    );
    assert_names(&error, &["denied"]);
    plane.stop().unwrap();
}

#[tokio::test]
async fn a_user_of_a_self_hosted_control_plane_logs_in_with_the_right_password_only() {
    let (plane, acme) = acme().await;
    let jane = acme.member("jane").with_password("right");
    let as_jane = |password: &str| {
        ProClient::builder(plane.url())
            .credentials(Credentials::password("jane", password))
            .build()
            .unwrap()
    };
    let me = as_jane("right").get_current_user().send().await.unwrap();
    assert_eq!(me.id, jane.id());
    assert_eq!(plane.calls(LOGIN)[0].grant.as_deref(), Some("password"));
    let error = as_jane("mistaken").get_current_user().send().await;
    let error = error.unwrap_err();
    assert_refuses(
        &error,
        ErrorKind::Credentials,
        "the login of user \"jane\"",
        &plane.url(),
        "check the name and the password",
    );
    assert_hides(&error, "mistaken");
    plane.stop().unwrap();
}

/// Clients of the workspace that have no token for it yet: one through the Pro API, and one with
/// the key itself.
async fn both_ways(fixture: &crate::fixture::Fixture, key: &str) -> [WorkspaceClient; 2] {
    let pro = fixture.pro(key).retry(RetryPolicy::never());
    let pro = pro.build().unwrap();
    let direct = fixture.ws(key).retry(RetryPolicy::never());
    [
        pro.connect_workspace("prod").send().await.unwrap(),
        direct.build().unwrap(),
    ]
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_workspace_lets_nobody_in_whom_the_control_plane_forbids_it() {
    let fixture = fixture().await;
    let account = fixture.developer("outcast");
    let key = account.key();
    let clients = both_ways(&fixture, key.value()).await;
    account.without_roles();
    for (ws, remedy) in clients.iter().zip([
        "has the user a role on it, and is it active?",
        "has its owner a role on the workspace, and is that active?",
    ]) {
        let error = ws.get_current_user().send().await.unwrap_err();
        let asked = fixture.pro.plane.calls(WHO_IS_IT);
        assert_eq!(asked.last().map(|call| call.status), Some(403));
        let url = fixture.pro.server.url();
        assert_refuses(
            &error,
            ErrorKind::Credentials,
            "the login of the API key",
            &url,
            remedy,
        );
        assert_hides(&error, key.value());
    }
    // Somebody gives a role again.
    let _ = account.with_role_in(&fixture.pro.workspace, "Workspace Viewer");
    for ws in clients {
        ws.get_current_user().send().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_workspace_that_the_control_plane_answers_with_402_says_who_may_know_more() {
    let fixture = fixture().await;
    let key = fixture.developer("unpaid").key();
    for ws in both_ways(&fixture, key.value()).await {
        fixture.pro.plane.fail_next(WHO_IS_IT, 402, 1);
        let error = ws.get_current_user().send().await.unwrap_err();
        let asked = fixture.pro.plane.calls(WHO_IS_IT);
        assert_eq!(asked.last().map(|call| call.status), Some(402));
        // The workspace does not tell it from a control plane that is down.
        assert_refuses(
            &error,
            ErrorKind::Unavailable,
            "the login of the API key",
            &fixture.pro.server.url(),
            "ask the administrator of the organization",
        );
        assert_hides(&error, key.value());
        ws.get_current_user().send().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_renewal_that_the_control_plane_refuses_ends_the_work_in_the_workspace() {
    let fixture = fixture().await;
    for (status, kind, remedy) in REFUSED_LOGINS {
        let key = fixture.developer("lapsed").key();
        let clock = Ahead::default();
        let pro = fixture.pro(key.value()).clock(clock.clone());
        let pro = pro.build().unwrap();
        let ws = pro.connect_workspace("prod").send().await.unwrap();
        ws.get_current_user().send().await.unwrap();

        // Neither the session nor the workspace's token is good any more.
        clock.pass(2);
        fixture.pro.plane.fail_next(LOGIN, status, 1);
        let error = ws.get_current_user().send().await.unwrap_err();
        let url = fixture.pro.plane.url();
        assert_refuses(&error, kind, "the login of the API key", &url, remedy);
        assert_hides(&error, key.value());
        ws.get_current_user().send().await.unwrap();
    }
}
