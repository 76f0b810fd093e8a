//! The tables with which the mock server checks requests know all requests that the builders send: each
//! builder is called with all its parameters.

#![allow(deprecated, reason = "deprecated operations have to work too")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::BTreeSet;
use std::pin::Pin;

use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use zenml::__private::{PRO_REQUESTS, Request, Requests, WORKSPACE_REQUESTS, check};
use zenml::{CallOptions, Credentials, ProClient, RetryPolicy, WorkspaceClient};

type Sending = Pin<Box<dyn Future<Output = ()>>>;

/// A call of a builder.
struct Entry<C> {
    /// `GET /api/v1/runs`
    operation: &'static str,
    send: fn(&C) -> Sending,
}

/// Sends a request. The response is of no interest.
fn sent<T>(call: impl Future<Output = zenml::Result<T>> + 'static) -> Sending {
    Box::pin(async move { drop(call.await) })
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

fn workspace() -> Vec<Entry<WorkspaceClient>> {
    include!(concat!(env!("OUT_DIR"), "/workspace_requests.rs"))
}

fn pro() -> Vec<Entry<ProClient>> {
    include!(concat!(env!("OUT_DIR"), "/pro_requests.rs"))
}

/// A request as it arrived.
#[derive(Debug, Default)]
struct Received {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    content_type: Option<String>,
    body: Vec<u8>,
}

/// Starts a server that responds to all requests with an empty object, and hands them over.
async fn server() -> (String, mpsc::UnboundedReceiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let received = receive(stream).await;
            if sender.send(received).is_err() {
                break;
            }
        }
    });
    (url, receiver)
}

async fn receive(stream: TcpStream) -> Received {
    let mut stream = BufReader::new(stream);
    let mut received = Received::default();
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).await.unwrap();
    let mut words = line.split(' ');
    words.next().unwrap().clone_into(&mut received.method);
    let target = words.next().unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    path.clone_into(&mut received.path);
    let query = url::form_urlencoded::parse(query.as_bytes());
    received.query = query.into_owned().collect();
    loop {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        match name {
            "content-type" => received.content_type = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    received.body = vec![0; length];
    stream.read_exact(&mut received.body).await.unwrap();
    let response = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\
                    connection: close\r\n\r\n{}";
    stream.write_all(response.as_bytes()).await.unwrap();
    received
}

/// Sends all calls, and checks the request of each.
async fn assert_allowed<C>(
    requests: &Requests,
    client: &C,
    calls: Vec<Entry<C>>,
    received: &mut mpsc::UnboundedReceiver<Received>,
) {
    let mut problems = Vec::new();
    for call in calls {
        (call.send)(client).await;
        let mut operations = BTreeSet::new();
        // The client may ask for the server's version, too.
        while let Ok(received) = received.try_recv() {
            let request = Request {
                method: &received.method,
                path: &received.path,
                query: &received.query,
                content_type: received.content_type.as_deref(),
                body: &received.body,
            };
            match check(requests, &request) {
                Ok(operation) => {
                    operations.insert(format!("{} {}", operation.method, operation.path));
                }
                Err(found) => problems.push(format!("{}: {}", call.operation, found.join("; "))),
            }
        }
        if !operations.contains(call.operation) {
            problems.push(format!("{}: not sent", call.operation));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn the_requests_of_all_builders_of_the_workspace_api_are_allowed() {
    let (url, mut received) = server().await;
    let client = WorkspaceClient::builder(&url)
        .credentials(Credentials::api_token("token"))
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
        // The version of the server is unknown.
        .with_options(CallOptions::default().allow_unsupported(true));
    let calls = workspace();
    assert!(calls.len() > 250, "{}", calls.len());
    assert_allowed(&WORKSPACE_REQUESTS, &client, calls, &mut received).await;
}

#[tokio::test]
async fn the_requests_of_all_builders_of_the_pro_api_are_allowed() {
    let (url, mut received) = server().await;
    let client = ProClient::builder(&url)
        .credentials(Credentials::api_token("token"))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let calls = pro();
    assert!(calls.len() > 100, "{}", calls.len());
    assert_allowed(&PRO_REQUESTS, &client, calls, &mut received).await;
}
