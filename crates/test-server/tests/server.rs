//! A server of this crate, seen from outside.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use zenml_test_server::{Options, Progress, Server};

/// Sends a request and returns status and body.
async fn http(server: &Server, request: &str, headers: &str, body: &str) -> Result<(u16, String)> {
    let url = server.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await?;
    let length = body.len();
    let head = format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    let rest = format!("{headers}Content-Length: {length}\r\n\r\n{body}");
    stream.write_all((head + &rest).as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    let status = response.split(' ').nth(1).context("no status")?.parse()?;
    let (_, body) = response.split_once("\r\n\r\n").context("no body")?;
    Ok((status, body.to_owned()))
}

async fn log_in(server: &Server) -> Result<String> {
    let access = server.access();
    let form = format!("username={}&password={}", access.username, access.password);
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    let (status, body) = http(server, "POST /api/v1/login", headers, &form).await?;
    assert_eq!(status, 200, "{body}");
    let response: serde_json::Value = serde_json::from_str(&body)?;
    let token = response
        .get("access_token")
        .and_then(|token| token.as_str());
    Ok(token.context("no token")?.to_owned())
}

async fn status_with(server: &Server, token: &str) -> Result<u16> {
    let header = format!("Authorization: Bearer {token}\r\n");
    Ok(http(server, "GET /api/v1/current-user", &header, "")
        .await?
        .0)
}

/// Waits until the port is closed: the kernel closes it shortly after it has killed the process.
async fn wait_until_closed(address: &str) -> Result<()> {
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), closed)
        .await
        .context("the port is still open")
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_restart_with_another_signing_key_keeps_the_address_and_rejects_old_tokens() -> Result<()>
{
    let mut server = Server::start(Options::default()).await?;
    let (url, token) = (server.url(), log_in(&server).await?);
    assert_eq!(status_with(&server, &token).await?, 200);

    server
        .restart_with_signing_key("another signing key of more than 32 characters")
        .await?;
    assert_eq!(server.url(), url);
    assert_eq!(status_with(&server, &token).await?, 401);
    let fresh = log_in(&server).await?;
    assert_eq!(status_with(&server, &fresh).await?, 200);
    server.stop().await
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn dropping_a_server_ends_it_and_deletes_its_files() -> Result<()> {
    let server = Server::start(Options::default()).await?;
    let (address, log) = (server.url().replace("http://", ""), server.log());
    assert!(log.exists());
    drop(server);
    wait_until_closed(&address).await?;
    assert!(!log.exists());
    Ok(())
}

struct Panics;

impl Progress for Panics {
    fn stage(&self, _: &str) {}

    fn detail(&self, text: &str) {
        assert!(
            !text.starts_with("waiting"),
            "on purpose, while the server starts"
        );
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_taken_port_is_an_error_with_the_log() -> Result<()> {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port();
    let error = Server::start(Options::default().port(port))
        .await
        .map(drop)
        .unwrap_err();
    assert!(
        error.to_string().contains("Address already in use"),
        "{error}"
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_panic_during_the_start_frees_the_port() -> Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let options = Options::default().port(port).progress(Arc::new(Panics));
    let start = tokio::spawn(async move { Server::start(options).await.map(drop) });
    assert!(start.await.unwrap_err().is_panic());
    wait_until_closed(&format!("127.0.0.1:{port}")).await
}
