//! Older control planes do not exchange API keys: the key itself is the bearer token, for service
//! accounts and users.

use zenml::{Credentials, ErrorKind, ProClient, pro::types::ApiKeyCreate};
use zenml_pro_fake::{Account, ControlPlane, Key, Organization};

use crate::fixture::{assert_explains, assert_hides, fixture};

const LOGIN: &str = "POST /auth/login";

async fn without_key_exchange() -> (ControlPlane, Organization) {
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

/// Creates a personal access token, as its owner.
async fn personal_token(plane: &ControlPlane, owner: &Account) -> zenml::Secret {
    let pro = ProClient::builder(plane.url()).credentials(Credentials::api_token(owner.session()));
    let create = pro.build().unwrap().create_current_user_api_key();
    let created = create.body(ApiKeyCreate::new("laptop")).send().await;
    created.unwrap().into_inner().key.unwrap()
}

#[tokio::test]
async fn a_key_is_sent_itself_if_it_cannot_be_exchanged() {
    let (plane, acme) = without_key_exchange().await;
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
        assert_eq!(logins, [400], "the exchange is tried once");
    }
    assert_eq!(plane.sessions(), sessions, "no login has succeeded");
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_key_is_exchanged_if_the_login_accepts_keys() {
    let (plane, acme) = without_key_exchange().await;
    plane.set_key_exchange(true);
    let (ci, jane) = (acme.service_account("ci"), acme.member("jane@acme.test"));
    let token = personal_token(&plane, &jane).await;
    for (id, key) in [(ci.id(), ci.key().value()), (jane.id(), token.expose())] {
        let sessions = plane.sessions();
        let me = client(&plane, key).get_current_user().send().await.unwrap();
        assert_eq!((me.id, plane.sessions()), (id, sessions + 1));
    }
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_key_that_stops_working_names_the_possible_reasons() {
    let (plane, acme) = without_key_exchange().await;
    let ci = acme.service_account("ci");
    let (revoked, expired) = (ci.key(), ci.key());
    for (key, end) in [(&revoked, Key::revoke as fn(&Key)), (&expired, Key::expire)] {
        let pro = client(&plane, key.value());
        pro.get_current_user().send().await.unwrap();
        end(key);
        let error = pro.get_current_user().send().await.unwrap_err();
        assert_explains(
            &error,
            ErrorKind::Unauthorized,
            "the API key",
            &plane.url(),
            "has expired, was deactivated, deleted or rotated, or its owner lacks access; create a \
             new one",
        );
        assert_hides(&error, key.value());
    }
    plane.finish().unwrap();
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_key_that_is_sent_itself_authenticates_at_the_workspace() {
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
        let client = pro.connect_workspace("prod").send().await?;
        client.get_current_user().send().await
    };
    let me = me.await;
    fixture.pro.plane.set_key_exchange(true);
    let external = me.unwrap().into_inner().metadata.unwrap().external_user_id;
    assert_eq!(external, Some(account.id()));
    assert_eq!(logged_in(), before, "no login at the Pro API has succeeded");
}
