//! What is a request, and what is a response, on the wire?

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

pub(super) struct Request {
    /// The request for the server, with `Connection: close`.
    pub bytes: Vec<u8>,
    pub head: String,
}

impl Request {
    /// Reads a request, or returns `None` if the client closes the connection before its end.
    pub async fn read(client: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let head_end = loop {
            match end_of_head(&bytes) {
                Some(end) => break end,
                None if client.read_buf(&mut bytes).await? == 0 => return Ok(None),
                None => {}
            }
        };
        let head = String::from_utf8_lossy(&bytes[..head_end - 2]).into_owned();
        let mut request = Self { bytes, head };
        let length: usize = request
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        while request.bytes.len() < head_end + length {
            if client.read_buf(&mut request.bytes).await? == 0 {
                return Ok(None);
            }
        }
        let closing = b"connection: close\r\n";
        request.bytes.splice(head_end - 2..head_end - 2, *closing);
        Ok(Some(request))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub fn is_login(&self) -> bool {
        self.head.starts_with("POST /api/v1/login ")
    }

    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// Returns whether the request carries something that is meant for its server only.
    pub fn has_secrets(&self) -> bool {
        let private = [
            "authorization",
            "cookie",
            "content-length",
            "idempotency-key",
        ];
        private.iter().any(|name| self.header(name).is_some())
    }

    pub fn token(&self) -> Option<String> {
        self.header("authorization").map(str::to_owned)
    }

    pub fn with_invalid_token(&self) -> Vec<u8> {
        let text = String::from_utf8(self.bytes.clone()).unwrap();
        match self.header("authorization") {
            Some(token) => text.replace(token, "Bearer e30.e30.invalid").into_bytes(),
            None => text.into_bytes(),
        }
    }
}

/// Returns the length of the head, with the empty line.
pub(super) fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .map(|at| at + 4)
}

/// Returns a whole response.
pub(super) fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}
