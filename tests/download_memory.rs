//! Does a download stream its file to disk without holding it in memory?
//!
//! The test measures the peak memory of the whole process, so it needs a test binary of its own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

use uuid::Uuid;
use zenml::{Credentials, WorkspaceClient};
use zenml_test_server::peak_memory;

const FILE_SIZE: usize = 200 << 20;
const MEMORY_LIMIT: u64 = 20 << 20;

#[tokio::test]
async fn a_download_of_200_mib_needs_less_than_20_mib_of_memory() {
    let url = serve_one_download();
    let client = WorkspaceClient::builder(url)
        .credentials(Credentials::api_token("token"))
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("artifact.tar.gz");

    let before = peak_memory().unwrap();
    let download = client
        .download_artifact_data()
        .artifact_version_id(Uuid::nil())
        .token("download")
        .send()
        .await
        .unwrap();
    download.into_inner().save_to(&file).await.unwrap();
    let growth = peak_memory().unwrap() - before;

    assert_eq!(fs::metadata(&file).unwrap().len(), FILE_SIZE as u64);
    assert!(growth < MEMORY_LIMIT, "{} MiB", growth >> 20);
}

/// Starts a server that responds to one request with a file, which it generates chunk by chunk.
fn serve_one_download() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
        while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/gzip\r\n";
        write!(stream, "{head}content-length: {FILE_SIZE}\r\n\r\n").unwrap();
        let chunk = vec![0x5a; 1 << 16];
        for _ in 0..FILE_SIZE / chunk.len() {
            stream.write_all(&chunk).unwrap();
        }
    });
    url
}
