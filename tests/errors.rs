//! What becomes of bodies that real servers answered with (`errors/`, recorded of ZenML 0.98.0;
//! the number in a file's name is the status), and of bodies that are cut off.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may panic"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    thread,
};

use zenml::{Error, ErrorKind, Method, RetryPolicy, WorkspaceClient};

/// A server that answers everything with these bytes.
fn serve(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            stream.write_all(&answer).unwrap();
        }
    });
    url
}

async fn ask(answer: Vec<u8>) -> Error {
    let ws = WorkspaceClient::builder(serve(answer))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let call = ws.request(Method::GET, "/api/v1/x");
    call.send::<Vec<u8>>().await.unwrap_err()
}

fn answer(status: &str, length: usize, body: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close");
    format!("{head}\r\n\r\n{body}").into_bytes()
}

/// Recorded bodies: file, kind, exception and message.
const RECORDED: [(&str, ErrorKind, Option<&str>, &str); 14] = [
    (
        "404-missing_object.json",
        ErrorKind::NotFound,
        Some("KeyError"),
        "Unable to get tag with ID '00000000-0000-0000-0000-000000000000': No tag with this ID \
         found",
    ),
    (
        "404-missing_route.json",
        ErrorKind::NotFound,
        None,
        "Not Found",
    ),
    (
        "401-unauthenticated.json",
        ErrorKind::Unauthorized,
        None,
        "Not authenticated",
    ),
    (
        "401-invalid_token.json",
        ErrorKind::Unauthorized,
        Some("CredentialsNotValid"),
        "Authentication error: error decoding access token: Invalid JWT token: Invalid crypto \
         padding.",
    ),
    (
        "401-wrong_password.json",
        ErrorKind::Unauthorized,
        Some("CredentialsNotValid"),
        "Authentication error: invalid username or password",
    ),
    (
        "422-invalid_filter.json",
        ErrorKind::InvalidRequest,
        Some("ValueError"),
        "1 validation error for TagFilter Value error, The datetime filter only works with values \
         in the following format: %Y-%m-%d %H:%M:%S [type=value_error, input_type=dict] For \
         further information visit https://errors.pydantic.dev/2.12/v/value_error",
    ),
    (
        "422-invalid_body.json",
        ErrorKind::InvalidRequest,
        Some("ValueError"),
        "1 validation error: {'type': 'string_type', 'loc': ('body', 'name'), 'msg': 'Input should \
         be a valid string'} File \"/zenml/zenml/zen_server/utils.py\", line 55, in create_tag \
         POST /api/v1/tags",
    ),
    (
        "400-unknown_grant.json",
        ErrorKind::InvalidRequest,
        None,
        "Unsupported grant type: other",
    ),
    (
        "400-unknown_device.json",
        ErrorKind::InvalidRequest,
        Some("invalid_client"),
        "Authentication error: error retrieving device with client ID \
         8a224f2a-d848-421e-8139-6316e75b75a2",
    ),
    (
        "409-duplicate.json",
        ErrorKind::Conflict,
        Some("EntityExistsError"),
        "Tag with name `dup` already exists.",
    ),
    (
        "405-wrong_verb.json",
        ErrorKind::Unsupported,
        None,
        "Method Not Allowed",
    ),
    (
        "500-malformed_key.txt",
        ErrorKind::Server,
        None,
        "Internal Server Error",
    ),
    (
        "429-still_at_work.json",
        ErrorKind::RateLimited,
        None,
        "Server too busy. Please try again later.",
    ),
    (
        "200-page.html",
        ErrorKind::Decode,
        None,
        "an HTML page instead of JSON: does the URL lead to the API? The ZenML Pro API and its \
         workspaces have a URL each, and a login page may stand before them",
    ),
];

#[tokio::test]
async fn every_recorded_body_says_what_happened() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    for (file, kind, exception, message) in RECORDED {
        let body = fs::read_to_string(folder.join(file)).unwrap();
        let status = file.split('-').next().unwrap();
        let error = ask(answer(status, body.len(), &body)).await;
        assert_eq!(error.kind(), kind, "{file}");
        assert_eq!(error.status().unwrap().as_str(), status, "{file}");
        assert_eq!(error.server_exception(), exception, "{file}");
        assert_eq!(error.message(), message, "{file}");
        assert_eq!(error.to_string().lines().count(), 1, "{file}");
    }
    let files = fs::read_dir(folder).unwrap().count();
    assert_eq!(files, RECORDED.len(), "every file is covered");
}

#[tokio::test]
async fn a_recorded_page_with_an_error_is_named_by_its_title() {
    let page = include_str!("errors/200-page.html");
    let error = ask(answer("502", page.len(), page)).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        error.message().starts_with("an HTML page titled \"ZenML"),
        "{error}"
    );
}

#[tokio::test]
async fn recorded_bodies_that_break_off_are_told_from_errors_of_the_server() {
    let body = include_str!("errors/404-missing_object.json");
    let half = &body[..body.len() / 2];
    // As an error the status counts, and the body is quoted as far as it came.
    let error = ask(answer("404", body.len(), half)).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.message().starts_with(r#"{"detail":["KeyError""#),
        "{error}"
    );
    // As an answer it is none.
    let error = ask(answer("200", body.len(), half)).await;
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let error = ask(answer("200", half.len(), half)).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!error.message().contains("KeyError"), "{error}");
}

#[tokio::test]
async fn empty_bodies_leave_the_status_to_speak() {
    let error = ask(answer("413", 0, "")).await;
    assert_eq!(error.message(), "the server answered: Payload Too Large");
    let error = ask(answer("200", 0, "")).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
}
