//! A server on the loopback for tests: it answers with scripted bytes and keeps what it was asked.

#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(crate) mod tls;

use std::io::Write;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use http::Method;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tracing_subscriber::fmt::MakeWriter;

use crate::runtime::clock::TokioClock;
use crate::transport::api::{ApiConfig, ApiKind};
use crate::{Call, ClientBuilder, Clock, Credentials, Operation, Result, RetryPolicy, Transport};

/// What most tests call.
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
};

/// The same with a body, and with an effect.
pub(crate) static WRITE: Operation = Operation {
    name: "write",
    method: Method::POST,
    idempotent: false,
    ..READ
};

/// Calls [`READ`], whose answer is a text.
pub(crate) async fn read(transport: &Transport) -> Result<String> {
    let answer = Call::new(transport, &READ).send::<String>().await?;
    Ok(answer.into_inner())
}

/// A client without generated methods.
pub(crate) struct TestClient(pub Transport);

impl TestClient {
    pub const CONFIG: ApiConfig = ApiConfig {
        kind: ApiKind::Workspace,
        path_suffix: "/api/v1",
        login_path: "/api/v1/login",
        device_path: "/api/v1/device_authorization",
        document_version: Some("0.98.0"),
        deduplicates_post: true,
    };
}

impl ClientBuilder<TestClient> {
    pub(crate) fn build(self) -> Result<TestClient> {
        self.transport(TestClient::CONFIG).map(TestClient)
    }
}

/// One attempt, however long it takes: a test that pauses the time must not see it run out while
/// bytes are under way. Waits between attempts, where they are asked for, are the longest possible.
pub(crate) fn builder(url: &str) -> ClientBuilder<TestClient> {
    builder_of(url)
}

/// The same, of a client with generated methods.
pub(crate) fn builder_of<C>(url: &str) -> ClientBuilder<C> {
    ClientBuilder::new(url.to_owned())
        .retry(RetryPolicy::never())
        .attempt_timeout(None)
        .timeout(None)
        .jitter(|| 1.0)
}

/// Tokio's time, on a day in 1994.
pub(crate) struct Nineties;

impl Clock for Nineties {
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

/// What `tracing` was told.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// One request as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// `GET /api/v1/stacks?page=1`
    pub line: String,
    head: String,
    pub body: String,
}

impl Received {
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

pub(crate) struct TestServer {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl TestServer {
    /// Answers what the function makes of each request. An answer is the whole HTTP response;
    /// the connection is closed after it.
    pub async fn start(answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer)
    }

    pub fn at(
        listener: TcpListener,
        answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (received.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (log.clone(), answer.clone());
                tokio::spawn(async move { serve(stream, &log, &*answer).await });
            }
        });
        Self { url, received }
    }

    /// Answers every request alike.
    pub async fn always(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_| answer.clone()).await
    }

    /// Answers the requests one after the other, and all further ones as the last.
    pub async fn sequence<const N: usize>(answers: [Vec<u8>; N]) -> Self {
        let next = AtomicUsize::new(0);
        Self::start(move |_| answers[next.fetch_add(1, Ordering::Relaxed).min(N - 1)].clone()).await
    }

    /// Grants the tokens `t1`, `t2` and so on, and takes only the newest.
    pub async fn of_one_token(expires_in: u64) -> Self {
        let granted = AtomicUsize::new(0);
        Self::start(move |request| {
            if request.is_login() {
                let number = granted.fetch_add(1, Ordering::SeqCst) + 1;
                return grant(&format!("t{number}"), expires_in);
            }
            let newest = format!("Bearer t{}", granted.load(Ordering::SeqCst));
            match request.header("authorization") == Some(&*newest) {
                true => fine(),
                false => invalid(),
            }
        })
        .await
    }

    pub fn transport(&self) -> Transport {
        self.transport_as(Credentials::api_token("bearer"))
    }

    pub fn transport_as(&self, credentials: Credentials) -> Transport {
        builder(&self.url)
            .credentials(credentials)
            .build()
            .unwrap()
            .0
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How often somebody logged in.
    pub fn logins(&self) -> usize {
        self.received().iter().filter(|r| r.is_login()).count()
    }

    /// The one request that came.
    pub fn only(&self) -> Received {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Mutex<Vec<Received>>,
    answer: &(dyn Fn(&Received) -> Vec<u8> + Send + Sync),
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
    let mut request = Received {
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
    let reply = answer(&request);
    if reply == STALL {
        log.lock().unwrap().push(request);
        return std::future::pending().await;
    }
    log.lock().unwrap().push(request);
    // The client may hang up before it has read everything.
    let _ = stream.write_all(&reply).await;
    let _ = stream.shutdown().await;
}

/// A URL at which nobody listens, as long as the socket is kept: so no other test gets its port.
pub(crate) fn nobody() -> (String, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    (format!("http://{}", socket.local_addr().unwrap()), socket)
}

/// Instead of an answer: the connection stays open, and nothing comes.
pub(crate) const STALL: &[u8] = b"stall";

/// A complete response.
pub(crate) fn response(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(crate) fn json(body: &str) -> Vec<u8> {
    response(200, "content-type: application/json\r\n", body)
}

/// What [`read`] reads.
pub(crate) fn fine() -> Vec<u8> {
    json(r#""fine""#)
}

/// The answer to a login.
pub(crate) fn grant(token: &str, expires_in: u64) -> Vec<u8> {
    json(&format!(
        r#"{{"access_token":"{token}","expires_in":{expires_in}}}"#
    ))
}

/// The answer to credentials that are not valid, or not any more.
pub(crate) fn invalid() -> Vec<u8> {
    response(401, "", r#"{"detail":["CredentialsNotValid","signature"]}"#)
}
