//! How do the settings of a client take effect?

use std::sync::Arc;

use http::{HeaderName, HeaderValue};

use crate::auth::session::Session;
#[cfg(feature = "__tls")]
use crate::testing::tls::{Certificate, CertificateAuthority};
use crate::testing::{TestClient, TestServer, builder, json};
use crate::{Credentials, ErrorKind, Method, RawRequest, Transport};

async fn read(transport: &Transport) -> crate::Result<()> {
    let call = RawRequest::new(transport, Method::GET, "/a".to_owned(), false);
    call.send::<()>().await.map(drop)
}

#[tokio::test]
async fn default_headers_and_user_agent_are_sent_with_every_request() {
    let server = TestServer::always(json("null")).await;
    let client = builder(&server.url)
        .default_header(
            HeaderName::from_static("x-team"),
            HeaderValue::from_static("vision"),
        )
        .default_header(
            HeaderName::from_static("user-agent"),
            HeaderValue::from_static("other"),
        )
        .user_agent_suffix("train/2.0");
    read(&client.build().unwrap().0).await.unwrap();
    let request = server.only();
    assert_eq!(request.header("x-team"), Some("vision"));
    let agent = request.header("user-agent").unwrap();
    assert!(
        agent.starts_with("zenml-rust/") && agent.ends_with(") train/2.0"),
        "{agent}"
    );
}

#[tokio::test]
async fn a_provided_http_client_makes_the_connections() {
    let server = TestServer::always(json("null")).await;
    let proxy = reqwest::Proxy::http(&server.url).unwrap();
    let builder = builder("http://zenml.example.com");
    let http = builder.http_client_builder().unwrap().proxy(proxy);
    let client = builder.http_client(http.build().unwrap());
    read(&client.build().unwrap().0).await.unwrap();
    assert_eq!(server.only().line, "GET http://zenml.example.com/a");
}

#[tokio::test]
async fn connections_go_through_the_proxy() {
    let server = TestServer::always(json("null")).await;
    let client = builder("http://zenml.example.com").proxy(&server.url);
    read(&client.build().unwrap().0).await.unwrap();
    assert_eq!(server.only().line, "GET http://zenml.example.com/a");
}

/// Runs itself in another process, because a process cannot safely change its own variables.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clear_text_to_this_machine_bypasses_the_system_proxy() {
    const LOCAL_URL: &str = "ZENML_TEST_SERVER_ON_THIS_MACHINE";
    const REMOTE: &str = "http://zenml.example.com";
    if let Ok(local) = std::env::var(LOCAL_URL) {
        let by_name = local.replace("127.0.0.1", "localhost");
        let client = |url: &str| builder(url).allow_insecure_http().build().unwrap().0;
        for url in [&*local, &*by_name, REMOTE] {
            read(&client(url)).await.unwrap();
        }
        // A transport to another server decides by the URL of that server.
        for (from, to) in [(REMOTE, &*local), (&local, REMOTE)] {
            let client =
                client(from).to_server(to, TestClient::CONFIG, Arc::new(Session::new(None)));
            read(&client.unwrap()).await.unwrap();
        }
        return;
    }
    let local = TestServer::always(json("null")).await;
    let proxy = TestServer::always(json("null")).await;
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .arg("clear_text_to_this_machine_bypasses_the_system_proxy")
        .env_clear()
        // Windows has no sockets without it.
        .envs(std::env::vars_os().filter(|(name, _)| name.eq_ignore_ascii_case("SystemRoot")))
        .env("HTTP_PROXY", &proxy.url)
        .env(LOCAL_URL, &local.url);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
    let lines = |server: &TestServer| -> Vec<String> {
        let received = server.received().into_iter();
        received.map(|request| request.line).collect()
    };
    assert_eq!(lines(&local), ["GET /a"; 3]);
    assert_eq!(lines(&proxy), ["GET http://zenml.example.com/a"; 2]);
}

#[test]
fn build_returns_an_error_for_invalid_settings() {
    let message = |client: crate::ClientBuilder<TestClient>| {
        let error = client.build().map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
        error.message().to_owned()
    };
    let url = "https://zenml.example.com";
    let proxy = message(builder(url).proxy("http://me:hunter2@ bad"));
    assert!(proxy.contains("proxy"), "{proxy}");
    let agent = message(builder(url).user_agent_suffix("a\nb"));
    assert!(agent.contains("user agent"), "{agent}");
}

/// Asserts that a client does not trust the certificate of the server.
#[cfg(feature = "__tls")]
async fn assert_untrusted(client: crate::ClientBuilder<TestClient>, server: &TestServer) {
    let error = read(&client.build().unwrap().0).await.unwrap_err();
    // Only rustls distinguishes an untrusted certificate from other errors.
    let kind = if cfg!(feature = "__rustls") {
        ErrorKind::Tls
    } else {
        ErrorKind::Connect
    };
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
#[cfg(feature = "__tls")]
async fn a_server_with_a_private_ca_is_reached_with_its_root_certificate() {
    let (ca, other) = (CertificateAuthority::new(), CertificateAuthority::new());
    let server = TestServer::over_tls(&ca, Certificate::Valid, json("null")).await;
    assert_untrusted(builder(&server.url), &server).await;
    assert_untrusted(builder(&server.url).root_certificate(&*other.pem), &server).await;

    let both = other.pem + &ca.pem;
    let client = builder(&server.url)
        .credentials(Credentials::api_token("hunter2"))
        .root_certificate(both);
    read(&client.build().unwrap().0).await.unwrap();
    assert_eq!(
        server.only().header("authorization"),
        Some("Bearer hunter2")
    );
}

#[tokio::test]
#[cfg(feature = "__tls")]
async fn accept_invalid_certificates_accepts_any_certificate() {
    let server = TestServer::over_tls(
        &CertificateAuthority::new(),
        Certificate::Valid,
        json("null"),
    )
    .await;
    let client = builder(&server.url).accept_invalid_certificates(true);
    read(&client.build().unwrap().0).await.unwrap();
    assert_eq!(server.received().len(), 1);
}

#[test]
#[cfg(feature = "__tls")]
fn a_root_certificate_that_is_not_pem_is_an_error() {
    let url = "https://zenml.example.com";
    let pem = b"-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n";
    for wrong in [&b"not PEM"[..], pem] {
        let client = builder(url).root_certificate(wrong);
        let error = client.build().map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.message().contains("certificate"), "{error}");
    }
}

#[test]
fn debug_does_not_show_secrets() {
    let client = builder("https://zenml.example.com/?t=hunter2")
        .credentials(Credentials::password("me", "hunter2"))
        .proxy("http://me:hunter2@proxy.example.com")
        .default_header(
            HeaderName::from_static("x-key"),
            HeaderValue::from_static("hunter2"),
        );
    assert!(!format!("{client:?} {client:#?}").contains("hunter2"));
}
