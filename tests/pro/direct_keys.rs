//! Control planes whose login knows no keys: there the key itself goes out, of a service account or
//! a person.

use zenml::{Credentials, ErrorKind, ProClient, pro::types::ApiKeyCreate};
use zenml_pro_fake::{Account, ControlPlane, Key, Organization};

use crate::fixture::{assert_hides, assert_refuses, fixture};

const LOGIN: &str = "POST /auth/login";

async fn older() -> (ControlPlane, Organization) {
    let plane = ControlPlane::start().await.unwrap();
    plane.set_key_exchange(false);
    let acme = plane.organization("acme");
    (plane, acme)
}

fn client(plane: &ControlPlane, key: &str) -> ProClient {
    ProClient::builder(plane.url())
        .credentials(Credentials::api_key(key))
        .build()
        .unwrap()
}

/// A personal access token, made as its owner makes one.
async fn personal_token(plane: &ControlPlane, owner: &Account) -> zenml::Secret {
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_token(owner.session()));
    let create = pro.build().unwrap().create_current_user_api_key();
    let created = create.body(&ApiKeyCreate::new("laptop")).send().await;
    created.unwrap().into_inner().key.unwrap()
}

#[tokio::test]
async fn a_key_and_a_personal_access_token_open_the_pro_api_as_they_are() {
    let (plane, acme) = older().await;
    let (ci, jane) = (acme.service_account("ci"), acme.member("jane@acme.test"));
    let token = personal_token(&plane, &jane).await;
    let sessions = plane.sessions();
    for (id, key) in [(ci.id(), ci.key().value()), (jane.id(), token.expose())] {
        assert!(key.starts_with("ZENPROKEY_"));
        let pro = client(&plane, key);
        let before = plane.calls(LOGIN).len();
        for _ in 0..2 {
            assert_eq!(pro.get_current_user().send().await.unwrap().id, id);
        }
        let logins = plane.calls(LOGIN);
        let logins: Vec<_> = logins[before..].iter().map(|call| call.status).collect();
        assert_eq!(
            logins,
            [400],
            "it is tried once whether there is an exchange"
        );
    }
    assert_eq!(plane.sessions(), sessions, "nobody has logged in");
    plane.stop().unwrap();
}

#[tokio::test]
async fn both_are_exchanged_where_the_login_knows_keys() {
    let (plane, acme) = older().await;
    plane.set_key_exchange(true);
    let (ci, jane) = (acme.service_account("ci"), acme.member("jane@acme.test"));
    let token = personal_token(&plane, &jane).await;
    for (id, key) in [(ci.id(), ci.key().value()), (jane.id(), token.expose())] {
        let sessions = plane.sessions();
        let me = client(&plane, key).get_current_user().send().await.unwrap();
        assert_eq!((me.id, plane.sessions()), (id, sessions + 1));
    }
    plane.stop().unwrap();
}

#[tokio::test]
async fn a_key_that_ends_while_it_goes_out_itself_says_what_may_have_happened() {
    let (plane, acme) = older().await;
    let ci = acme.service_account("ci");
    let (revoked, expired) = (ci.key(), ci.key());
    for (key, end) in [(&revoked, Key::revoke as fn(&Key)), (&expired, Key::expire)] {
        let pro = client(&plane, key.value());
        pro.get_current_user().send().await.unwrap();
        end(key);
        let error = pro.get_current_user().send().await.unwrap_err();
        assert_refuses(
            &error,
            ErrorKind::Unauthorized,
            "the API key",
            &plane.url(),
            "has expired, is switched off, deleted or rotated, or its owner has no access: make \
             another one",
        );
        assert_hides(&error, key.value());
    }
    plane.stop().unwrap();
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_key_that_goes_out_itself_opens_the_workspace_too() {
    let fixture = fixture().await;
    let account = fixture.developer("direct");
    let key = account.key();
    let logged_in = || {
        let logins = fixture.pro.plane.calls(LOGIN).into_iter();
        logins
            .filter(|call| call.server.is_none() && call.succeeded())
            .count()
    };
    let before = logged_in();
    fixture.pro.plane.set_key_exchange(false);
    let me = async {
        let pro = fixture.pro(key.value()).build()?;
        let ws = pro.connect_workspace("prod").send().await?;
        ws.get_current_user().send().await
    };
    let me = me.await;
    fixture.pro.plane.set_key_exchange(true);
    let external = me.unwrap().into_inner().metadata.unwrap().external_user_id;
    assert_eq!(external, Some(account.id()));
    assert_eq!(logged_in(), before, "nobody has logged in at the Pro API");
}
