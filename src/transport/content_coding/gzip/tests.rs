//! Is a compressed response read like a plain one?

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::header;
use serde_json::Value;

use crate::error::body::BODY_LIMIT;
use crate::testing::{READ, ReceivedRequest, TestServer, json, ok, read};
use crate::{Call, CallOptions, ErrorKind, Page};

fn compress(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Returns a response with a compressed body.
fn coded(status: u16, coding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\ncontent-encoding: {coding}\r\n\
         content-type: application/json\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn gzip(content: &str) -> Vec<u8> {
    coded(200, "gzip", &compress(content.as_bytes()))
}

async fn serve(
    respond: impl Fn(&ReceivedRequest) -> Vec<u8> + Send + Sync + 'static,
) -> TestServer {
    TestServer::start(respond).await
}

#[tokio::test]
async fn a_page_is_the_same_whether_it_is_compressed_or_not() {
    let items: Vec<Value> = (0..500)
        .map(|number| serde_json::json!({ "name": format!("run {number}"), "n": number }))
        .collect();
    let page = serde_json::json!({
        "index": 1, "max_size": 500, "total_pages": 1, "total": 500, "items": items,
    })
    .to_string();
    let plain = page.clone();
    let server = serve(move |request| match request.header("accept-encoding") {
        Some("gzip") => gzip(&page),
        _ => json("{}"),
    })
    .await;
    let compressed = Call::new(&server.transport(), &READ);
    let compressed = compressed.send::<Page<Value>>().await.unwrap();
    for name in [header::CONTENT_ENCODING, header::CONTENT_LENGTH] {
        assert_eq!(compressed.http_headers().get(&name), None, "{name}");
    }
    let server = TestServer::always(json(&plain)).await;
    let plain = Call::new(&server.transport(), &READ);
    let plain = plain.send::<Page<Value>>().await.unwrap();
    assert_eq!(compressed.items, plain.items);
    assert_eq!(compressed.items.len(), 500);
}

#[tokio::test]
async fn the_names_of_the_coding_and_several_members_are_read() {
    let members = [compress(b"\"a"), compress(b"b\"")].concat();
    for coding in ["gzip", "GZip", "x-gzip"] {
        let server = TestServer::always(coded(200, coding, &members)).await;
        assert_eq!(read(&server.transport()).await.unwrap(), "ab", "{coding}");
    }
}

#[tokio::test]
async fn a_response_without_a_body_may_be_marked_as_compressed() {
    let server = TestServer::always(coded(200, "gzip", b"")).await;
    let call = Call::new(&server.transport(), &READ);
    call.send::<()>().await.unwrap();
}

#[tokio::test]
async fn the_maximum_size_counts_decoded_bytes() {
    // Random bytes are longer when they are compressed.
    let random: String = (0..90_u32)
        .map(|n| char::from(b'0' + (n.wrapping_mul(2_654_435_761) >> 28) as u8))
        .collect();
    for (content, is_read) in [
        (format!("{:?}", "a".repeat(98)), true),
        (format!("{:?}", "a".repeat(99)), false),
        (format!("{random:?}"), true),
    ] {
        let server = TestServer::always(gzip(&content)).await;
        let options = CallOptions::default().max_response_size(100);
        let outcome = read(&server.transport().with_options(options)).await;
        assert_eq!(outcome.is_ok(), is_read, "{content}");
        if let Err(error) = outcome {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::TooLarge, 1));
        }
    }
}

#[tokio::test]
async fn a_body_that_grows_a_thousandfold_is_cut_off_at_the_maximum_size() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..8 {
        encoder.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 10_000);
    let server = TestServer::always(coded(200, "gzip", &bomb)).await;
    let options = CallOptions::default().max_response_size(1 << 20);
    let error = read(&server.transport().with_options(options)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn an_endless_body_without_content_is_cut_off() {
    let empty = compress(b"").repeat(1_000);
    let server = TestServer::always(coded(200, "gzip", &empty)).await;
    let options = CallOptions::default().max_response_size(100);
    let error = read(&server.transport().with_options(options)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn a_damaged_body_is_a_decode_error() {
    let whole = compress(br#""hunter2 hunter2 hunter2 hunter2""#);
    let mut wrong_checksum = whole.clone();
    let at = wrong_checksum.len() - 8;
    wrong_checksum[at] ^= 1;
    let trailing = [&*whole, b"more"].concat();
    for body in [
        b"plain",
        &whole[..5],
        &whole[..20],
        &wrong_checksum,
        &trailing,
    ] {
        let server = TestServer::always(coded(200, "gzip", body)).await;
        let error = read(&server.transport()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.message().contains("not valid gzip"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn the_message_of_an_error_is_read_from_a_compressed_body() {
    let detail = br#"{"detail":["KeyError","there is no such run"]}"#;
    let server = TestServer::always(coded(404, "gzip", &compress(detail))).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.message(), "there is no such run");

    // A proxy may compress the error of a download, too.
    let error = Call::new(&server.transport(), &READ).download().await;
    assert_eq!(error.unwrap_err().message(), "there is no such run");
}

#[tokio::test]
async fn a_compressed_error_is_decoded_no_further_than_a_plain_one() {
    let bomb = compress(&vec![b'a'; 4 << 20]);
    assert_eq!(super::beginning(&bomb).len(), BODY_LIMIT);
    let server = TestServer::always(coded(500, "gzip", &bomb)).await;
    let error = read(&server.transport()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.to_string().len() < 2_000, "{error}");
}

#[tokio::test]
async fn the_body_that_a_type_does_not_match_is_kept_decoded() {
    let server = TestServer::always(gzip(r#"{"a":1}"#)).await;
    let call = Call::new(&server.transport(), &READ);
    let error = call.send::<u64>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.body().unwrap(), &br#"{"a":1}"#[..]);
}

#[tokio::test]
async fn streams_do_not_ask_for_compression_and_refuse_it() {
    let server = TestServer::always(ok()).await;
    let call = || Call::new(&server.transport(), &READ);
    drop(call().download().await.unwrap());
    drop(call().events().await);
    for request in server.received() {
        assert_eq!(request.header("accept-encoding"), Some("identity"));
    }
    let server = TestServer::always(gzip("content")).await;
    let call = Call::new(&server.transport(), &READ);
    let error = call.download().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("compressed (gzip)"), "{error}");
}
