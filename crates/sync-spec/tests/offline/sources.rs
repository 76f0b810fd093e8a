//! Broken sources change no file, and each has its own message.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::source::{Limits, Source, Token};
use zenml_sync_spec::sync::Options;
use zenml_sync_spec::transaction::UNDO_LOG;

use crate::checkout::{Checkout, document, options, run};
use crate::server::{Server, respond};

/// Returns the error of a run with this source, which changes no file.
fn error(source: &str) -> String {
    error_with(source, |_| {})
}

fn error_with(source: &str, adapt: impl FnOnce(&mut Options)) -> String {
    let checkout = Checkout::new();
    let before = checkout.tree();
    let mut options = options(vec![(Api::Workspace, source.parse().unwrap())]);
    adapt(&mut options);
    let error = run(checkout.path(), &options).unwrap_err();
    assert!(checkout.tree() == before, "a file has changed");
    assert!(!checkout.path().join(UNDO_LOG).exists());
    format!("{error:#}")
}

fn error_of_body(body: &str) -> String {
    error(&Server::responding("200 OK", body).url)
}

#[track_caller]
fn assert_contains(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no {word:?} in: {message}");
    }
}

#[test]
fn the_document_of_a_server_is_fetched_from_openapi_json() {
    let server = Server::responding("200 OK", &document(Api::Workspace, "2").to_string());
    let checkout = Checkout::new();
    let source = server.url.parse().unwrap();
    let outcome = run(checkout.path(), &options(vec![(Api::Workspace, source)])).unwrap();
    assert_ne!(outcome.changes, []);
    assert!(
        server
            .request()
            .starts_with("GET /openapi.json HTTP/1.1\r\n")
    );
}

#[test]
fn an_html_page_is_an_error() {
    let message = error_of_body("<!DOCTYPE html><html><body>Log in</body></html>");
    assert_contains(
        &message,
        &["HTML or XML page, not a JSON document", "/openapi.json"],
    );
}

#[test]
fn truncated_json_is_an_error() {
    let text = document(Api::Workspace, "2").to_string();
    let message = error_of_body(&text[..text.len() / 2]);
    assert_contains(&message, &["not valid JSON: EOF"]);
}

#[test]
fn a_response_that_breaks_off_is_an_error() {
    let server = Server::start(|connection, _| {
        write!(
            connection,
            "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{{"
        )
        .unwrap();
    });
    assert_contains(
        &error(&server.url),
        &["closed the connection in the middle of the response"],
    );
}

#[test]
fn openapi_3_0_is_an_error() {
    let mut other = document(Api::Workspace, "2");
    other["openapi"] = json!("3.0.3");
    assert_contains(
        &error_of_body(&other.to_string()),
        &["OpenAPI 3.0.3 is not supported, only 3.1"],
    );
}

#[test]
fn the_document_of_an_unknown_api_is_an_error() {
    let mut other = document(Api::Workspace, "2");
    other["info"]["title"] = json!("Petstore");
    let pets = other["paths"]["/api/v1/info"].take();
    other["paths"] = json!({"/pets": pets});
    assert_contains(
        &error_of_body(&other.to_string()),
        &[
            "document of another API, \"Petstore\"",
            "Workspace API was expected",
        ],
    );
}

#[test]
fn the_document_of_the_other_api_is_an_error() {
    assert_contains(
        &error_of_body(&document(Api::Pro, "2").to_string()),
        &[
            "of the ZenML Pro API, not of the Workspace API",
            "give `pro` instead of `workspace`",
        ],
    );
}

#[test]
fn a_document_without_paths_is_an_error() {
    let mut empty = document(Api::Workspace, "2");
    empty["paths"] = json!({});
    assert_contains(
        &error_of_body(&empty.to_string()),
        &["the document has no paths"],
    );
}

#[test]
fn an_empty_response_is_an_error() {
    assert_contains(&error_of_body(""), &["the document is empty"]);
}

#[test]
fn a_status_500_is_an_error() {
    let server = Server::responding("500 Internal Server Error", "oops");
    assert_contains(
        &error(&server.url),
        &[
            "responded with 500 Internal Server Error",
            "try again later",
            "--from FILE",
        ],
    );
}

#[test]
fn a_hidden_document_is_an_error() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let server = Server::responding(status, "");
        assert_contains(&error(&server.url), &[status, "--token-env"]);
    }
    let server = Server::responding("404 Not Found", "");
    assert_contains(&error(&server.url), &["there is no document"]);
}

#[test]
fn a_rejected_token_does_not_appear_in_the_error() {
    let server = Server::responding("401 Unauthorized", "");
    let message = error_with(&server.url, |options| {
        // PATH is set everywhere.
        options.token = Some(Token::from_env("PATH").unwrap());
    });
    let path = std::env::var("PATH").unwrap();
    assert!(
        server
            .request()
            .contains(&format!("authorization: Bearer {path}\r\n"))
    );
    assert_contains(&message, &["rejects the token"]);
    assert!(!message.contains(&path), "{message}");
}

#[test]
fn a_token_does_not_follow_a_redirect_to_another_host() {
    let elsewhere = Server::responding("500 Internal Server Error", "");
    // Another name of loopback is another host.
    let target = elsewhere.url.replace("127.0.0.1", "localhost");
    let server = Server::start(move |connection, _| {
        respond(
            connection,
            "302 Found",
            &format!("location: {target}\r\n"),
            "",
        );
    });
    error_with(&server.url, |options| {
        options.token = Some(Token::from_env("PATH").unwrap());
    });
    assert!(server.request().contains("authorization: Bearer"));
    assert!(!elsewhere.request().contains("authorization"));
}

#[test]
fn a_token_is_not_sent_over_unencrypted_http() {
    let message = error_with("http://zenml.example.com", |options| {
        options.token = Some(Token::from_env("PATH").unwrap());
    });
    assert_contains(&message, &["is not encrypted", "give an https: URL"]);
}

#[test]
fn a_secret_in_the_url_does_not_follow_a_redirect() {
    let elsewhere = Server::responding("500 Internal Server Error", "");
    let target = elsewhere.url.clone();
    let server = Server::start(move |connection, _| {
        let location = format!("location: {target}\r\n");
        respond(connection, "302 Found", &location, "");
    });
    error(&format!("{}/openapi.json?key=secret", server.url));
    assert!(server.request().contains("?key=secret"));
    assert!(!elsewhere.request().contains("secret"));
}

#[test]
fn a_missing_token_variable_is_named() {
    let error = Token::from_env("NO_SUCH_VARIABLE").unwrap_err().to_string();
    assert_contains(&error, &["NO_SUCH_VARIABLE", "is not set"]);
}

#[test]
fn an_endless_redirect_is_an_error() {
    let server = Server::start(|connection, url| {
        respond(
            connection,
            "302 Found",
            &format!("location: {url}/again.json\r\n"),
            "",
        );
    });
    assert_contains(&error(&server.url), &["redirects more than 5 times"]);
}

#[test]
fn a_server_without_response_is_an_error() {
    let server = Server::start(|connection, _| {
        // The connection stays open until the client's timeout.
        std::mem::forget(connection.try_clone());
    });
    let message = error_with(&server.url, |options| {
        options.limits.total = Duration::from_millis(300);
    });
    assert_contains(
        &message,
        &["did not send a whole response within 0.3 s", "--from FILE"],
    );
}

#[test]
fn a_response_of_two_gigabytes_is_not_read_to_its_end() {
    const LENGTH: u64 = 2 << 30;
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    let server = Server::start(move |connection, _| {
        write!(
            connection,
            "HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n"
        )
        .unwrap();
        let chunk = vec![b' '; 1 << 20];
        while counter.load(Ordering::Relaxed) < LENGTH && connection.write_all(&chunk).is_ok() {
            counter.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
    });
    assert_contains(&error(&server.url), &["more than 67108864 bytes"]);
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 128 << 20, "{sent} bytes were read");
}

#[test]
fn an_unreachable_server_is_an_error() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    assert_contains(
        &error(&format!("http://{free}")),
        &["cannot be reached", "check the network", "--from FILE"],
    );
}

#[test]
fn a_missing_or_too_long_file_is_an_error() {
    assert_contains(
        &error("no/such/file.json"),
        &["cannot read no/such/file.json"],
    );
    let checkout = Checkout::new();
    let options = checkout.options("2", &[Api::Workspace]);
    let Source::File(path) = &options.sources[0].1 else {
        unreachable!("it is a file");
    };
    let message = error_with(path.to_str().unwrap(), |options| {
        options.limits = Limits {
            bytes: 100,
            ..Limits::default()
        };
    });
    assert_contains(&message, &["more than 100 bytes"]);
}

#[test]
fn only_versions_reach_pip() {
    assert_contains(
        &error("pypi:-r requirements.txt"),
        &["is not a version of the PyPI package"],
    );
}

#[test]
fn a_document_without_generated_code_is_an_error() {
    let mut odd = document(Api::Workspace, "2");
    odd["components"]["schemas"]["Run"]["properties"]["name"] = json!({"type": "frob"});
    assert_contains(
        &error_of_body(&odd.to_string()),
        &[
            "no code can be generated from it",
            "/components/schemas/Run/properties/name",
        ],
    );
}
