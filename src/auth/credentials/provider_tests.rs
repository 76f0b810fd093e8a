//! What becomes of credentials that come from elsewhere.

use std::sync::Mutex;

use crate::auth::credentials::{CredentialsProvider, ProvidedCredentials};
use crate::testing::{TestServer, fine, invalid, read};
use crate::{Credentials, ErrorKind};

/// Gives out one after the other, the last again and again.
struct Rotating(Mutex<Vec<Credentials>>);

impl CredentialsProvider for Rotating {
    fn provide(&self) -> ProvidedCredentials<'_> {
        let mut left = self.0.lock().unwrap();
        let next = match left.len() {
            1 => left[0].clone(),
            _ => left.remove(0),
        };
        Box::pin(async { Ok(next) })
    }
}

fn rotating(credentials: impl IntoIterator<Item = Credentials>) -> Credentials {
    let credentials = credentials.into_iter().collect();
    Credentials::provider(Rotating(Mutex::new(credentials)))
}

#[tokio::test]
async fn a_provider_is_asked_again_when_what_it_gave_is_refused() {
    let server = TestServer::start(|request| match request.header("authorization") {
        Some("Bearer new") => fine(),
        _ => invalid(),
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
async fn a_provider_that_has_nothing_new_ends_the_call_and_is_named() {
    let server = TestServer::always(invalid()).await;
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
async fn a_provider_must_not_lead_to_another() {
    let server = TestServer::always(fine()).await;
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
        panic!("this is a part of the test")
    }
}

#[tokio::test]
async fn a_provider_that_panics_is_an_error_of_the_call() {
    let server = TestServer::always(fine()).await;
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
async fn a_provider_that_hangs_is_given_up_after_a_minute() {
    let server = TestServer::always(fine()).await;
    let transport = server.transport_as(Credentials::provider(Hanging));
    let begun = tokio::time::Instant::now();
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(begun.elapsed().as_secs(), 60);
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
async fn a_provider_that_fails_tells_every_caller_why() {
    let server = TestServer::always(fine()).await;
    let transport = server.transport_as(Credentials::provider(Broken));
    let (one, other) = tokio::join!(read(&transport), read(&transport));
    for error in [one.unwrap_err(), other.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.message(), "the vault: the vault is sealed");
        assert_eq!(error.operation(), Some("read"));
    }
}
