//! What lies between a client and a server that is far away? A relay that passes bytes on as they
//! arrive, delays responses, and breaks them off.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

use crate::proxy::splitmix64;

/// How a response breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
    /// No further bytes arrive, and the connection stays open.
    Stall,
}

/// A running relay. Dropping it ends the relay, but not the open connections.
///
/// In contrast to a [`Proxy`](crate::proxy::Proxy), it does not wait for the end of a response, which
/// an event stream may not have.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    delay: Duration,
    breaks: Option<Breaks>,
    /// The responses by the first line of the request, if they are recorded.
    recorded: Option<HashMap<Vec<u8>, Vec<u8>>>,
    requests: u64,
    broken: u64,
}

/// Which responses break off.
#[derive(Debug)]
struct Breaks {
    bytes: Range<u64>,
    ways: Vec<Break>,
    random: u64,
}

impl Relay {
    /// Starts a relay to the server.
    ///
    /// # Panics
    /// Panics if the URL is not that of a server on this machine, or if there is no free port.
    pub async fn start(server_url: &str) -> Self {
        let server: SocketAddr = server_url.strip_prefix("http://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = shared.clone();
                // An error is expected: clients and servers close connections.
                tokio::spawn(async move { relay(client, server, &state).await.ok() });
            }
        });
        Self {
            address,
            state,
            accepting,
        }
    }

    /// Returns the base URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Delays each response to a later request.
    pub fn delay(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// Breaks off each response to a later request after a random number of bytes, in a random way.
    pub fn break_off(&self, bytes: Range<u64>, ways: &[Break], seed: u64) {
        self.state.lock().unwrap().breaks = Some(Breaks {
            bytes,
            ways: ways.to_vec(),
            random: seed,
        });
    }

    /// Passes on responses to later requests whole.
    pub fn repair(&self) {
        self.state.lock().unwrap().breaks = None;
    }

    /// Records the responses to reads from now on, and sends a recorded response again in place of
    /// asking the server: responses then take no time but the delay.
    ///
    /// A response is recorded when the client sends its next request on the connection, or closes it.
    pub fn record(&self) {
        self.state.lock().unwrap().recorded = Some(HashMap::new());
    }

    /// Returns the number of requests so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.state.lock().unwrap().requests
    }

    /// Returns the number of responses that were broken off.
    #[must_use]
    pub fn broken(&self) -> u64 {
        self.state.lock().unwrap().broken
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    /// Notes a request, and returns what happens to its response.
    fn request(&mut self) -> Fate {
        self.requests += 1;
        let break_off = self.breaks.as_mut().map(|breaks| {
            breaks.random = splitmix64(breaks.random);
            let length = breaks.bytes.end - breaks.bytes.start;
            let bytes = breaks.bytes.start + breaks.random % length;
            let way = (breaks.random >> 32) as usize % breaks.ways.len();
            (bytes, breaks.ways[way])
        });
        Fate {
            delay: self.delay,
            break_off,
        }
    }
}

/// A response that is being recorded.
#[derive(Default)]
struct Recording {
    line: Vec<u8>,
    response: Vec<u8>,
}

impl Recording {
    /// Begins with the next request, and returns the recorded response to it.
    fn next(&mut self, request: &[u8], state: &Mutex<State>) -> Option<Vec<u8>> {
        let line = request.split(|byte| *byte == b'\r').next();
        let line = line.unwrap_or_default().to_vec();
        let last = std::mem::replace(
            self,
            Self {
                line,
                ..Self::default()
            },
        );
        let mut state = state.lock().unwrap();
        let recorded = state.recorded.as_mut()?;
        if last.line.starts_with(b"GET ") && !last.response.is_empty() {
            recorded.insert(last.line, last.response);
        }
        recorded.get(&self.line).cloned()
    }
}

/// What happens to a response.
#[derive(Default)]
struct Fate {
    delay: Duration,
    /// The bytes that are left until the response breaks off.
    break_off: Option<(u64, Break)>,
}

/// Serves a connection. A client sends its next request after it has read the response.
async fn relay(mut client: TcpStream, address: SocketAddr, state: &Mutex<State>) -> io::Result<()> {
    let mut server = TcpStream::connect(address).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut sent, mut received) = ([0; 16 * 1024], [0; 16 * 1024]);
    let mut fate = Fate::default();
    let mut recording = Recording::default();
    let mut is_answered = true;
    loop {
        tokio::select! {
            length = client.read(&mut sent) => {
                let length = length?;
                if length == 0 {
                    recording.next(&[], state);
                    return Ok(());
                }
                // A long request arrives in several parts.
                if is_answered {
                    fate = state.lock().unwrap().request();
                    if let Some(response) = recording.next(&sent[..length], state) {
                        sleep(fate.delay).await;
                        client.write_all(&response).await?;
                        continue;
                    }
                    is_answered = false;
                }
                server.write_all(&sent[..length]).await?;
            }
            length = server.read(&mut received) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                is_answered = true;
                if state.lock().unwrap().recorded.is_some() {
                    recording.response.extend_from_slice(&received[..length]);
                }
                sleep(std::mem::take(&mut fate.delay)).await;
                let Some((left, way)) = &mut fate.break_off else {
                    client.write_all(&received[..length]).await?;
                    continue;
                };
                let passed = length.min(usize::try_from(*left).unwrap());
                *left -= passed as u64;
                client.write_all(&received[..passed]).await?;
                if *left == 0 {
                    state.lock().unwrap().broken += 1;
                    return break_off(client, *way).await;
                }
            }
        }
    }
}

async fn break_off(mut client: TcpStream, way: Break) -> io::Result<()> {
    match way {
        Break::Close => client.shutdown().await,
        Break::Reset => client.set_zero_linger(),
        Break::Stall => client.read(&mut [0]).await.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Starts a server that responds to each request with its number, and counts them.
    async fn server() -> (String, Arc<AtomicU64>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU64::new(0));
        let counter = requests.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                while client.read(&mut [0; 100]).await.unwrap_or(0) > 0 {
                    let number = counter.fetch_add(1, Ordering::SeqCst);
                    client.write_all(&[b'0' + number as u8; 8]).await.unwrap();
                }
            }
        });
        (url, requests)
    }

    /// Sends a request on a new connection, and returns up to 8 bytes of the response.
    async fn get(relay: &Relay, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(relay.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        let mut stream = stream.take(8);
        stream.read_to_end(&mut response).await.unwrap();
        // The relay has seen the end of the connection when it closes it.
        let mut stream = stream.into_inner();
        stream.shutdown().await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
        response
    }

    #[tokio::test]
    async fn a_recorded_response_is_sent_again_without_the_server() {
        let (url, requests) = server().await;
        let relay = Relay::start(&url).await;
        assert_eq!(get(&relay, "/a").await, b"00000000");
        relay.record();
        assert_eq!(get(&relay, "/a").await, b"11111111");
        assert_eq!(get(&relay, "/b").await, b"22222222");
        assert_eq!(get(&relay, "/a").await, b"11111111");
        assert_eq!((requests.load(Ordering::SeqCst), relay.requests()), (3, 4));
    }

    #[tokio::test]
    async fn a_response_breaks_off_after_a_number_of_bytes_until_the_relay_is_repaired() {
        let (url, _) = server().await;
        let relay = Relay::start(&url).await;
        relay.break_off(3..4, &[Break::Close], 0);
        assert_eq!(get(&relay, "/a").await, b"000");
        relay.repair();
        assert_eq!(get(&relay, "/a").await, b"11111111");
        assert_eq!(relay.broken(), 1);
    }
}
