//! Does a client use the cryptography provider that the program has installed?
#![cfg(any(feature = "rustls", feature = "aws-lc-rs"))]

use tokio_rustls::rustls::crypto::ring;
use zenml::{ErrorKind, WorkspaceClient};

#[test]
fn a_client_uses_the_provider_of_the_process() {
    let mut unusable = ring::default_provider();
    unusable.kx_groups.clear();
    unusable.install_default().unwrap();
    let client = WorkspaceClient::builder("https://zenml.example.com").build();
    let error = client.map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.message().starts_with("TLS cannot be used"), "{error}");
}
