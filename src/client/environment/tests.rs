//! What do environment variables configure?

use super::*;
use crate::testing::TestClient;
#[cfg(feature = "__tls")]
use crate::{
    RetryPolicy,
    testing::{
        TestServer, ok, read,
        tls::{Certificate, CertificateAuthority},
    },
};

pub(super) fn builder(variables: &[(&str, &str)]) -> Result<ClientBuilder<TestClient>> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let environment = Environment {
        variable: &variable,
    };
    environment.builder(&TestClient::CONFIG)
}

/// Returns the `Debug` output of builder and client with these variables.
pub(super) fn build(variables: &[(&str, &str)]) -> Result<String> {
    let builder = builder(variables)?;
    let shown = format!("{builder:?}");
    let client = builder.build()?;
    Ok(format!("{shown} {:?}", client.0))
}

pub(super) const URL: (&str, &str) = (STORE_URL, "https://zenml.example.com/");
pub(super) const KEY: (&str, &str) = (API_KEY, "ZENKEY_hunter2");

#[test]
fn a_key_takes_precedence_over_a_token_and_a_token_over_a_user() {
    let (token, user) = ((API_TOKEN, "t"), (USERNAME, "me"));
    let shown = build(&[URL, KEY, token, user]).unwrap();
    assert!(shown.contains("ApiKey") && shown.contains("https://zenml.example.com\""));
    assert!(!shown.contains("hunter2"));
    assert!(build(&[URL, token, user]).unwrap().contains("ApiToken"));
    assert!(build(&[URL, user]).unwrap().contains("Password"));
    assert!(
        build(&[URL, user, (API_KEY, "")])
            .unwrap()
            .contains("Password")
    );
}

#[test]
fn a_password_in_the_url_is_not_quoted() {
    let url = (STORE_URL, "https://me:hunter2@zenml.example.com");
    let error = build(&[url]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[test]
fn a_timeout_is_a_number_of_seconds() {
    let shown = build(&[URL, KEY, (HTTP_TIMEOUT, "30")]).unwrap();
    assert!(shown.contains("attempt_timeout: Some(30s)"), "{shown}");
    for wrong in ["soon", "0", "-1", "inf"] {
        let error = build(&[URL, KEY, (HTTP_TIMEOUT, wrong)]).unwrap_err();
        assert!(error.message().contains(HTTP_TIMEOUT), "{error}");
    }
}

#[test]
#[cfg(feature = "__tls")]
fn verify_ssl_is_a_bool_a_file_or_pem() {
    let verify = |value| build(&[URL, KEY, (VERIFY_SSL, value)]);
    for value in ["true", "False", "1", "no"] {
        verify(value).unwrap();
    }
    let missing = verify("/no/such/file.pem").unwrap_err();
    assert!(missing.message().contains("/no/such/file.pem"), "{missing}");
    let pem = verify("-----BEGIN CERTIFICATE-----").unwrap_err();
    assert!(pem.message().contains("root certificate"), "{pem}");
    let file = tempfile::NamedTempFile::new().unwrap();
    let empty = verify(file.path().to_str().unwrap()).unwrap_err();
    assert!(empty.message().contains("root certificate"), "{empty}");
}

#[test]
#[cfg(not(feature = "__tls"))]
fn without_tls_verify_ssl_is_refused_unless_true_and_names_the_features() {
    let verify = |value| build(&[URL, KEY, (VERIFY_SSL, value)]);
    verify("true").unwrap();
    for value in ["false", "/a/file.pem"] {
        let error = verify(value).unwrap_err();
        let features = "`rustls`, `aws-lc-rs` or `native-tls`";
        assert!(error.message().contains(features), "{error}");
    }
}

#[tokio::test]
#[cfg(feature = "__tls")]
async fn a_server_with_a_private_ca_is_reached_by_false_a_file_or_pem() {
    let (ca, other) = (CertificateAuthority::new(), CertificateAuthority::new());
    let server = TestServer::over_tls(&ca, Certificate::Valid, ok()).await;
    let file = |ca: &CertificateAuthority| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &ca.pem).unwrap();
        file
    };
    let (trusted, untrusted) = (file(&ca), file(&other));
    let reach = async |value: &str| {
        let builder = builder(&[
            (STORE_URL, &server.url),
            (API_TOKEN, "t"),
            (VERIFY_SSL, value),
        ]);
        let client = builder.unwrap().retry(RetryPolicy::never()).build();
        read(&client.unwrap().0).await
    };
    let path = |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned();
    for rejecting in ["", "true", &path(&untrusted), &other.pem] {
        let error = reach(rejecting).await.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(server.received().is_empty());
    }
    for accepting in ["false", &path(&trusted), &ca.pem] {
        reach(accepting).await.unwrap();
    }
}

#[test]
fn the_environment_does_not_allow_clear_text() {
    let error = build(&[(STORE_URL, "http://zenml.example.com"), KEY]).unwrap_err();
    assert!(error.message().contains("allow_insecure_http"), "{error}");
}
