//! From a key to a call of a workspace, and everything that can fail on the way.

use std::time::Duration;

use serde_json::json;
use zenml::{
    Credentials, ErrorKind, ProClient, RunTemplate, WorkspaceClient,
    workspace::types::ServerDeploymentType,
};

use crate::fixture::{OffsetClock, assert_explains, assert_hides, assert_mentions, fixture};

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn one_key_authenticates_at_the_pro_api_and_both_ways_at_the_workspace() {
    let fixture = fixture().await;
    let account = fixture.developer("valid");
    let key = account.key();
    let pro = fixture.pro(key.value()).build().unwrap();
    assert_eq!(
        pro.get_current_user().send().await.unwrap().id,
        account.id()
    );

    let (url, id) = (fixture.pro.server.url(), fixture.pro.workspace.id());
    for client in [
        pro.connect_workspace("prod").send().await.unwrap(),
        pro.connect_workspace(id)
            .organization("acme")
            .send()
            .await
            .unwrap(),
        pro.connect_workspace(&*url).send().await.unwrap(),
        fixture.client(key.value()).build().unwrap(),
    ] {
        assert_eq!(client.url(), url);
        let user = client.get_current_user().send().await.unwrap().into_inner();
        let external = user.metadata.and_then(|metadata| metadata.external_user_id);
        assert_eq!(external, Some(account.id()));
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn the_server_names_its_pro_api() {
    let fixture = fixture().await;
    let anonymous = WorkspaceClient::builder(fixture.pro.server.url());
    let info = anonymous
        .build()
        .unwrap()
        .server_info()
        .send()
        .await
        .unwrap();
    assert_eq!(info.deployment_type, Some(ServerDeploymentType::Cloud));
    assert_eq!(info.pro_api_url.as_ref(), Some(&fixture.pro.plane.url()));
    assert_eq!(info.pro_workspace_id, Some(fixture.pro.workspace.id()));
    let organization = fixture.pro.organization.id();
    assert_eq!(info.pro_organization_id, Some(organization));

    // The URL of the workspace is enough to find its Pro API.
    let pro = ProClient::builder(info.pro_api_url.as_deref().unwrap());
    let key = fixture.developer("informed").key();
    let pro = pro.credentials(Credentials::api_key(key.value()));
    let client = pro
        .build()
        .unwrap()
        .connect_workspace(info.pro_workspace_id.unwrap());
    assert_eq!(client.send().await.unwrap().url(), fixture.pro.server.url());
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn an_expired_key_is_rejected_by_both_apis() {
    let fixture = fixture().await;
    let key = fixture
        .developer("expired")
        .key_for(Duration::from_secs(600));
    key.expire();
    let error = fixture.client(key.value()).build().unwrap();
    let error = error.get_current_user().send().await.unwrap_err();
    let (kind, hint) = (ErrorKind::Credentials, "create a new one");
    let url = fixture.pro.server.url();
    assert_explains(&error, kind, "the API key", &url, hint);
    assert_hides(&error, key.value());

    let pro = fixture.pro(key.value()).build().unwrap();
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_explains(&error, kind, "the API key", &fixture.pro.plane.url(), hint);
    assert_hides(&error, key.value());
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_key_that_is_revoked_during_a_wait_ends_the_wait() {
    let fixture = fixture().await;
    for direct in [true, false] {
        let key = fixture.developer("revoked").key();
        let clock = OffsetClock::default();
        let client = if direct {
            fixture
                .client(key.value())
                .clock(clock.clone())
                .build()
                .unwrap()
        } else {
            let pro = fixture.pro(key.value()).clock(clock.clone());
            pro.build()
                .unwrap()
                .connect_workspace("prod")
                .send()
                .await
                .unwrap()
        };
        let run = client
            .trigger(RunTemplate::by_id(fixture.registered.template))
            .configuration(json!({"extra": {"outcome": "held"}}))
            .send()
            .await
            .unwrap();
        let waited = client
            .wait_for_run(run.id)
            .interval(Duration::from_millis(100));
        let waited = waited.on_status({
            let key = key.clone();
            move |status| {
                if status.as_str() == "running" {
                    key.revoke();
                    // The token from the key works until it expires.
                    clock.advance_hours(2);
                }
            }
        });
        let error = waited.wait().await.unwrap_err();
        assert_hides(&error, key.value());
        let place = if direct {
            fixture.pro.server.url()
        } else {
            fixture.pro.plane.url()
        };
        let kind = ErrorKind::Credentials;
        assert_explains(&error, kind, "the API key", &place, "create a new one");
        assert_mentions(&error, &["get_run_status"]);
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn the_pro_session_is_renewed_without_a_workspace_login() {
    let fixture = fixture().await;
    let key = fixture.developer("renewed").key();
    let pro = fixture.pro(key.value()).build().unwrap();
    let client = pro.connect_workspace("prod").send().await.unwrap();
    client.get_current_user().send().await.unwrap();
    let (logins, workspace_logins) = (fixture.logins(), fixture.workspace_logins());

    fixture.pro.plane.revoke_sessions();
    pro.get_current_user().send().await.unwrap();
    assert_eq!(fixture.logins(), logins + 1);
    client.get_current_user().send().await.unwrap();
    assert_eq!(fixture.workspace_logins(), workspace_logins);
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn the_workspace_token_is_renewed_without_a_pro_login() {
    let fixture = fixture().await;
    let day = Duration::from_secs(24 * 3600);
    fixture.pro.plane.set_session_lifetime(day);
    let key = fixture.developer("renewing").key();
    let clock = OffsetClock::default();
    let pro = fixture
        .pro(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    let client = pro.connect_workspace("prod").send().await.unwrap();
    client.get_current_user().send().await.unwrap();
    let (logins, workspace_logins) = (fixture.logins(), fixture.workspace_logins());

    clock.advance_hours(2);
    client.get_current_user().send().await.unwrap();
    assert_eq!(fixture.workspace_logins(), workspace_logins + 1);
    assert_eq!(fixture.logins(), logins);
    fixture
        .pro
        .plane
        .set_session_lifetime(Duration::from_secs(3600));
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_revoked_session_is_renewed_when_the_workspace_rejects_it() {
    let fixture = fixture().await;
    let key = fixture.developer("revoked-session").key();
    let pro = fixture.pro(key.value()).build().unwrap();
    let client = pro.connect_workspace("prod").send().await.unwrap();
    let logins = fixture.logins();
    fixture.pro.plane.revoke_sessions();
    client.get_current_user().send().await.unwrap();
    assert_eq!(fixture.logins(), logins + 1);
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn an_outage_of_ten_seconds_only_delays_a_renewal() {
    let fixture = fixture().await;
    let key = fixture.developer("patient").key();
    let clock = OffsetClock::default();
    let pro = fixture
        .pro(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    let connected = pro.connect_workspace("prod").send().await.unwrap();
    let direct = fixture
        .client(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    for client in [&connected, &direct] {
        client.get_current_user().send().await.unwrap();
    }

    clock.advance_hours(2);
    fixture.pro.plane.stop().await.unwrap();
    let calls = [connected, direct].map(|client| tokio::spawn(client.get_current_user().send()));
    // The outage takes real time; nothing is polled here.
    tokio::time::sleep(Duration::from_secs(10)).await;
    fixture.pro.plane.restart().await.unwrap();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn an_error_names_the_control_plane_that_is_down() {
    let fixture = fixture().await;
    let key = fixture.developer("impatient").key();
    let (never, clock) = (zenml::RetryPolicy::never, OffsetClock::default());
    let pro = fixture.pro(key.value()).retry(never());
    let pro = pro.clock(clock.clone()).build().unwrap();
    let direct = fixture.client(key.value()).retry(never()).build().unwrap();
    let connected = pro.connect_workspace("prod").send().await.unwrap();
    connected.get_current_user().send().await.unwrap();
    // All tokens have expired.
    clock.advance_hours(2);
    fixture.pro.plane.stop().await.unwrap();
    let unreachable = [
        pro.get_current_user().send().await.unwrap_err(),
        connected.get_current_user().send().await.unwrap_err(),
    ];
    let refused = direct.get_current_user().send().await.unwrap_err();
    fixture.pro.plane.restart().await.unwrap();

    let (url, hint) = (fixture.pro.plane.url(), "try again later");
    for error in &unreachable {
        // The outage may break a pooled connection before a new one is refused.
        let kind = error.kind();
        assert!([ErrorKind::Connect, ErrorKind::Interrupted].contains(&kind));
        assert_explains(error, kind, "the API key", &url, hint);
        assert!(error.is_retryable());
    }
    let url = fixture.pro.server.url();
    assert_explains(&refused, ErrorKind::Unavailable, "the API key", &url, hint);
    assert_mentions(&refused, &["ZenML Pro"]);
    assert!(refused.is_retryable());
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_deactivated_workspace_rejects_connections_and_logins() {
    let fixture = fixture().await;
    let key = fixture.developer("suspended").key();
    let clock = OffsetClock::default();
    let pro = fixture
        .pro(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    let client = pro.connect_workspace("prod").send().await.unwrap();
    let direct = fixture
        .client(key.value())
        .clock(clock.clone())
        .build()
        .unwrap();
    for client in [&client, &direct] {
        client.get_current_user().send().await.unwrap();
    }

    fixture.pro.workspace.deactivate();
    clock.advance_hours(2);
    let refused = pro.connect_workspace("prod").send().await.unwrap_err();
    let error = client.get_current_user().send().await.unwrap_err();
    let error_of_key = direct.get_current_user().send().await.unwrap_err();
    fixture.pro.workspace.set_available();

    let (kind, plane) = (ErrorKind::NotRunning, fixture.pro.plane.url());
    assert_explains(&refused, kind, "the API key", &plane, "activate it");
    assert_mentions(&refused, &["\"prod\"", "deactivated"]);
    let url = fixture.pro.server.url();
    for (error, hint) in [
        (&error, "check that the user has a role on the workspace"),
        (&error_of_key, "check that its owner is active"),
    ] {
        let kind = ErrorKind::Credentials;
        assert_explains(error, kind, "the API key", &url, hint);
        assert_hides(error, key.value());
    }
    for client in [client, direct] {
        client.get_current_user().send().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_login_in_the_browser_serves_the_workspace_too() {
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
            .wait_until(|plane| !plane.pending_user_codes().is_empty())
            .await;
        plane
            .confirm_device(&plane.pending_user_codes()[0], &user)
            .unwrap();
    };
    let (client, ()) = tokio::join!(pro.connect_workspace("prod").send(), confirmed);
    let me = client.unwrap().get_current_user().send().await.unwrap();
    assert_eq!(me.name, "jane@acme.test");
    plane.set_device_interval(5);
}
