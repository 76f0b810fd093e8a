//! Keys and tokens appear nowhere but on the wire, on the whole way from a key to a run and back.

use std::time::Duration;

use zenml::{Credentials, ProClient, RunTemplate, WorkspaceClient, pro::types::ApiKeyCreate};

use crate::{
    fixture::{Ahead, Fixture, fixture},
    heard::Heard,
};

/// All tokens of control planes and servers begin so: it is `{"` of their heads.
const TOKEN: &str = "eyJ";

/// Whoever uses a workspace: its user, a token, a run that ends, and one that may not begin.
async fn works(fixture: &Fixture, ws: &WorkspaceClient, heard: &Heard) {
    heard.debug(ws);
    heard.debug(&ws.get_current_user().send().await.unwrap());
    let token = ws.api_token().send().await.unwrap();
    assert!(token.expose().starts_with(TOKEN), "it would be found");
    heard.debug(&token);

    let trigger = || ws.trigger(RunTemplate::by_id(fixture.registered.template));
    heard.debug(&trigger());
    let run = trigger().send().await.unwrap();
    heard.debug(&run);
    let waited = ws.wait_for_run(run.id).interval(Duration::from_millis(200));
    heard.debug(&waited.wait().await.unwrap());

    fixture.pro.organization.reach_limit("template_run");
    let refused = trigger().send().await;
    fixture.pro.organization.lift_limit("template_run");
    heard.error(refused.unwrap_err());
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn no_key_and_no_token_is_shown_on_the_way_from_a_key_to_a_run() {
    let fixture = fixture().await;
    let (heard, _listening) = Heard::listening();

    let account = fixture.developer("canary");
    let key = account.key();
    let clock = Ahead::default();
    let builder = fixture.pro(key.value()).clock(clock.clone());
    heard.debug(&builder);
    let pro = builder.build().unwrap();
    heard.debug(&pro);
    let connecting = pro.connect_workspace("prod");
    heard.debug(&connecting);
    let connected = connecting.send().await.unwrap();
    heard.debug(&pro);
    let builder = fixture.ws(key.value()).clock(clock.clone());
    heard.debug(&builder);
    let direct = builder.build().unwrap();
    for ws in [&connected, &direct] {
        works(&fixture, ws, &heard).await;
    }

    // Another key, whose value its answer has.
    let admin = fixture.pro.admin.key();
    let as_admin = fixture.pro(admin.value()).build().unwrap();
    let create = as_admin
        .create_service_account_api_key()
        .organization_id(fixture.pro.organization.id())
        .service_account_id(account.id())
        .body(&ApiKeyCreate::new("canary-2"));
    heard.debug(&create);
    let created = create.send().await.unwrap();
    heard.debug(&created);
    let created = created.into_inner().key.unwrap();

    // Refusals: of the key, by both APIs; of a token, where it does not belong; of a header.
    key.revoke();
    clock.pass(2);
    heard.error(pro.get_current_user().send().await.unwrap_err());
    heard.error(pro.connect_workspace("prod").send().await.unwrap_err());
    for ws in [connected, direct] {
        heard.error(ws.get_current_user().send().await.unwrap_err());
    }
    let session = account.session();
    let token = WorkspaceClient::builder(fixture.pro.server.url());
    let token = token.credentials(Credentials::api_token(&*session));
    heard.debug(&token);
    let token = token.build().unwrap();
    heard.error(token.get_current_user().send().await.unwrap_err());
    let header = ProClient::builder(fixture.pro.plane.url());
    let header = header.credentials(Credentials::api_token(format!("Bearer {session}")));
    let header = header.build().unwrap();
    heard.error(header.get_current_user().send().await.unwrap_err());

    // It was listened to, and the calls did what they should.
    heard.assert_heard(&[
        "zenml.call",
        "login",
        "[redacted]",
        "create_template_run",
        "PaymentRequired",
        "make another one",
        "a token of the Pro API opens no workspace",
        "without \\\"Bearer\\\" before it",
    ]);
    for secret in [
        key.value(),
        admin.value(),
        created.expose(),
        TOKEN,
        "Bearer e",
    ] {
        heard.assert_never_heard(secret);
    }
}
