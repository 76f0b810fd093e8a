use http::{HeaderName, HeaderValue};

use crate::testing::{TestServer, builder, json};
use crate::{Credentials, ErrorKind, Method, RawCall, Transport};

async fn read(transport: &Transport) -> crate::Result<()> {
    let call = RawCall::new(transport, Method::GET, "/a".to_owned(), false);
    call.send::<()>().await.map(drop)
}

#[tokio::test]
async fn headers_and_the_suffix_of_the_user_agent_go_out_with_every_request() {
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
async fn connections_are_made_by_the_callers_http_client() {
    let server = TestServer::always(json("null")).await;
    let proxy = reqwest::Proxy::http(&server.url).unwrap();
    let http = reqwest::Client::builder().proxy(proxy).build().unwrap();
    let client = builder("http://zenml.example.com").http_client(http);
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

#[test]
fn what_cannot_be_used_is_told_by_build() {
    let build = |client: crate::ClientBuilder<_>| {
        let error = client
            .build()
            .map(|_: crate::testing::TestClient| ())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
        error.message().to_owned()
    };
    let url = "https://zenml.example.com";
    let proxy = build(builder(url).proxy("http://me:hunter2@ bad"));
    assert!(proxy.contains("proxy"), "{proxy}");
    let agent = build(builder(url).user_agent_suffix("a\nb"));
    assert!(agent.contains("user agent"), "{agent}");
}

#[test]
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn root_certificates_are_pem() {
    let url = "https://zenml.example.com";
    let pem = b"-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n";
    for wrong in [&b"no pem"[..], pem] {
        let client = builder(url).root_certificate(wrong);
        let error = client.build().map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.message().contains("certificate"), "{error}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let client = builder("https://zenml.example.com/?t=hunter2")
        .credentials(Credentials::password("me", "hunter2"))
        .proxy("http://me:hunter2@proxy.example.com")
        .default_header(
            HeaderName::from_static("x-key"),
            HeaderValue::from_static("hunter2"),
        );
    assert!(!format!("{client:?} {client:#?}").contains("hunter2"));
}
