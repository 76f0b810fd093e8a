//! No output shows a key or a token, all the way from a key to a finished run.

use std::time::Duration;

use zenml::{Credentials, ProClient, RunTemplate, WorkspaceClient, pro::types::ApiKeyCreate};

use crate::{
    fixture::{Fixture, OffsetClock, fixture},
    leak_probe::LeakProbe,
};

/// The beginning of every JWT: `{"` in base64.
const TOKEN: &str = "eyJ";

/// Uses a workspace: its user, a token, a run that ends, and a run that is rejected.
async fn use_workspace(fixture: &Fixture, client: &WorkspaceClient, probe: &LeakProbe) {
    probe.debug(client);
    probe.debug(&client.get_current_user().send().await.unwrap());
    let token = client.api_token().send().await.unwrap();
    assert!(
        token.expose().starts_with(TOKEN),
        "the probe looks for this beginning"
    );
    probe.debug(&token);

    let trigger = || client.trigger(RunTemplate::by_id(fixture.registered.template));
    probe.debug(&trigger());
    let run = trigger().send().await.unwrap();
    probe.debug(&run);
    let waited = client
        .wait_for_run(run.id)
        .interval(Duration::from_millis(200));
    probe.debug(&waited.wait().await.unwrap());

    fixture.pro.organization.reach_limit("template_run");
    let refused = trigger().send().await;
    fixture.pro.organization.lift_limit("template_run");
    probe.error(refused.unwrap_err());
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn no_output_shows_a_key_or_token_from_login_to_run() {
    let fixture = fixture().await;
    let (probe, _guard) = LeakProbe::new();

    let account = fixture.developer("leaks");
    let key = account.key();
    let clock = OffsetClock::default();
    let builder = fixture.pro(key.value()).clock(clock.clone());
    probe.debug(&builder);
    let pro = builder.build().unwrap();
    probe.debug(&pro);
    let connecting = pro.connect_workspace("prod");
    probe.debug(&connecting);
    let connected = connecting.send().await.unwrap();
    probe.debug(&pro);
    let builder = fixture.client(key.value()).clock(clock.clone());
    probe.debug(&builder);
    let direct = builder.build().unwrap();
    for client in [&connected, &direct] {
        use_workspace(&fixture, client, &probe).await;
    }

    // The response to a new key contains its value.
    let admin = fixture.pro.admin.key();
    let as_admin = fixture.pro(admin.value()).build().unwrap();
    let create = as_admin
        .create_service_account_api_key()
        .organization_id(fixture.pro.organization.id())
        .service_account_id(account.id())
        .body(ApiKeyCreate::new("leaks-2"));
    probe.debug(&create);
    let created = create.send().await.unwrap();
    probe.debug(&created);
    let created = created.into_inner().key.unwrap();

    // Errors: both APIs reject the key, a workspace rejects a Pro token, a header is not a token.
    key.revoke();
    clock.advance_hours(2);
    probe.error(pro.get_current_user().send().await.unwrap_err());
    probe.error(pro.connect_workspace("prod").send().await.unwrap_err());
    for client in [connected, direct] {
        probe.error(client.get_current_user().send().await.unwrap_err());
    }
    let session = account.session();
    let token = WorkspaceClient::builder(fixture.pro.server.url());
    let token = token.credentials(Credentials::api_token(&*session));
    probe.debug(&token);
    let token = token.build().unwrap();
    probe.error(token.get_current_user().send().await.unwrap_err());
    let header = ProClient::builder(fixture.pro.plane.url());
    let header = header.credentials(Credentials::api_token(format!("Bearer {session}")));
    let header = header.build().unwrap();
    probe.error(header.get_current_user().send().await.unwrap_err());

    // Without these texts, the probe would prove nothing.
    probe.assert_shown(&[
        "zenml.call",
        "login",
        "[redacted]",
        "create_template_run",
        "PaymentRequired",
        "create a new one",
        "a token of the Pro API is not valid at a workspace",
        "without the prefix \\\"Bearer\\\"",
    ]);
    for secret in [
        key.value(),
        admin.value(),
        created.expose(),
        TOKEN,
        "Bearer e",
    ] {
        probe.assert_hidden(secret);
    }
}
