//! Which hint does a failed TLS handshake get?

use super::tls_advice;

#[cfg(feature = "__rustls")]
mod handshake {
    use crate::ErrorKind;
    use crate::testing::tls::{Certificate, CertificateAuthority};
    use crate::testing::{TestServer, builder, json, read};

    /// Checks the hint for a server with this certificate. The client trusts its CA, except for a valid
    /// certificate.
    async fn check(certificate: Certificate, advice: &str) {
        let ca = CertificateAuthority::new();
        let server = TestServer::over_tls(&ca, certificate, json("1")).await;
        let mut builder = builder(&server.url);
        if certificate != Certificate::Valid {
            builder = builder.root_certificate(ca.pem);
        }
        let error = read(&builder.build().unwrap().0).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
        let hint = error.hint().unwrap();
        assert!(hint.contains(advice), "{certificate:?}: {error}");
    }

    #[tokio::test]
    async fn the_hint_fits_the_cause() {
        for (certificate, advice) in [
            (Certificate::Valid, "if the server uses a private CA"),
            (Certificate::Expired, "has expired"),
            (Certificate::OtherHost, "is for another host"),
        ] {
            check(certificate, advice).await;
        }
    }

    // The verifiers of Windows and Apple call a certificate that is not valid yet expired, and accept that
    // of a CA.
    #[cfg(not(any(windows, target_vendor = "apple")))]
    #[tokio::test]
    async fn the_hint_fits_the_causes_that_only_rustls_webpki_distinguishes() {
        for (certificate, advice) in [
            (Certificate::NotYetValid, "is not valid yet"),
            (Certificate::OfTheAuthority, "basicConstraints=CA:FALSE"),
        ] {
            check(certificate, advice).await;
        }
    }
}

#[test]
fn the_text_of_each_tls_library_leads_to_its_advice() {
    for (message, advice) in [
        // rustls with its own verifier
        ("invalid peer certificate: UnknownIssuer", "a private CA"),
        (
            "invalid peer certificate: certificate expired: verification time 1764212400 (UNIX), but \
             certificate is not valid after 1577836800 (186375600 seconds ago)",
            "has expired",
        ),
        (
            "invalid peer certificate: certificate not valid yet: verification time 1764212400 (UNIX), but \
             certificate is not valid before 32503680000 (30739467600 seconds in future)",
            "is not valid yet",
        ),
        (
            "invalid peer certificate: certificate not valid for name \"127.0.0.1\"; certificate is only \
             valid for IpAddress(127.0.0.2)",
            "is for another host",
        ),
        (
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
            "basicConstraints=CA:FALSE",
        ),
        (
            "received corrupt message of type InvalidContentType",
            "does not speak TLS",
        ),
        // rustls with the verifier of Windows or Apple
        ("invalid peer certificate: Expired", "has expired"),
        (
            "invalid peer certificate: NotValidForName",
            "is for another host",
        ),
        (
            "invalid peer certificate: Other(OtherError(\u{201c}zenml\u{201d} certificate is expired: -67818))",
            "has expired",
        ),
        // OpenSSL
        (
            "certificate verify failed: (self-signed certificate)",
            "a private CA",
        ),
        (
            "certificate verify failed: (certificate has expired)",
            "has expired",
        ),
        (
            "certificate verify failed: (certificate is not yet valid)",
            "is not valid yet",
        ),
        (
            "certificate verify failed: (hostname mismatch)",
            "is for another host",
        ),
        ("ssl3_get_record:wrong version number", "does not speak TLS"),
        (
            "ssl3_get_record:packet length too long",
            "does not speak TLS",
        ),
    ] {
        let given = tls_advice(message);
        assert!(given.contains(advice), "{message}: {given}");
    }
}
