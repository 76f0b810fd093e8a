//! The test server over TLS, with a certificate of a private CA.

use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::{TestServer, serve};
use crate::runtime::random;

/// Certificate of a test server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    any(not(feature = "__rustls"), windows, target_vendor = "apple"),
    allow(dead_code, reason = "only rustls-webpki distinguishes all failures")
)]
pub(crate) enum Certificate {
    /// For 127.0.0.1, as that of all other kinds but `OtherHost`.
    Valid,
    Expired,
    NotYetValid,
    OtherHost,
    /// The certificate of the CA itself.
    OfTheAuthority,
}

/// Private CA.
pub(crate) struct CertificateAuthority {
    /// Certificate of the CA.
    pub pem: String,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl CertificateAuthority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL finds the issuer by its name.
        let name = random::uuid().to_string();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    /// Accepts connections with a certificate of this CA.
    fn acceptor(&self, kind: Certificate) -> TlsAcceptor {
        let host = match kind {
            Certificate::OtherHost => "127.0.0.2",
            _ => "127.0.0.1",
        };
        let mut server = CertificateParams::new([host.to_owned()]).unwrap();
        match kind {
            Certificate::Expired => server.not_after = date_time_ymd(2020, 1, 1),
            Certificate::NotYetValid => server.not_before = date_time_ymd(3000, 1, 1),
            _ => {}
        }
        let own_key = KeyPair::generate().unwrap();
        let signed = server.signed_by(&own_key, &self.issuer).unwrap();
        let (certificate, key) = match kind {
            Certificate::OfTheAuthority => (&self.certificate, self.issuer.key()),
            _ => (signed.der(), &own_key),
        };
        let certificate = certificate.clone();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key);
        Arc::new(config.unwrap()).into()
    }
}

impl TestServer {
    /// Starts a server that sends one response to all requests, over TLS. Clients that do not trust
    /// the CA cannot send a request.
    pub async fn over_tls(
        ca: &CertificateAuthority,
        certificate: Certificate,
        response: Vec<u8>,
    ) -> Self {
        let acceptor = ca.acceptor(certificate);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = received.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, response) = (log.clone(), response.clone());
                let accepting = acceptor.accept(stream);
                tokio::spawn(async move {
                    if let Ok(stream) = accepting.await {
                        serve(stream, &log, &move |_| response.clone()).await;
                    }
                });
            }
        });
        Self { url, received }
    }
}
