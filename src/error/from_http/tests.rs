//! Which errors do failures of the HTTP library become?

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::testing::{builder, read, refused_url};
use crate::{Error, ErrorKind, RetryPolicy};

const SERVER: &str = "https://zenml.example.com";

/// Returns the address of a server that answers each connection with these bytes.
async fn raw(bytes: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bytes = bytes.into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            // The client may close the connection before it has read everything.
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
    });
    address.to_string()
}

/// Returns the error of a call with the default policy, and how many seconds it took at most.
async fn failed(url: &str, proxy: Option<&str>) -> (Error, u64) {
    let mut builder = builder(url).retry(RetryPolicy::default());
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    let started = Instant::now();
    let error = match builder.build() {
        Err(error) => error,
        Ok(client) => read(&client.0).await.unwrap_err(),
    };
    (error, started.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn an_unknown_host_and_a_refused_port_end_within_35_seconds_and_are_named() {
    let (refused, _socket) = refused_url();
    for (url, host) in [
        ("https://no-such-host.invalid", "no-such-host.invalid"),
        (&*refused, refused.trim_start_matches("http://")),
    ] {
        let (error, seconds) = failed(url, None).await;
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert_eq!((error.attempts(), seconds), (6, 31));
        assert!(error.message().contains(host), "{error}");
    }
}

#[cfg(not(feature = "__tls"))]
#[tokio::test(start_paused = true)]
async fn without_tls_a_call_by_https_fails_at_once_and_names_the_features() {
    // In clear text, the proxy would get the request with its credentials.
    let proxy = raw("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull").await;
    for proxy in [None, Some(format!("http://{proxy}"))] {
        let (error, seconds) = failed(SERVER, proxy.as_deref()).await;
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!((error.attempts(), seconds), (1, 0));
        assert_eq!(
            error.message(),
            "a connection to zenml.example.com:443 needs TLS"
        );
        let hint = "this program was built without TLS: enable the feature `rustls`, `aws-lc-rs` \
                    or `native-tls` of zenml";
        assert_eq!(error.hint(), Some(hint));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_send_valid_http_is_not_retried() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: a\r\n".repeat(5_000));
    let large = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(1 << 20));
    let conflict = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab";
    for bytes in ["SSH-2.0-OpenSSH_9.2\r\n", conflict, &many, &large] {
        let address = raw(bytes).await;
        let (error, seconds) = failed(&format!("http://{address}"), None).await;
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!((error.attempts(), seconds), (1, 0));
        assert!(error.message().contains(&address), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_requires_credentials_is_not_retried() {
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let proxy = format!("http://me:hunter2@{}", raw(refusal).await);
    for url in [SERVER, "http://zenml.example.com"] {
        let (error, seconds) = failed(url, Some(&proxy)).await;
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!((error.attempts(), seconds), (1, 0));
        assert!(
            error.to_string().contains("requires credentials"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unusable_proxy_url_is_refused_when_the_client_is_built_and_not_quoted() {
    for proxy in [
        "socks5://me:hunter2@127.0.0.1:9",
        "ftp://me:hunter2@127.0.0.1:9",
        "http://me:hunter2@ bad",
        "me:hunter2@proxy.example.com:3128",
    ] {
        let (error, _) = failed(SERVER, Some(proxy)).await;
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Configuration, 0)
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_is_down_is_named_as_the_cause() {
    let (refused, _socket) = refused_url();
    let (error, seconds) = failed(SERVER, Some(&refused)).await;
    assert_eq!((error.kind(), seconds), (ErrorKind::Connect, 31));
    assert!(
        error
            .message()
            .starts_with("the proxy on the way to zenml.example.com cannot be reached"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn too_many_open_files_are_named_as_the_cause() {
    struct OutOfFiles;
    impl reqwest::dns::Resolve for OutOfFiles {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            // EMFILE or WSAEMFILE.
            let code = if cfg!(windows) { 10024 } else { 24 };
            Box::pin(async move { Err(std::io::Error::from_raw_os_error(code).into()) })
        }
    }
    let builder = builder(SERVER);
    let http = builder.http_client_builder().unwrap();
    let http = http.dns_resolver(OutOfFiles).build().unwrap();
    let client = builder.http_client(http);
    let error = read(&client.build().unwrap().0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(
        error.message().starts_with("too many open files"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_refuses_the_connection_is_not_said_to_be_down() {
    let refusal = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
    let proxy = format!("http://{}", raw(refusal).await);
    let (error, _) = failed(SERVER, Some(&proxy)).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains("refuses"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_respond_is_said_to_exceed_the_connect_timeout() {
    struct Silent;
    impl reqwest::dns::Resolve for Silent {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            Box::pin(std::future::pending())
        }
    }
    let builder = builder(SERVER).connect_timeout(Duration::from_secs(10));
    let http = builder.http_client_builder().unwrap();
    let http = http.dns_resolver(Silent).build().unwrap();
    let client = builder.http_client(http);
    let error = read(&client.build().unwrap().0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(
        error.message(),
        "no connection to zenml.example.com:443 within `connect_timeout`"
    );
}
