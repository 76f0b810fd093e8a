//! Downloads and event streams over a real connection.

use std::error::Error as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Method;
use tokio::io::AsyncWrite;

use crate::testing::{READ, TestServer, json, response};
use crate::{ByteStream, Call, ErrorKind, EventStream, Operation, Response};

static DOWNLOAD: Operation = Operation {
    name: "download",
    method: Method::GET,
    path: "/data",
    ..READ
};

const BROKEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";

async fn download(answer: impl Into<Vec<u8>>) -> Response<ByteStream> {
    let server = TestServer::always(answer).await;
    let download = Call::new(&server.transport(), &DOWNLOAD).download().await;
    assert_eq!(server.only().header("accept"), Some("*/*"));
    download.unwrap()
}

/// A folder of its own that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[tokio::test]
async fn a_download_replaces_the_file_when_it_is_complete() {
    let folder = Folder::new();
    let path = folder.0.join("data.tar.gz");
    std::fs::write(&path, "old").unwrap();
    let stream = download(response(200, "", "new content"))
        .await
        .into_inner();
    assert_eq!(stream.save_to(&path).await.unwrap(), 11);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "new content");
    assert_eq!(folder.names(), ["data.tar.gz"]);
}

#[tokio::test]
async fn a_download_that_breaks_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::new();
    let path = folder.0.join("data.tar.gz");
    std::fs::write(&path, "old").unwrap();
    let stream = download(BROKEN).await.into_inner();
    let error = stream.save_to(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(error.operation(), Some("download"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(folder.names(), ["data.tar.gz"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_named_with_the_reason() {
    let folder = Folder::new();
    let stream = download(response(200, "", "x")).await.into_inner();
    let error = stream
        .save_to(folder.0.join("none/data"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("none/data"), "{error}");
    assert!(error.source().is_some());

    let stream = download(response(200, "", "x")).await.into_inner();
    assert_eq!(stream.save_to("/").await.unwrap_err().kind(), ErrorKind::Io);
}

#[tokio::test]
async fn a_download_goes_to_any_writer() {
    let mut sink = Vec::new();
    let stream = download(response(200, "", "abc")).await.into_inner();
    assert_eq!(stream.write_to(&mut sink).await.unwrap(), 3);
    assert_eq!(sink, b"abc");
}

struct FullDisk;

impl AsyncWrite for FullDisk {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Err(std::io::ErrorKind::StorageFull.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_writer_that_fails_is_an_io_error() {
    let stream = download(response(200, "", "abc")).await.into_inner();
    let error = stream.write_to(&mut FullDisk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_download_into_memory_has_a_limit() {
    let stream = download(response(200, "", "abc")).await.into_inner();
    assert_eq!(stream.bytes(3).await.unwrap(), "abc");

    let stream = download(response(200, "", "abc")).await.into_inner();
    assert_eq!(
        stream.bytes(2).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );

    let unannounced = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc";
    let stream = download(unannounced).await.into_inner();
    assert_eq!(
        stream.bytes(2).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );

    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n";
    let stream = download(chunked).await.into_inner();
    assert_eq!(stream.bytes(3).await.unwrap(), "abc");
}

#[tokio::test]
async fn a_refused_download_is_an_error_before_the_stream() {
    let server = TestServer::always(response(403, "", r#"{"detail":"no"}"#)).await;
    let error = Call::new(&server.transport(), &DOWNLOAD)
        .download()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}

async fn events(body: &str) -> Response<EventStream> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n";
    let length = body.len() + 50 * usize::from(body.ends_with("cut"));
    let server = TestServer::always(format!("{head}content-length: {length}\r\n\r\n{body}")).await;
    let events = Call::new(&server.transport(), &DOWNLOAD)
        .events()
        .await
        .unwrap();
    assert_eq!(server.only().header("accept"), Some("text/event-stream"));
    events
}

#[tokio::test]
async fn the_position_follows_what_the_caller_has_seen() {
    let mut events = events("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\n\nretry: 9\n").await;
    assert_eq!(events.last_event_id(), None);
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    assert_eq!(events.last_event_id(), Some("1"));
    assert_eq!(events.next().await.unwrap().unwrap().data, "b");
    assert!(events.next().await.is_none());
    assert_eq!(events.last_event_id(), Some("3"));
    assert_eq!(events.retry(), Some(std::time::Duration::from_millis(9)));
}

#[tokio::test]
async fn a_broken_event_stream_gives_what_was_complete_then_the_error_then_ends() {
    let mut events = events("id: 1\ndata: a\n\nid: 2\ndata: cut").await;
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(events.last_event_id(), Some("1"));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn an_answer_that_is_no_event_stream_is_an_error() {
    let server = TestServer::always(json("{}")).await;
    let error = Call::new(&server.transport(), &DOWNLOAD)
        .events()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        error.message(),
        "expected an event stream, got application/json"
    );
}
