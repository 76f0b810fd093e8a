//! How often does a client log in?

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use zenml::{Credentials, WorkspaceClient, runtime::Clock, workspace::types};
use zenml_test_server::{Access, Options, Server, proxy::Proxy};

use crate::unique;

/// Returns a client that logs in with the password of the server's user.
pub fn client(url: &str, access: &Access) -> WorkspaceClient {
    WorkspaceClient::builder(url)
        .credentials(Credentials::password(&access.username, &*access.password))
        .build()
        .unwrap()
}

/// A clock that is some hours ahead.
#[derive(Clone, Default)]
struct ClockAhead(Arc<AtomicU64>);

impl Clock for ClockAhead {
    fn now(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.0.load(Ordering::SeqCst) * 3600)
    }

    fn utc(&self) -> SystemTime {
        SystemTime::now() + Duration::from_secs(self.0.load(Ordering::SeqCst) * 3600)
    }

    fn sleep(&self, duration: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_thousand_calls_with_an_expired_token_log_in_once() {
    let options = Options::default().env("ZENML_SERVER_JWT_TOKEN_EXPIRE_MINUTES", "60");
    let server = Server::start(options).await.unwrap();
    let proxy = Proxy::start(&server.url(), 0, 0).await;
    let clock = ClockAhead::default();
    let access = server.access();
    let client = WorkspaceClient::builder(proxy.url())
        .credentials(Credentials::password(&access.username, &*access.password))
        .clock(clock.clone())
        .build()
        .unwrap();
    client.get_current_user().send().await.unwrap();
    assert_eq!(proxy.logins(), 1);

    clock.0.store(2, Ordering::SeqCst);
    let calls: Vec<_> = (0..1_000)
        .map(|_| tokio::spawn(client.get_current_user().send()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(proxy.logins(), 2);
    server.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn a_new_signing_key_costs_each_client_one_login_and_fails_no_call() {
    let mut server = Server::start(Options::default()).await.unwrap();
    let proxy = Proxy::start(&server.url(), 0, 0).await;
    let clients: Vec<_> = (0..3)
        .map(|_| client(&proxy.url(), &server.access()))
        .collect();
    for client in &clients {
        client.get_current_user().send().await.unwrap();
    }
    assert_eq!(proxy.logins(), 3);

    let key = "another key, which invalidates all tokens issued so far";
    server.restart_with_signing_key(key).await.unwrap();
    let calls: Vec<_> = clients
        .iter()
        .flat_map(|client| (0..20).map(|_| tokio::spawn(client.get_current_user().send())))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(proxy.logins(), 6);
    server.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_api_key_of_a_service_account_is_exchanged_for_a_token() {
    let access = Access::from_env().unwrap();
    let client = client(&access.url, &access);
    let (account, key) = create_service_account(&client).await;
    let proxy = Proxy::start(&access.url, 0, 0).await;
    let account_client = WorkspaceClient::builder(proxy.url())
        .credentials(Credentials::api_key(key))
        .build()
        .unwrap();
    for _ in 0..3 {
        let user = account_client.get_current_user().send().await.unwrap();
        assert_eq!(user.id, account);
    }
    assert_eq!(proxy.logins(), 1);
    client
        .delete_service_account()
        .service_account_name_or_id(account)
        .send()
        .await
        .unwrap();
}

/// Creates a service account and an API key of it.
pub async fn create_service_account(client: &WorkspaceClient) -> (uuid::Uuid, zenml::Secret) {
    let account = types::ServiceAccountRequest::new(true, unique("transport"));
    let account = client
        .create_service_account()
        .body(&account)
        .send()
        .await
        .unwrap();
    let key = types::ApiKeyRequest::new(unique("key"));
    let key = client
        .create_api_key()
        .service_account_id(account.id)
        .body(&key)
        .send()
        .await
        .unwrap();
    let key = key.into_inner().body.unwrap().key.unwrap();
    (account.id, key)
}
