//! From a key to a call on a workspace, and what may come between.

use std::time::Duration;

use serde_json::json;
use zenml::{
    Credentials, ErrorKind, ProClient, RunTemplate, WorkspaceClient,
    workspace::types::ServerDeploymentType,
};

use crate::fixture::{Ahead, assert_hides, assert_names, assert_refuses, fixture};

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn one_key_opens_the_pro_api_and_the_workspace_both_ways() {
    let fixture = fixture().await;
    let account = fixture.developer("valid");
    let key = account.key();
    let pro = fixture.pro(key.value()).build().unwrap();
    assert_eq!(
        pro.get_current_user().send().await.unwrap().id,
        account.id()
    );

    let (url, id) = (fixture.pro.server.url(), fixture.pro.workspace.id());
    for ws in [
        pro.connect_workspace("prod").send().await.unwrap(),
        pro.connect_workspace(id)
            .organization("acme")
            .send()
            .await
            .unwrap(),
        pro.connect_workspace(&*url).send().await.unwrap(),
        fixture.ws(key.value()).build().unwrap(),
    ] {
        assert_eq!(ws.url(), url);
        let user = ws.get_current_user().send().await.unwrap().into_inner();
        let external = user.metadata.and_then(|metadata| metadata.external_user_id);
        assert_eq!(external, Some(account.id()));
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn the_server_says_that_it_is_of_pro_and_which_pro_api_it_belongs_to() {
    let fixture = fixture().await;
    let anybody = WorkspaceClient::builder(fixture.pro.server.url());
    let info = anybody.build().unwrap().server_info().send().await.unwrap();
    assert_eq!(info.deployment_type, Some(ServerDeploymentType::Cloud));
    assert_eq!(info.pro_api_url.as_ref(), Some(&fixture.pro.plane.url()));
    assert_eq!(info.pro_workspace_id, Some(fixture.pro.workspace.id()));
    let organization = fixture.pro.organization.id();
    assert_eq!(info.pro_organization_id, Some(organization));

    // The same that a program asks that has but the workspace's URL.
    let pro = ProClient::builder(info.pro_api_url.as_deref().unwrap());
    let key = fixture.developer("informed").key();
    let pro = pro.credentials(Credentials::api_key(key.value()));
    let ws = pro
        .build()
        .unwrap()
        .connect_workspace(info.pro_workspace_id.unwrap());
    assert_eq!(ws.send().await.unwrap().url(), fixture.pro.server.url());
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_key_that_has_expired_opens_neither() {
    let fixture = fixture().await;
    let key = fixture
        .developer("expired")
        .key_for(Duration::from_secs(600));
    key.expire();
    let error = fixture.ws(key.value()).build().unwrap();
    let error = error.get_current_user().send().await.unwrap_err();
    let (kind, remedy) = (ErrorKind::Credentials, "make another one");
    let url = fixture.pro.server.url();
    assert_refuses(&error, kind, "the API key", &url, remedy);
    assert_hides(&error, key.value());

    let pro = fixture.pro(key.value()).build().unwrap();
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_refuses(
        &error,
        kind,
        "the API key",
        &fixture.pro.plane.url(),
        remedy,
    );
    assert_hides(&error, key.value());
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_key_that_is_revoked_in_the_middle_of_a_long_wait_ends_it() {
    let fixture = fixture().await;
    for direct in [true, false] {
        let key = fixture.developer("revoked").key();
        let clock = Ahead::default();
        let ws = match direct {
            true => fixture
                .ws(key.value())
                .clock(clock.clone())
                .build()
                .unwrap(),
            false => {
                let pro = fixture.pro(key.value()).clock(clock.clone());
                pro.build()
                    .unwrap()
                    .connect_workspace("prod")
                    .send()
                    .await
                    .unwrap()
            }
        };
        let run = ws
            .trigger(RunTemplate::by_id(fixture.registered.template))
            .configuration(json!({"extra": {"outcome": "held"}}))
            .send()
            .await
            .unwrap();
        let waited = ws.wait_for_run(run.id).interval(Duration::from_millis(100));
        let waited = waited.on_status({
            let key = key.clone();
            move |status| {
                if status.as_str() == "running" {
                    key.revoke();
                    // What it was exchanged for works until it ends.
                    clock.pass(2);
                }
            }
        });
        let error = waited.wait().await.unwrap_err();
        assert_hides(&error, key.value());
        let place = match direct {
            true => fixture.pro.server.url(),
            false => fixture.pro.plane.url(),
        };
        let kind = ErrorKind::Credentials;
        assert_refuses(&error, kind, "the API key", &place, "make another one");
        assert_names(&error, &["get_run_status"]);
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn the_pro_session_is_renewed_while_the_workspaces_token_is_good() {
    let fixture = fixture().await;
    let key = fixture.developer("renewed").key();
    let pro = fixture.pro(key.value()).build().unwrap();
    let ws = pro.connect_workspace("prod").send().await.unwrap();
    ws.get_current_user().send().await.unwrap();
    let (logins, workspace_logins) = (fixture.logins(), fixture.workspace_logins());

    fixture.pro.plane.revoke_sessions();
    pro.get_current_user().send().await.unwrap();
    assert_eq!(fixture.logins(), logins + 1);
    ws.get_current_user().send().await.unwrap();
    assert_eq!(fixture.workspace_logins(), workspace_logins);
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn the_workspaces_token_is_renewed_while_the_pro_session_is_good() {
    let fixture = fixture().await;
    let day = Duration::from_secs(24 * 3600);
    fixture.pro.plane.set_session_lifetime(day);
    let key = fixture.developer("renewing").key();
    let clock = Ahead::default();
    let pro = fixture
        .pro(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    let ws = pro.connect_workspace("prod").send().await.unwrap();
    ws.get_current_user().send().await.unwrap();
    let (logins, workspace_logins) = (fixture.logins(), fixture.workspace_logins());

    clock.pass(2);
    ws.get_current_user().send().await.unwrap();
    assert_eq!(fixture.workspace_logins(), workspace_logins + 1);
    assert_eq!(fixture.logins(), logins);
    fixture
        .pro
        .plane
        .set_session_lifetime(Duration::from_secs(3600));
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_session_that_was_taken_back_is_renewed_when_the_workspace_refuses_it() {
    let fixture = fixture().await;
    let key = fixture.developer("taken").key();
    let pro = fixture.pro(key.value()).build().unwrap();
    let ws = pro.connect_workspace("prod").send().await.unwrap();
    let logins = fixture.logins();
    fixture.pro.plane.revoke_sessions();
    ws.get_current_user().send().await.unwrap();
    assert_eq!(fixture.logins(), logins + 1);
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_control_plane_that_is_down_for_ten_seconds_delays_a_renewal_and_no_more() {
    let fixture = fixture().await;
    let key = fixture.developer("patient").key();
    let clock = Ahead::default();
    let pro = fixture
        .pro(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    let connected = pro.connect_workspace("prod").send().await.unwrap();
    let direct = fixture
        .ws(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    for ws in [&connected, &direct] {
        ws.get_current_user().send().await.unwrap();
    }

    clock.pass(2);
    fixture.pro.plane.go_down().await.unwrap();
    let calls = [connected, direct].map(|ws| tokio::spawn(ws.get_current_user().send()));
    // It is the outage that has this length, not a wait for something.
    tokio::time::sleep(Duration::from_secs(10)).await;
    fixture.pro.plane.come_back().await.unwrap();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_control_plane_that_stays_down_is_named() {
    let fixture = fixture().await;
    let key = fixture.developer("impatient").key();
    let (never, clock) = (zenml::RetryPolicy::never, Ahead::default());
    let pro = fixture.pro(key.value()).retry(never());
    let pro = pro.clock(clock.clone()).build().unwrap();
    let direct = fixture.ws(key.value()).retry(never()).build().unwrap();
    let connected = pro.connect_workspace("prod").send().await.unwrap();
    connected.get_current_user().send().await.unwrap();
    // All that they have has ended.
    clock.pass(2);
    fixture.pro.plane.go_down().await.unwrap();
    let unreachable = [
        pro.get_current_user().send().await.unwrap_err(),
        connected.get_current_user().send().await.unwrap_err(),
    ];
    let refused = direct.get_current_user().send().await.unwrap_err();
    fixture.pro.plane.come_back().await.unwrap();

    let (url, remedy) = (fixture.pro.plane.url(), "try again later");
    for error in &unreachable {
        assert_refuses(error, ErrorKind::Connect, "the API key", &url, remedy);
        assert!(error.is_retryable());
    }
    let url = fixture.pro.server.url();
    assert_refuses(
        &refused,
        ErrorKind::Unavailable,
        "the API key",
        &url,
        remedy,
    );
    assert_names(&refused, &["ZenML Pro"]);
    assert!(refused.is_retryable());
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_suspended_workspace_is_not_connected_to_and_lets_nobody_in_again() {
    let fixture = fixture().await;
    let key = fixture.developer("suspended").key();
    let clock = Ahead::default();
    let pro = fixture
        .pro(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    let ws = pro.connect_workspace("prod").send().await.unwrap();
    let direct = fixture
        .ws(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    for ws in [&ws, &direct] {
        ws.get_current_user().send().await.unwrap();
    }

    fixture.pro.workspace.suspend();
    clock.pass(2);
    let refused = pro.connect_workspace("prod").send().await.unwrap_err();
    let error = ws.get_current_user().send().await.unwrap_err();
    let error_of_key = direct.get_current_user().send().await.unwrap_err();
    fixture.pro.workspace.available();

    let (kind, plane) = (ErrorKind::NotRunning, fixture.pro.plane.url());
    assert_refuses(&refused, kind, "the API key", &plane, "activate it");
    assert_names(&refused, &["\"prod\"", "deactivated"]);
    let url = fixture.pro.server.url();
    for (error, remedy) in [
        (&error, "is it active?"),
        (&error_of_key, "is that active?"),
    ] {
        let kind = ErrorKind::Credentials;
        assert_refuses(error, kind, "the API key", &url, remedy);
        assert_hides(error, key.value());
    }
    for ws in [ws, direct] {
        ws.get_current_user().send().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_login_in_the_browser_goes_on_to_the_workspace() {
    let fixture = fixture().await;
    let plane = &fixture.pro.plane;
    plane.set_device_interval(0);
    let user = fixture.pro.organization.member("jane@acme.test");
    let user = user.with_role_in(&fixture.pro.workspace, "Workspace Viewer");
    let credentials = Credentials::device(uuid::Uuid::new_v4(), |_| {});
    let pro = ProClient::builder(plane.url()).credentials(credentials);
    let pro = pro.build().unwrap();
    let confirmed = async {
        plane
            .until(|plane| !plane.waiting_devices().is_empty())
            .await;
        plane
            .confirm_device(&plane.waiting_devices()[0], &user)
            .unwrap();
    };
    let (ws, ()) = tokio::join!(pro.connect_workspace("prod").send(), confirmed);
    let me = ws.unwrap().get_current_user().send().await.unwrap();
    assert_eq!(me.name, "jane@acme.test");
    plane.set_device_interval(5);
}
