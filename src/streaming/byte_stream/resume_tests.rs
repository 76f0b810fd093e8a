//! Does a download that breaks off continue, or end with an error?

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::tempdir;

use super::tests::names;
use super::*;
use crate::Call;
use crate::testing::{READ, ReceivedRequest, STALL, TestServer};

/// A response with a part of the content, from this byte on, with its headers.
fn part(content: &[u8], first: usize, headers: &str) -> Vec<u8> {
    let (length, total) = (content.len() - first, content.len());
    let head = if first == 0 {
        "HTTP/1.1 200 OK\r\n".to_owned()
    } else {
        let range = format!("content-range: bytes {first}-{}/{total}\r\n", total - 1);
        format!("HTTP/1.1 206 Partial Content\r\n{range}")
    };
    let mut response = format!("{head}content-length: {length}\r\n{headers}\r\n").into_bytes();
    response.extend_from_slice(&content[first..]);
    response
}

/// The first byte that a request asks for.
fn first_byte(request: &ReceivedRequest) -> usize {
    let range = request
        .header("range")
        .and_then(|range| range.strip_prefix("bytes="));
    range.map_or(0, |range| range.trim_end_matches('-').parse().unwrap())
}

/// Cuts a response within its body, before its last byte.
fn cut(mut response: Vec<u8>, bytes: usize) -> Vec<u8> {
    let body = response
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    response.truncate((body + bytes).min(response.len() - 1));
    response
}

async fn stream(server: &TestServer) -> ByteStream {
    let call = Call::new(&server.transport(), &READ);
    call.download().await.unwrap().into_inner()
}

#[tokio::test]
async fn downloads_cut_at_random_bytes_are_complete_or_an_error() {
    const TRIALS: usize = 200;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempdir().unwrap();
    let (mut complete, mut resumed) = (0, 0);
    for trial in 0..TRIALS {
        let content: Arc<[u8]> = (0..random.usize(1..200_000))
            .map(|_| random.u8(..))
            .collect();
        let cuts = random.usize(0..5);
        // A server that names no version, or another one each time, cannot resume.
        let is_resumable = random.u8(..4) > 0;
        let (names_version, changes) = (is_resumable || random.bool(), !is_resumable);
        let (requests, random_cut) = (AtomicUsize::new(0), Mutex::new(random.fork()));
        let sent = content.clone();
        let server = TestServer::start(move |request| {
            let number = requests.fetch_add(1, Ordering::SeqCst);
            let version = if changes { number } else { 0 };
            let tag = format!("\"{version}\"");
            let is_same = request
                .header("if-range")
                .is_none_or(|wanted| wanted == tag);
            let first = if is_same { first_byte(request) } else { 0 };
            let headers = if names_version {
                format!("etag: {tag}\r\n")
            } else {
                String::new()
            };
            let response = part(&sent, first, &headers);
            if number < cuts {
                // Some bytes of each part arrive, so that the attempts are not used up.
                let bytes = random_cut.lock().unwrap().usize(1..=sent.len());
                return cut(response, bytes);
            }
            response
        })
        .await;
        let path = folder.path().join(trial.to_string());
        let saved = stream(&server).await.save_to(&path).await;
        let context = format!("trial {trial}, seed {seed}");
        match saved {
            Ok(length) => {
                assert_eq!(length, content.len() as u64, "{context}");
                assert!(std::fs::read(&path).unwrap() == *content, "{context}");
                complete += 1;
                resumed += usize::from(server.received().len() > 1);
            }
            Err(error) => {
                assert!(cuts > 0 && !is_resumable, "{context}: {error}");
                assert_eq!(error.kind(), ErrorKind::Interrupted, "{context}");
                assert!(!path.exists(), "{context}");
            }
        }
    }
    assert!((1..TRIALS).contains(&complete), "{complete}, seed {seed}");
    assert!(resumed > TRIALS / 4, "{resumed}, seed {seed}");
    assert_eq!(
        names(&folder).len(),
        complete,
        "nothing is left of the others, seed {seed}"
    );
}

#[tokio::test]
async fn the_rest_of_the_same_version_is_requested() {
    let server = TestServer::start(|request| {
        let response = part(b"abcdef", first_byte(request), "etag: \"7\"\r\n");
        match first_byte(request) {
            0 => cut(response, 2),
            _ => response,
        }
    })
    .await;
    assert_eq!(stream(&server).await.bytes(6).await.unwrap(), "abcdef");
    let received = server.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[1].header("range"), Some("bytes=2-"));
    assert_eq!(received[1].header("if-range"), Some("\"7\""));
}

#[tokio::test]
async fn a_stalled_download_is_resumed() {
    let server = TestServer::start(|request| {
        let response = part(
            b"abcdef",
            first_byte(request),
            "last-modified: yesterday\r\n",
        );
        match first_byte(request) {
            0 => [&cut(response, 3), STALL].concat(),
            _ => response,
        }
    })
    .await;
    let stream = stream(&server).await.stall_limit(Duration::from_millis(50));
    assert_eq!(stream.bytes(6).await.unwrap(), "abcdef");
}

#[tokio::test]
async fn a_server_that_stalls_before_the_rest_ends_the_download() {
    let server = TestServer::start(|request| match first_byte(request) {
        0 => cut(part(b"abcdef", 0, "last-modified: yesterday\r\n"), 3),
        _ => STALL.to_vec(),
    })
    .await;
    let stream = stream(&server).await.stall_limit(Duration::from_millis(50));
    assert_eq!(
        stream.bytes(6).await.unwrap_err().kind(),
        ErrorKind::Interrupted
    );
}

#[tokio::test]
async fn a_part_that_does_not_fit_is_not_appended() {
    for wrong in [
        "bytes 1-5/6",
        "bytes 2-4/6",
        "bytes 2-6/7",
        "items 2-5/6",
        "bytes 2-18446744073709551615/6",
        "",
    ] {
        let server = TestServer::start(move |request| {
            if request.header("range").is_none() {
                return cut(part(b"abcdef", 0, "etag: \"7\"\r\n"), 2);
            }
            let head = "HTTP/1.1 206 Partial Content\r\netag: \"7\"\r\ncontent-length: 4\r\n";
            format!("{head}content-range: {wrong}\r\n\r\ncdef").into_bytes()
        })
        .await;
        let error = stream(&server).await.bytes(6).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{wrong}");
    }
}

/// Returns the outcome of a download of six bytes that breaks off after two, with these headers and this
/// body in the response to the request of the rest.
async fn resumed_with(headers: &str, rest: &'static str) -> Result<Bytes> {
    let head = "HTTP/1.1 206 Partial Content\r\netag: \"7\"\r\ncontent-range: bytes 2-5/6\r\n";
    let wrong = format!("{head}{headers}\r\n{rest}").into_bytes();
    let server = TestServer::start(move |request| {
        let right = part(b"abcdef", first_byte(request), "etag: \"7\"\r\n");
        match first_byte(request) {
            0 => cut(right, 2),
            2 => wrong.clone(),
            _ => right,
        }
    })
    .await;
    stream(&server).await.bytes(100).await
}

#[tokio::test]
async fn a_rest_that_is_shorter_than_its_range_is_resumed() {
    for length in ["", "content-length: 1\r\n"] {
        assert_eq!(resumed_with(length, "c").await.unwrap(), "abcdef");
    }
}

#[tokio::test]
async fn a_rest_that_is_longer_than_its_range_is_an_error() {
    for length in ["", "content-length: 5\r\n"] {
        let error = resumed_with(length, "cdefg").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert_eq!(
            error.message(),
            "the server told a length of 6 bytes, but the download is longer"
        );
    }
}

#[tokio::test]
async fn a_rest_of_a_download_of_unknown_length_must_be_all_of_the_rest() {
    for (range, is_complete) in [("2-5/6", true), ("2-4/6", false), ("2-4/*", false)] {
        let server = TestServer::start(move |request| match first_byte(request) {
            0 => b"HTTP/1.1 200 OK\r\netag: \"7\"\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n"
                .to_vec(),
            _ => {
                let end = range.split(['-', '/']).nth(1).unwrap();
                let rest = &b"abcdef"[2..=end.parse().unwrap()];
                let head = "HTTP/1.1 206 Partial Content\r\netag: \"7\"\r\n";
                let length = rest.len();
                let head = format!(
                    "{head}content-range: bytes {range}\r\ncontent-length: {length}\r\n\r\n"
                );
                [head.as_bytes(), rest].concat()
            }
        })
        .await;
        let outcome = stream(&server).await.bytes(6).await;
        assert_eq!(outcome.is_ok(), is_complete, "{range}");
    }
}

#[tokio::test]
async fn attempts_that_bring_nothing_come_to_an_end() {
    let server = TestServer::start(|request| {
        let first = first_byte(request);
        cut(
            part(b"abcdef", first, "etag: \"7\"\r\n"),
            2_usize.saturating_sub(first),
        )
    })
    .await;
    let error = stream(&server).await.bytes(6).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(server.received().len(), 1 + 5);
}

#[tokio::test]
async fn progress_counts_all_bytes_across_connections() {
    let server = TestServer::start(|request| {
        let response = part(b"abcdef", first_byte(request), "etag: \"7\"\r\n");
        match first_byte(request) {
            0 => cut(response, 2),
            _ => response,
        }
    })
    .await;
    let reported = Arc::new(Mutex::new(Vec::new()));
    let stream = stream(&server).await.on_progress({
        let reported = reported.clone();
        move |progress| {
            reported
                .lock()
                .unwrap()
                .push((progress.received, progress.total))
        }
    });
    stream.bytes(6).await.unwrap();
    assert_eq!(*reported.lock().unwrap(), [(2, Some(6)), (6, Some(6))]);
}
