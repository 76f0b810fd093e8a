//! When is a server ready?

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

const ATTEMPT: Duration = Duration::from_secs(30);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);
const REQUEST: &[u8] = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Waits until `/health` responds with 200. Never gives up: the deadline is the caller's.
///
/// The port already listens while the server loads, so that one attempt usually waits until the
/// server has loaded.
pub(crate) async fn wait_until_healthy(port: u16) {
    loop {
        match timeout(ATTEMPT, health_status(port)).await {
            Ok(Ok(200)) => return,
            Ok(Ok(_) | Err(_)) | Err(_) => sleep(BETWEEN_ATTEMPTS).await,
        }
    }
}

async fn health_status(port: u16) -> io::Result<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(REQUEST).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    String::from_utf8_lossy(&response)
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| io::Error::other("the response is not HTTP"))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_starting_server_is_polled_until_it_is_healthy() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = async {
            for response in ["HTTP/1.1 503 Busy\r\n\r\n", "", "HTTP/1.1 200 OK\r\n\r\nok"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; REQUEST.len()];
                stream.read_exact(&mut request).await.unwrap();
                assert_eq!(request, REQUEST);
                stream.write_all(response.as_bytes()).await.unwrap();
            }
        };
        tokio::join!(wait_until_healthy(port), server);
    }
}
