//! Which errors do the recorded error responses of real servers become, and those that are cut off?
//!
//! Each file in `errors/` holds the version of the server, the request and the response.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    thread,
};

use zenml::{Error, ErrorKind, Method, RetryPolicy, WorkspaceClient};
use zenml_test_server::Access;

/// A request and its response.
struct Recording {
    request: Message,
    response: Message,
}

/// An HTTP message: start line, headers and body.
struct Message {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Recording {
    fn read(file: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
        let text = fs::read_to_string(path.join(file)).unwrap();
        let (server, text) = text.split_once('\n').unwrap();
        assert!(server.starts_with("# ZenML "), "{file}: {server}");
        let at = text.find("\n\nHTTP/1.1 ").unwrap();
        Self {
            request: Message::read(&text[..at]),
            response: Message::read(&text[at + "\n\nHTTP/1.1 ".len()..]),
        }
    }

    /// Returns the status code of the response.
    fn status(&self) -> &str {
        &self.response.line[..3]
    }
}

impl Message {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let line = lines.next().unwrap().to_owned();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self {
            line,
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }
}

/// Starts a server that responds to every request with these bytes.
fn serve(response: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            stream.write_all(&response).unwrap();
        }
    });
    url
}

/// Returns the error of a call that receives this response.
async fn error_of(response: Vec<u8>) -> Error {
    let client = WorkspaceClient::builder(serve(response))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let call = client.request(Method::GET, "/api/v1/x");
    call.send::<Vec<u8>>().await.unwrap_err()
}

fn response(status: &str, length: usize, body: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close");
    format!("{head}\r\n\r\n{body}").into_bytes()
}

/// The recordings: file, kind, exception and message of the error.
const RECORDED: [(&str, ErrorKind, Option<&str>, &str); 14] = [
    (
        "404-missing_object.http",
        ErrorKind::NotFound,
        Some("KeyError"),
        "Unable to get tag with ID '00000000-0000-0000-0000-000000000000': No tag with this ID \
         found",
    ),
    (
        "404-missing_route.http",
        ErrorKind::NotFound,
        None,
        "Not Found",
    ),
    (
        "401-unauthenticated.http",
        ErrorKind::Unauthorized,
        None,
        "Not authenticated",
    ),
    (
        "401-invalid_token.http",
        ErrorKind::Unauthorized,
        Some("CredentialsNotValid"),
        "Authentication error: error decoding access token: Invalid JWT token: Invalid crypto \
         padding.",
    ),
    (
        "401-wrong_password.http",
        ErrorKind::Unauthorized,
        Some("CredentialsNotValid"),
        "Authentication error: invalid username or password",
    ),
    (
        "422-invalid_filter.http",
        ErrorKind::InvalidRequest,
        Some("ValueError"),
        "1 validation error for TagFilter Value error, The datetime filter only works with values \
         in the following format: %Y-%m-%d %H:%M:%S [type=value_error, input_type=dict] For \
         further information visit https://errors.pydantic.dev/2.12/v/value_error",
    ),
    (
        "422-invalid_body.http",
        ErrorKind::InvalidRequest,
        Some("ValueError"),
        "body.name: Input should be a valid string",
    ),
    (
        "400-unknown_grant.http",
        ErrorKind::InvalidRequest,
        None,
        "Unsupported grant type: other",
    ),
    (
        "400-unknown_device.http",
        ErrorKind::InvalidRequest,
        Some("invalid_client"),
        "Authentication error: error retrieving device with client ID \
         8a224f2a-d848-421e-8139-6316e75b75a2",
    ),
    (
        "409-duplicate.http",
        ErrorKind::Conflict,
        Some("EntityExistsError"),
        "Unable to create the requested project with name 'default': Found another existing \
         project with the same name.",
    ),
    (
        "405-wrong_verb.http",
        ErrorKind::Unsupported,
        None,
        "Method Not Allowed",
    ),
    (
        "500-malformed_key.http",
        ErrorKind::Server,
        None,
        "Internal Server Error",
    ),
    (
        "429-still_at_work.http",
        ErrorKind::RateLimited,
        None,
        "Server too busy. Please try again later.",
    ),
    (
        "200-page.http",
        ErrorKind::Decode,
        None,
        "got an HTML page instead of JSON",
    ),
];

#[tokio::test]
async fn every_recorded_error_has_its_kind_and_the_message_of_the_server() {
    for (file, kind, exception, message) in RECORDED {
        let recording = Recording::read(file);
        let (status, body) = (recording.status(), &recording.response.body);
        assert!(file.starts_with(status), "{file}");
        let error = error_of(response(status, body.len(), body)).await;
        assert_eq!(error.kind(), kind, "{file}");
        assert_eq!(error.status().unwrap().as_str(), status, "{file}");
        assert_eq!(error.server_exception(), exception, "{file}");
        assert_eq!(error.message(), message, "{file}");
        assert_eq!(error.to_string().lines().count(), 1, "{file}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let files = fs::read_dir(folder).unwrap().count();
    assert_eq!(files, RECORDED.len(), "a file is missing in RECORDED");
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_server_still_responds_as_recorded() {
    let access = Access::from_env().unwrap();
    // The server closes the connection after some errors without announcing it.
    let http = WorkspaceClient::builder(&access.url).http_client_builder();
    let http = http.unwrap().pool_max_idle_per_host(0).build().unwrap();
    let login = http
        .post(format!("{}/api/v1/login", access.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "username={}&password={}",
            access.username, access.password
        ));
    let login = login.send().await.unwrap().bytes().await.unwrap();
    let login: serde_json::Value = serde_json::from_slice(&login).unwrap();
    let token = login["access_token"].as_str().unwrap();
    for (file, ..) in RECORDED {
        // Recorded from a server with another configuration.
        if file.starts_with("429") {
            continue;
        }
        let Recording { request, response } = Recording::read(file);
        let (method, path) = request.line.split_once(' ').unwrap();
        let url = format!("{}{path}", access.url);
        let mut repeated = http.request(method.parse().unwrap(), url);
        for (name, value) in &request.headers {
            repeated = repeated.header(name, value.replace("[token]", token));
        }
        let received = repeated.body(request.body).send().await.unwrap();
        assert_eq!(received.status().to_string(), response.line, "{file}");
        for (name, value) in &response.headers {
            assert_eq!(received.headers()[name], value, "{file}");
        }
        let body = received.text().await.unwrap();
        assert_eq!(without_folder(&body), response.body, "{file}");
    }
}

/// Replaces the folder that the server is installed in, as the recordings do.
fn without_folder(body: &str) -> String {
    match body.split_once("site-packages/") {
        None => body.to_owned(),
        Some((before, after)) => {
            let from = before.rfind("\\\"").unwrap() + 2;
            format!("{}/zenml/{after}", &before[..from])
        }
    }
}

#[tokio::test]
async fn the_message_of_an_html_error_page_is_its_title() {
    let page = Recording::read("200-page.http").response.body;
    let error = error_of(response("502", page.len(), &page)).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        error.message().starts_with("an HTML page titled \"ZenML"),
        "{error}"
    );
}

#[tokio::test]
async fn a_truncated_body_differs_from_an_error_of_the_server() {
    let body = Recording::read("404-missing_object.http").response.body;
    let half = &body[..body.len() / 2];
    // The status decides the kind of an error response; its message quotes the received part.
    let error = error_of(response("404", body.len(), half)).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.message().starts_with(r#"{"detail":["KeyError""#),
        "{error}"
    );
    // A success response cannot do without its body.
    let error = error_of(response("200", body.len(), half)).await;
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let error = error_of(response("200", half.len(), half)).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!error.message().contains("KeyError"), "{error}");
}

#[tokio::test]
async fn an_error_with_an_empty_body_names_the_status() {
    let error = error_of(response("413", 0, "")).await;
    assert_eq!(
        error.message(),
        "the server gave no details (Payload Too Large)"
    );
    let error = error_of(response("200", 0, "")).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
}
