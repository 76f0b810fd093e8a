//! How does a client cope with bad networks? A proxy that injects the faults of networks and
//! servers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::{
    collections::{HashSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use message::{Request, end_of_head, http};

mod message;

/// Fault of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The connection is reset before the request reaches the server.
    ResetBefore,
    /// The connection is reset after the server has responded.
    ResetAfter,
    /// There is no response, and the request does not reach the server.
    StallBefore,
    /// There is no response, although the server has responded.
    StallAfter,
    /// The connection is closed in the middle of the response body.
    Truncated,
    /// The response stops in the middle of its body, and the connection stays open.
    StalledBody,
    /// The body of the response never ends.
    EndlessBody,
    /// 503 with a body that never ends.
    EndlessError,
    /// A redirect to the same URL.
    RedirectBack,
    /// A redirect that leads to itself.
    RedirectLoop,
    /// A redirect to another host, which rejects the request.
    RedirectElsewhere,
    /// 429 with `Retry-After`.
    TooManyRequestsRetryAfter,
    /// 429 without `Retry-After`.
    TooManyRequests,
    /// 502 from a proxy that cannot reach the server.
    BadGateway,
    /// 503 from a proxy that has lost the server's response.
    ServiceUnavailable,
    /// The token has expired: it is rejected from now on.
    Expired,
    /// The server no longer knows the token.
    Revoked,
}

const TRANSIENT: [Fault; 15] = [
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::StallBefore,
    Fault::StallAfter,
    Fault::Truncated,
    Fault::StalledBody,
    Fault::EndlessBody,
    Fault::EndlessError,
    Fault::RedirectBack,
    Fault::RedirectLoop,
    Fault::RedirectElsewhere,
    Fault::TooManyRequestsRetryAfter,
    Fault::TooManyRequests,
    Fault::BadGateway,
    Fault::ServiceUnavailable,
];

/// The least number of attempts between two rejected tokens, so that a new token is not rejected at
/// once.
const ATTEMPTS_PER_TOKEN: u64 = 200;

/// Counters of a proxy.
#[derive(Debug, Default)]
pub struct Counts {
    /// The number of requests.
    pub attempts: AtomicU64,
    /// The injected faults.
    pub faults: Mutex<Vec<Fault>>,
    /// The number of requests that were logins.
    pub logins: AtomicUsize,
    /// The number of requests that carried secrets to another host.
    pub leaks: AtomicUsize,
    /// Faults for coming requests, by the beginning of the request line.
    planned: Mutex<VecDeque<(String, Fault)>>,
}

/// A running proxy. Dropping it ends the proxy.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    /// The counters so far.
    pub counts: Arc<Counts>,
    accepting: JoinHandle<()>,
}

struct Network {
    server: SocketAddr,
    /// Another host and port of this proxy.
    other_host: String,
    /// The percentage of attempts that fail.
    faults: u64,
    seed: u64,
    counts: Arc<Counts>,
    rejected_tokens: Mutex<HashSet<String>>,
    last_rejection: AtomicU64,
}

impl Proxy {
    /// Starts a proxy to the server that injects faults into a percentage of attempts.
    ///
    /// # Panics
    /// Panics if the URL is not that of a server on this machine, or if there is no free port.
    pub async fn start(server_url: &str, faults: u64, seed: u64) -> Self {
        let server = server_url.strip_prefix("http://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::new(Counts::default());
        let network = Arc::new(Network {
            server,
            other_host: format!("localhost:{}", address.port()),
            faults,
            seed,
            counts: counts.clone(),
            rejected_tokens: Mutex::default(),
            last_rejection: AtomicU64::new(0),
        });
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let network = network.clone();
                // An error is expected: some faults make the client close the connection.
                tokio::spawn(async move { network.serve(stream).await.ok() });
            }
        });
        Self {
            address,
            counts,
            accepting,
        }
    }

    /// Returns the base URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the number of logins.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.counts.logins.load(Ordering::SeqCst)
    }

    /// Injects a fault into the next request that begins with `line`, such as `POST /api/v1/tags`,
    /// independent of the percentage.
    pub fn fail_next(&self, line: &str, fault: Fault) {
        let mut planned = self.counts.planned.lock().unwrap();
        planned.push_back((line.to_owned(), fault));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Network {
    /// Serves one request; the connection is closed afterwards.
    async fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let Some(request) = Request::read(&mut client).await? else {
            return Ok(());
        };
        if request.is_login() {
            self.counts.logins.fetch_add(1, Ordering::SeqCst);
        }
        if request.path() == LOOP {
            return client.write_all(&redirect(LOOP)).await;
        }
        if self.is_for_another_host(&request) {
            let leaks = usize::from(request.has_secrets());
            self.counts.leaks.fetch_add(leaks, Ordering::SeqCst);
            let challenge = "www-authenticate: Bearer\r\n";
            let response = http("401 Unauthorized", challenge, "");
            return client.write_all(&response).await;
        }
        match self.fault(&request) {
            None => {
                let response = self.forward(&request.bytes).await?;
                client.write_all(&response).await
            }
            Some(Fault::ResetBefore) => client.set_zero_linger(),
            Some(Fault::ResetAfter) => {
                self.forward(&request.bytes).await?;
                client.set_zero_linger()
            }
            Some(Fault::StallBefore) => stall(&mut client).await,
            Some(Fault::StallAfter) => {
                self.forward(&request.bytes).await?;
                stall(&mut client).await
            }
            Some(Fault::Truncated) => {
                let response = self.forward(&request.bytes).await?;
                let head = end_of_head(&response).unwrap_or(response.len());
                let half = head + (response.len() - head) / 2;
                client.write_all(&response[..half]).await
            }
            Some(Fault::StalledBody) => {
                let response = self.forward(&request.bytes).await?;
                let head = end_of_head(&response).unwrap_or(response.len());
                client.write_all(&response[..=head]).await?;
                stall(&mut client).await
            }
            Some(Fault::EndlessBody) => {
                self.forward(&request.bytes).await?;
                endless(&mut client, "200 OK").await
            }
            Some(Fault::EndlessError) => endless(&mut client, "503 Service Unavailable").await,
            Some(Fault::RedirectBack) => client.write_all(&redirect(request.path())).await,
            Some(Fault::RedirectLoop) => client.write_all(&redirect(LOOP)).await,
            Some(Fault::RedirectElsewhere) => {
                let target = format!("http://{}{}", self.other_host, request.path());
                client.write_all(&redirect(&target)).await
            }
            Some(Fault::TooManyRequestsRetryAfter) => {
                client
                    .write_all(&http("429 Too Many Requests", "retry-after: 1\r\n", "{}"))
                    .await
            }
            Some(Fault::TooManyRequests) => {
                let body = r#"{"error":"Server too busy. Please try again later."}"#;
                client
                    .write_all(&http("429 Too Many Requests", "", body))
                    .await
            }
            Some(Fault::BadGateway) => {
                let page = "<html><head><title>502 Bad Gateway</title></head></html>";
                client.write_all(&http("502 Bad Gateway", "", page)).await
            }
            Some(Fault::ServiceUnavailable) => {
                self.forward(&request.bytes).await?;
                client
                    .write_all(&http("503 Service Unavailable", "", ""))
                    .await
            }
            Some(Fault::Expired) => {
                let body = r#"{"detail":["CredentialsNotValid","Authentication error: error decoding access token: Invalid JWT token: Signature has expired."]}"#;
                let challenge = "www-authenticate: Bearer\r\n";
                client
                    .write_all(&http("401 Unauthorized", challenge, body))
                    .await
            }
            Some(Fault::Revoked) => {
                let response = self.forward(&request.with_invalid_token()).await?;
                client.write_all(&response).await
            }
        }
    }

    fn fault(&self, request: &Request) -> Option<Fault> {
        let attempt = self.counts.attempts.fetch_add(1, Ordering::SeqCst);
        if let Some(fault) = self.planned(request) {
            self.counts.faults.lock().unwrap().push(fault);
            return Some(fault);
        }
        let token = request.token();
        let rejected = &self.rejected_tokens;
        if token
            .as_ref()
            .is_some_and(|token| rejected.lock().unwrap().contains(token))
        {
            return Some(Fault::Expired);
        }
        let random = splitmix64(self.seed.wrapping_add(attempt));
        if random % 100 >= self.faults {
            return None;
        }
        let fault = match token {
            Some(token) if self.may_reject(attempt) => {
                rejected.lock().unwrap().insert(token);
                match random & (1 << 40) {
                    0 => Fault::Expired,
                    _ => Fault::Revoked,
                }
            }
            _ => TRANSIENT[(random >> 32) as usize % TRANSIENT.len()],
        };
        self.counts.faults.lock().unwrap().push(fault);
        Some(fault)
    }

    fn is_for_another_host(&self, request: &Request) -> bool {
        request.header("host") == Some(&self.other_host)
    }

    fn planned(&self, request: &Request) -> Option<Fault> {
        let mut planned = self.counts.planned.lock().unwrap();
        let at = planned
            .iter()
            .position(|(line, _)| request.head.starts_with(line))?;
        planned.remove(at).map(|(_, fault)| fault)
    }

    fn may_reject(&self, attempt: u64) -> bool {
        self.last_rejection
            .try_update(Ordering::SeqCst, Ordering::SeqCst, |last| {
                (attempt >= last + ATTEMPTS_PER_TOKEN).then_some(attempt)
            })
            .is_ok()
    }

    /// Sends a request to the server and returns the whole response.
    async fn forward(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.server).await?;
        server.write_all(request).await?;
        let mut response = Vec::new();
        server.read_to_end(&mut response).await?;
        Ok(response)
    }
}

/// Waits until the client closes the connection.
async fn stall(client: &mut TcpStream) -> io::Result<()> {
    client.read(&mut [0]).await.map(drop)
}

/// Sends a response that ends only when the client closes the connection.
async fn endless(client: &mut TcpStream, status: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n\r\n");
    client.write_all(head.as_bytes()).await?;
    loop {
        client.write_all(&[b' '; 64 * 1024]).await?;
    }
}

/// Path of a redirect that leads to itself.
const LOOP: &str = "/loop";

fn redirect(target: &str) -> Vec<u8> {
    let location = format!("location: {target}\r\n");
    http("307 Temporary Redirect", &location, "")
}

/// Returns a pseudo-random number (splitmix64).
#[must_use]
pub fn splitmix64(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
