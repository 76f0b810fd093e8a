//! How does a client use the credentials of a provider?

use std::sync::Mutex;

use crate::auth::credentials::{CredentialsProvider, ProvidedCredentials};
use crate::testing::{TestServer, invalid_credentials, ok, read};
use crate::{Credentials, ErrorKind};

/// Provides these credentials one after the other, then the last ones again.
struct Rotating(Mutex<Vec<Credentials>>);

impl CredentialsProvider for Rotating {
    fn provide(&self) -> ProvidedCredentials<'_> {
        let mut left = self.0.lock().unwrap();
        let next = if left.len() == 1 {
            left[0].clone()
        } else {
            left.remove(0)
        };
        Box::pin(async { Ok(next) })
    }
}

fn rotating(credentials: impl IntoIterator<Item = Credentials>) -> Credentials {
    let credentials = credentials.into_iter().collect();
    Credentials::provider(Rotating(Mutex::new(credentials)))
}

#[tokio::test]
async fn rejected_credentials_are_requested_again_from_the_provider() {
    let server = TestServer::start(|request| match request.header("authorization") {
        Some("Bearer new") => ok(),
        _ => invalid_credentials(),
    });
    let server = server.await;
    let tokens = ["old", "new"].map(Credentials::api_token);
    let transport = server.transport_as(rotating(tokens));
    for _ in 0..2 {
        read(&transport).await.unwrap();
    }
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn the_hint_names_the_provider_if_its_credentials_stay_rejected() {
    let server = TestServer::always(invalid_credentials()).await;
    let transport = server.transport_as(rotating([Credentials::api_token("old")]));
    let error = read(&transport).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 2)
    );
    assert_eq!(
        error.hint(),
        Some("they come from the credentials provider")
    );
}

#[tokio::test]
async fn a_provider_that_returns_another_provider_is_an_error() {
    let server = TestServer::always(ok()).await;
    let inner = rotating([Credentials::api_token("t")]);
    let error = read(&server.transport_as(rotating([inner])))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error.message().contains("must not return another"),
        "{error}"
    );
}

struct Panicking;

impl CredentialsProvider for Panicking {
    fn provide(&self) -> ProvidedCredentials<'_> {
        panic!("intended by the test")
    }
}

#[tokio::test]
async fn a_panic_of_the_provider_becomes_an_error_of_the_call() {
    let server = TestServer::always(ok()).await;
    let transport = server.transport_as(Credentials::provider(Panicking));
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.message().starts_with("the login panicked"), "{error}");
}

struct Hanging;

impl CredentialsProvider for Hanging {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_times_out_after_60_seconds() {
    let server = TestServer::always(ok()).await;
    let transport = server.transport_as(Credentials::provider(Hanging));
    let started = tokio::time::Instant::now();
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(started.elapsed().as_secs(), 60);
}

struct Broken;

impl CredentialsProvider for Broken {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async { Err("the vault is sealed".into()) })
    }

    fn name(&self) -> String {
        "the vault".to_owned()
    }
}

#[tokio::test]
async fn every_waiting_caller_receives_the_error_of_the_provider() {
    let server = TestServer::always(ok()).await;
    let transport = server.transport_as(Credentials::provider(Broken));
    let (one, other) = tokio::join!(read(&transport), read(&transport));
    for error in [one.unwrap_err(), other.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.message(), "the vault: the vault is sealed");
        assert_eq!(error.operation(), Some("read"));
    }
}
