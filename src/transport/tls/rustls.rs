//! How does rustls verify servers?
//!
//! reqwest takes the cryptography provider from the process, and panics without one. A library must not
//! choose a provider for the whole process. So the configuration is built here, with an explicit provider,
//! and reqwest's own TLS settings do not apply to it.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, Error as TlsError};
use rustls_platform_verifier::Verifier;

use super::any_certificate::AnyCertificate;
use super::{Tls, unusable_root};
use crate::{Error, ErrorKind, Result};

pub fn configure(tls: &Tls, http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
    Ok(http.tls_backend_preconfigured(config(tls, provider())?))
}

/// Returns the provider that the program has installed, for instance a certified one, or else that of this
/// crate's features.
fn provider() -> Arc<CryptoProvider> {
    if let Some(installed) = CryptoProvider::get_default() {
        return installed.clone();
    }
    // A program that enables `aws-lc-rs` chose it; `rustls` may be enabled by default only.
    #[cfg(feature = "aws-lc-rs")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    let provider = rustls::crypto::ring::default_provider();
    Arc::new(provider)
}

fn config(tls: &Tls, provider: Arc<CryptoProvider>) -> Result<ClientConfig> {
    let roots = tls.parse_roots(|pem| CertificateDer::pem_slice_iter(pem).collect())?;
    let verifier: Arc<dyn ServerCertVerifier> = if tls.accept_invalid_certificates {
        Arc::new(AnyCertificate::new(&provider))
    } else {
        Arc::new(verifier(roots, provider.clone())?)
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let mut config = config
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // The transport is written for HTTP/1.1, also if another crate of the build enables HTTP/2.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Returns the verifier of the platform, which also trusts these CA certificates.
fn verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier> {
    if roots.is_empty() {
        return Verifier::new(provider).map_err(unusable);
    }
    #[cfg(not(target_os = "android"))]
    return Verifier::new_with_extra_roots(roots, provider).map_err(unusable_root);
    #[cfg(target_os = "android")]
    return Err(unusable_root(
        "Android takes CA certificates from its settings only",
    ));
}

fn unusable(error: TlsError) -> Error {
    let message = format!("TLS cannot be used: {error}");
    Error::new(ErrorKind::Configuration, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use rustls::{NamedGroup, SignatureScheme};

    use super::*;
    use crate::testing::tls::{Certificate, CertificateAuthority};
    use crate::testing::{TestServer, json};

    /// Returns the providers of all enabled features.
    fn providers() -> Vec<CryptoProvider> {
        vec![
            #[cfg(feature = "rustls")]
            rustls::crypto::ring::default_provider(),
            #[cfg(feature = "aws-lc-rs")]
            rustls::crypto::aws_lc_rs::default_provider(),
        ]
    }

    async fn get(server: &TestServer, config: ClientConfig) -> reqwest::Result<reqwest::Response> {
        let http = reqwest::Client::builder().tls_backend_preconfigured(config);
        http.build()?.get(&server.url).send().await
    }

    #[tokio::test]
    async fn each_provider_verifies_the_server() {
        for provider in providers() {
            let provider = Arc::new(provider);
            let ca = CertificateAuthority::new();
            let server = TestServer::over_tls(&ca, Certificate::Valid, json("1")).await;
            let mut tls = Tls::default();
            let reach =
                async |tls: &Tls| get(&server, config(tls, provider.clone()).unwrap()).await;
            assert!(reach(&tls).await.unwrap_err().is_connect());
            tls.root_certificates.push(ca.pem.into_bytes());
            reach(&tls).await.unwrap();
            tls.root_certificates.clear();
            tls.accept_invalid_certificates = true;
            reach(&tls).await.unwrap();
            assert_eq!(server.received().len(), 2);
        }
    }

    #[test]
    fn only_http_1_1_is_offered() {
        for provider in providers() {
            let config = config(&Tls::default(), Arc::new(provider)).unwrap();
            assert_eq!(config.alpn_protocols, [b"http/1.1"]);
        }
    }

    #[test]
    fn a_client_installs_no_provider_for_the_process() {
        let http = configure(&Tls::default(), reqwest::Client::builder());
        http.unwrap().build().unwrap();
        assert!(CryptoProvider::get_default().is_none());
    }

    #[test]
    #[cfg(feature = "aws-lc-rs")]
    fn aws_lc_rs_is_preferred_and_agrees_on_post_quantum_keys() {
        let groups = provider().kx_groups.clone();
        assert_eq!(groups[0].name(), NamedGroup::X25519MLKEM768);
        assert!(knows_p521(&provider()));
    }

    #[test]
    #[cfg(not(feature = "aws-lc-rs"))]
    fn ring_has_neither_post_quantum_keys_nor_p521() {
        let groups = provider().kx_groups.clone();
        let has_post_quantum = |group: &&dyn rustls::crypto::SupportedKxGroup| {
            group.name() == NamedGroup::X25519MLKEM768
        };
        assert!(!groups.iter().any(has_post_quantum) && !knows_p521(&provider()));
    }

    fn knows_p521(provider: &CryptoProvider) -> bool {
        let schemes = provider
            .signature_verification_algorithms
            .supported_schemes();
        schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
    }
}
