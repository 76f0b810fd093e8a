//! Downloads over a real connection.

use std::error::Error as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use tempfile::{TempDir, tempdir};
use tokio::io::AsyncWrite;

use crate::testing::{READ, TestServer, response};
use crate::{ByteStream, Call, ErrorKind};

pub(super) const BROKEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";

pub(super) async fn download(response: impl Into<Vec<u8>>) -> ByteStream {
    let server = TestServer::always(response).await;
    let download = Call::new(&server.transport(), &READ).download().await;
    assert_eq!(server.only().header("accept"), Some("*/*"));
    download.unwrap().into_inner()
}

pub(super) fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn a_complete_download_replaces_the_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.tar.gz");
    std::fs::write(&path, "old").unwrap();
    let stream = download(response(200, "", "new content")).await;
    assert_eq!(stream.save_to(&path).await.unwrap(), 11);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "new content");
    assert_eq!(names(&folder), ["data.tar.gz"]);
}

#[tokio::test]
async fn an_interrupted_download_leaves_the_old_file_and_nothing_else() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.tar.gz");
    std::fs::write(&path, "old").unwrap();
    let stream = download(BROKEN).await;
    let error = stream.save_to(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(error.operation(), Some("read"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(&folder), ["data.tar.gz"]);
}

#[tokio::test]
async fn an_io_error_names_the_file_and_has_a_source() {
    let folder = tempdir().unwrap();
    let stream = download(response(200, "", "x")).await;
    let error = stream
        .save_to(folder.path().join("none/data"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("none/data"), "{error}");
    assert!(error.source().is_some());

    let stream = download(response(200, "", "x")).await;
    assert_eq!(stream.save_to("/").await.unwrap_err().kind(), ErrorKind::Io);
}

#[tokio::test]
async fn a_download_can_be_written_to_any_writer() {
    let mut sink = Vec::new();
    let stream = download(response(200, "", "abc")).await;
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
async fn a_failing_writer_is_an_io_error() {
    let stream = download(response(200, "", "abc")).await;
    let error = stream.write_to(&mut FullDisk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_download_over_the_limit_is_not_read_into_memory() {
    let stream = download(response(200, "", "abc")).await;
    assert_eq!(stream.bytes(3).await.unwrap(), "abc");

    let stream = download(response(200, "", "abc")).await;
    assert_eq!(
        stream.bytes(2).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );

    let unannounced = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc";
    let stream = download(unannounced).await;
    assert_eq!(
        stream.bytes(2).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );

    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n";
    let stream = download(chunked).await;
    assert_eq!(stream.bytes(3).await.unwrap(), "abc");
}

#[tokio::test]
async fn a_rejected_download_is_an_error_without_a_stream() {
    let server = TestServer::always(response(403, "", r#"{"detail":"no"}"#)).await;
    let error = Call::new(&server.transport(), &READ)
        .download()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}
