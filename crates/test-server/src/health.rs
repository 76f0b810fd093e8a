//! Asking a server whether it is there.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

const ATTEMPT: Duration = Duration::from_secs(30);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);
const REQUEST: &[u8] = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Returns when `/health` answers 200. Never gives up: the caller has the deadline.
///
/// The port already listens while the server loads, so that one attempt usually waits through all
/// of the loading and ends with it.
pub(crate) async fn answers(port: u16) {
    loop {
        match timeout(ATTEMPT, ask(port)).await {
            Ok(Ok(200)) => return,
            Ok(Ok(_) | Err(_)) | Err(_) => sleep(BETWEEN_ATTEMPTS).await,
        }
    }
}

async fn ask(port: u16) -> io::Result<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    String::from_utf8_lossy(&answer)
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| io::Error::other("no HTTP answer"))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_that_is_still_starting_is_asked_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = async {
            for answer in ["HTTP/1.1 503 Busy\r\n\r\n", "", "HTTP/1.1 200 OK\r\n\r\nok"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; REQUEST.len()];
                stream.read_exact(&mut request).await.unwrap();
                assert_eq!(request, REQUEST);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        };
        tokio::join!(answers(port), server);
    }
}
