//! What is one response on the wire, and how does it arrive?

use fastrand::Rng;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::mutation::{find, replace};

/// Place in a reply where the server quotes the request.
pub const ECHO: &str = "@ECHO@";

/// A response before it is put on the wire.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: Vec<u8>,
    /// Lines without their ends.
    pub headers: Vec<Vec<u8>>,
    pub body: Vec<u8>,
    pub framing: Framing,
    pub delivery: Delivery,
    /// Determines what is random on the wire.
    pub seed: u64,
}

/// How the end of the body is told.
#[derive(Debug, Clone, Copy)]
pub enum Framing {
    Length,
    WrongLength,
    Chunks,
    BrokenChunks,
    Close,
}

/// How the bytes arrive.
#[derive(Debug, Clone, Copy)]
pub enum Delivery {
    Whole,
    Pieces,
    Truncated,
    Stalled,
    Reset,
    /// The body does not end for 4 MiB.
    Endless,
}

#[derive(Debug)]
pub enum Step {
    Send(Vec<u8>),
    Pause,
    Stall,
    Reset,
}

impl Reply {
    /// Creates a reply as a server should send it.
    pub fn new(status: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: format!("HTTP/1.1 {status}").into_bytes(),
            headers: vec![format!("content-type: {content_type}").into_bytes()],
            body: body.into(),
            framing: Framing::Length,
            delivery: Delivery::Whole,
            seed: 0,
        }
    }

    /// Returns what is done with the connection. `request` is quoted where the reply says so.
    pub fn steps(&self, request: &[u8]) -> Vec<Step> {
        let random = &mut Rng::with_seed(self.seed);
        let bytes = self.bytes(request, random);
        let at = random.usize(..=bytes.len());
        match self.delivery {
            Delivery::Whole => vec![Step::Send(bytes)],
            Delivery::Pieces => {
                let size = bytes.len() / random.usize(2..6) + 1;
                let pieces = bytes.chunks(size);
                pieces
                    .flat_map(|piece| [Step::Send(piece.to_vec()), Step::Pause])
                    .collect()
            }
            Delivery::Truncated => vec![Step::Send(bytes[..at].to_vec())],
            Delivery::Stalled => vec![Step::Send(bytes[..at].to_vec()), Step::Stall],
            Delivery::Reset => vec![Step::Send(bytes[..at].to_vec()), Step::Reset],
            Delivery::Endless => {
                let more = vec![*random.choice(b"\n a[0").unwrap(); 1 << 16];
                let more = (0..64).map(|_| Step::Send(more.clone()));
                [Step::Send(bytes)].into_iter().chain(more).collect()
            }
        }
    }

    fn bytes(&self, request: &[u8], random: &mut Rng) -> Vec<u8> {
        let body = with_echo(&self.body, request, random);
        let mut bytes = self.status.clone();
        for header in &self.headers {
            bytes.extend(b"\r\n");
            let quoted = percent_encode(request, NON_ALPHANUMERIC).to_string();
            bytes.extend(replace(header, ECHO.as_bytes(), quoted.as_bytes()));
        }
        let framing = match (self.framing, self.delivery) {
            (_, Delivery::Endless) => Framing::Close,
            (framing, _) => framing,
        };
        let header = match framing {
            Framing::Length => format!("content-length: {}", body.len()),
            Framing::WrongLength => {
                let wrong = match random.u8(..6) {
                    0 => "-1".to_owned(),
                    1 => "18446744073709551616".to_owned(),
                    2 => "9223372036854775807".to_owned(),
                    3 => format!("{}, {}", body.len(), body.len() + 1),
                    4 => (body.len() + random.usize(1..1000)).to_string(),
                    _ => (body.len() / 2).to_string(),
                };
                format!("content-length: {wrong}")
            }
            Framing::Chunks | Framing::BrokenChunks => "transfer-encoding: chunked".to_owned(),
            Framing::Close => "connection: close".to_owned(),
        };
        bytes.extend(format!("\r\n{header}\r\n\r\n").into_bytes());
        match framing {
            Framing::Chunks | Framing::BrokenChunks => {
                let is_broken = matches!(framing, Framing::BrokenChunks);
                bytes.extend(chunked(&body, is_broken, random));
            }
            _ => bytes.extend(body),
        }
        bytes
    }
}

fn chunked(body: &[u8], is_broken: bool, random: &mut Rng) -> Vec<u8> {
    const WRONG_SIZES: [&str; 7] = [
        "ffffffffffffffffff",
        "-1",
        "",
        "zz",
        "7fffffffffffffff",
        "1;\u{1b}[31m",
        "3\n",
    ];
    const ENDS: [&str; 4] = [
        "0\r\n\r\n",
        "0\r\nx-trailer: 1\r\n\r\n",
        "0\r\ncontent-length: 5\r\n\u{1b}\r\n\r\n",
        "0\r\n",
    ];
    let size = random.usize(1..=body.len().max(1));
    let mut bytes = Vec::new();
    for chunk in body.chunks(size) {
        let mut head = format!("{:x}", chunk.len());
        if is_broken && random.u8(..3) == 0 {
            head = WRONG_SIZES[random.usize(..WRONG_SIZES.len())].to_owned();
        }
        bytes.extend(format!("{head}\r\n").into_bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    let end = if is_broken {
        random.usize(..ENDS.len())
    } else {
        0
    };
    bytes.extend(ENDS[end].bytes());
    bytes
}

/// Replaces the places for an echo, in one of the ways in which servers and proxies quote.
fn with_echo(body: &[u8], request: &[u8], random: &mut Rng) -> Vec<u8> {
    if find(body, ECHO.as_bytes()).is_none() {
        return body.to_vec();
    }
    let text = String::from_utf8_lossy(request);
    let json = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let quoted = match random.u8(..5) {
        0 => json(&text.to_ascii_uppercase()),
        1 => json(&text.to_ascii_lowercase()),
        2 => text.into_owned(),
        3 => percent_encode(request, NON_ALPHANUMERIC).to_string(),
        _ => json(&text),
    };
    replace(body, ECHO.as_bytes(), quoted.as_bytes())
}
