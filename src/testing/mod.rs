//! What do the unit tests share? A server on the loopback interface that sends scripted responses
//! and records requests, a client without generated methods, and a clock with a fixed date.

#[cfg(feature = "__tls")]
pub(crate) mod tls;

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use http::Method;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};

use crate::availability::release::{Release, Versions};
use crate::availability::route::Route;
use crate::availability::rule::{Rule, Subject};
use crate::runtime::clock::{Clock, TokioClock};
use crate::transport::api::{ApiConfig, ApiKind};
use crate::{Call, ClientBuilder, Credentials, Operation, Result, RetryPolicy, Transport};

/// Operation that most tests call.
pub(crate) static READ: Operation = Operation {
    name: "read",
    id: "read",
    method: Method::GET,
    path: "/api/v1/a",
    required_query: &[],
    body_required: false,
    idempotent: true,
    deduplicated: false,
    authenticated: true,
    project: None,
    rules: Some(&[]),
};

/// Operation with an effect.
pub(crate) static WRITE: Operation = Operation {
    name: "write",
    method: Method::POST,
    idempotent: false,
    ..READ
};

/// Calls [`READ`] and returns the text that the server sends.
pub(crate) async fn read(transport: &Transport) -> Result<String> {
    let response = Call::new(transport, &READ).send::<String>().await?;
    Ok(response.into_inner())
}

/// Client without generated methods.
pub(crate) struct TestClient(pub Transport);

impl TestClient {
    /// The routes that not all servers have, or have with the same parts.
    pub const ROUTES: &[Route] = &[Route {
        method: Method::DELETE,
        path: "/api/v1/schedules/{}",
        versions: Versions {
            since: None,
            removed: None,
        },
        pro: false,
        rules: &[Rule {
            versions: Versions {
                since: Some(Release(0, 93, 1)),
                removed: None,
            },
            subject: Subject::Parameter("soft", Some("false")),
        }],
    }];

    pub const CONFIG: ApiConfig = ApiConfig {
        kind: ApiKind::Workspace,
        path_suffix: "/api/v1",
        login_path: "/api/v1/login",
        device_path: "/api/v1/device_authorization",
        document_version: Some("0.98.0"),
        oldest_supported: Some(Release(0, 90, 0)),
        routes: Self::ROUTES,
        deduplicates_post: true,
    };
}

impl ClientBuilder<TestClient> {
    pub(crate) fn build(self) -> Result<TestClient> {
        self.transport(TestClient::CONFIG).map(TestClient)
    }
}

/// Returns the builder of a client with one attempt per call, without time limits and jitter. A
/// limit could end while bytes are in transit, or, on Windows and macOS, while a connection is opened: paused
/// time advances whenever all tasks wait.
pub(crate) fn builder(url: &str) -> ClientBuilder<TestClient> {
    builder_of(url)
}

/// Returns the same builder for a client with generated methods.
pub(crate) fn builder_of<C>(url: &str) -> ClientBuilder<C> {
    ClientBuilder::new(url.to_owned())
        .retry(RetryPolicy::never())
        .attempt_timeout(None)
        .timeout(None)
        .without_connect_timeout()
        .jitter(|| 1.0)
}

/// Tokio's clock, with a time of day that stands still: 6 November 1994, 08:49:27 UTC.
pub(crate) struct FixedDateClock;

impl Clock for FixedDateClock {
    fn now(&self) -> Instant {
        TokioClock.now()
    }

    fn utc(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_767)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        TokioClock.sleep(duration)
    }
}

/// Request that a [`TestServer`] has received.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedRequest {
    /// Method and target: `GET /api/v1/stacks?page=1`.
    pub line: String,
    head: String,
    pub body: String,
}

impl ReceivedRequest {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub fn is_login(&self) -> bool {
        self.line == "POST /api/v1/login"
    }
}

/// Server on the loopback interface that closes each connection after its response.
pub(crate) struct TestServer {
    pub url: String,
    received: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl TestServer {
    /// Starts a server that sends the bytes that the function returns for a request: a whole HTTP
    /// response, a part of one to cut it off, or a part that ends with [`STALL`].
    pub async fn start(
        respond: impl Fn(&ReceivedRequest) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").await.unwrap(), respond)
    }

    /// Starts the server at a socket.
    pub fn at(
        listener: TcpListener,
        respond: impl Fn(&ReceivedRequest) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (log, respond) = (received.clone(), Arc::new(respond));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, respond) = (log.clone(), respond.clone());
                tokio::spawn(async move { serve(stream, &log, &*respond).await });
            }
        });
        Self { url, received }
    }

    /// Starts a server that sends one response to all requests.
    pub async fn always(response: impl Into<Vec<u8>>) -> Self {
        let response = response.into();
        Self::start(move |_| response.clone()).await
    }

    /// Starts a server that sends these responses one after the other, then the last one again.
    pub async fn sequence<const N: usize>(responses: [Vec<u8>; N]) -> Self {
        let next = AtomicUsize::new(0);
        Self::start(move |_| responses[next.fetch_add(1, Ordering::Relaxed).min(N - 1)].clone())
            .await
    }

    /// Starts a server that sends one response to logins and another one to all other requests.
    pub async fn with_login(login: Vec<u8>, other: Vec<u8>) -> Self {
        Self::start(move |request| {
            if request.is_login() {
                login.clone()
            } else {
                other.clone()
            }
        })
        .await
    }

    /// Starts a server that issues the tokens `t1`, `t2` and so on, and accepts only the newest.
    pub async fn accepting_newest_token(expires_in: u64) -> Self {
        let granted = AtomicUsize::new(0);
        Self::start(move |request| {
            if request.is_login() {
                let number = granted.fetch_add(1, Ordering::SeqCst) + 1;
                return token_response(&format!("t{number}"), expires_in);
            }
            let newest = format!("Bearer t{}", granted.load(Ordering::SeqCst));
            if request.header("authorization") == Some(&*newest) {
                ok()
            } else {
                invalid_credentials()
            }
        })
        .await
    }

    /// Returns a transport to this server with an API token.
    pub fn transport(&self) -> Transport {
        self.transport_as(Credentials::api_token("bearer"))
    }

    /// Returns a transport to this server with these credentials.
    pub fn transport_as(&self, credentials: Credentials) -> Transport {
        builder(&self.url)
            .credentials(credentials)
            .build()
            .unwrap()
            .0
    }

    pub fn received(&self) -> Vec<ReceivedRequest> {
        self.received.lock().unwrap().clone()
    }

    /// Returns the number of logins.
    pub fn logins(&self) -> usize {
        self.received().iter().filter(|r| r.is_login()).count()
    }

    /// Returns the only request that the server has received.
    pub fn only(&self) -> ReceivedRequest {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Mutex<Vec<ReceivedRequest>>,
    respond: &(dyn Fn(&ReceivedRequest) -> Vec<u8> + Send + Sync),
) {
    let mut bytes = Vec::new();
    let head_end = loop {
        match bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end,
            None if stream.read_buf(&mut bytes).await.unwrap() == 0 => return,
            None => {}
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let line = head
        .lines()
        .next()
        .unwrap()
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    let mut request = ReceivedRequest {
        line,
        head,
        body: String::new(),
    };
    let length: usize = request
        .header("content-length")
        .map_or(0, |n| n.parse().unwrap());
    let chunked = request.header("transfer-encoding").is_some();
    while bytes.len() < head_end + 4 + length || chunked && !bytes.ends_with(b"0\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
    request.body = String::from_utf8(bytes[head_end + 4..].to_vec()).unwrap();
    let reply = respond(&request);
    log.lock().unwrap().push(request);
    if let Some(beginning) = reply.strip_suffix(STALL) {
        stream.write_all(beginning).await.unwrap();
        return std::future::pending().await;
    }
    // The client may hang up before it has read everything.
    let _ = stream.write_all(&reply).await;
    let _ = stream.shutdown().await;
}

/// Starts a server that keeps its connections open. Returns its URL and the number of connections.
pub(crate) async fn keep_alive() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let opened = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            opened.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                while stream.read(&mut [0; 4096]).await.is_ok_and(|n| n > 0) {
                    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\"ok\"";
                    stream.write_all(response).await.unwrap();
                }
            });
        }
    });
    (url, connections)
}

/// Returns a URL that refuses connections. Keep the socket, so that no other test gets its port.
pub(crate) fn refused_url() -> (String, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    (format!("http://{}", socket.local_addr().unwrap()), socket)
}

/// End of a response that never comes: the connection stays open.
pub(crate) const STALL: &[u8] = b"stall";

/// Returns a complete HTTP response.
pub(crate) fn response(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Returns a successful response with a JSON body.
pub(crate) fn json(body: &str) -> Vec<u8> {
    response(200, "content-type: application/json\r\n", body)
}

/// Returns the response that [`read`] expects.
pub(crate) fn ok() -> Vec<u8> {
    json(r#""ok""#)
}

/// Returns the successful response of a token endpoint.
pub(crate) fn token_response(token: &str, expires_in: u64) -> Vec<u8> {
    json(&format!(
        r#"{{"access_token":"{token}","expires_in":{expires_in}}}"#
    ))
}

/// Returns the response to invalid or expired credentials.
pub(crate) fn invalid_credentials() -> Vec<u8> {
    response(401, "", r#"{"detail":["CredentialsNotValid","signature"]}"#)
}
