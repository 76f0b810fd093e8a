//! A broken source changes no file, and each has its own message.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::source::{Limits, Source, Token};
use zenml_sync_spec::sync::Options;

use crate::checkout::{Checkout, document, options, run};
use crate::server::{Server, reply};

/// The message of a run that takes its document from here. Nothing has changed.
fn refusal(source: &str) -> String {
    refusal_with(source, |_| {})
}

fn refusal_with(source: &str, adapt: impl FnOnce(&mut Options)) -> String {
    let checkout = Checkout::new();
    let before = checkout.tree();
    let mut options = options(vec![(Api::Workspace, source.parse().unwrap())]);
    adapt(&mut options);
    let error = run(checkout.path(), &options).unwrap_err();
    assert!(checkout.tree() == before, "a file has changed");
    assert!(!checkout.path().join(".sync-spec").exists());
    format!("{error:#}")
}

fn refusal_of(body: &str) -> String {
    refusal(&Server::saying("200 OK", body).url)
}

#[track_caller]
fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no {word:?} in: {message}");
    }
}

#[test]
fn a_server_s_document_is_taken() {
    let server = Server::saying("200 OK", &document(Api::Workspace, "2").to_string());
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
fn an_html_page() {
    let message = refusal_of("<!DOCTYPE html><html><body>Log in</body></html>");
    assert_says(
        &message,
        &["HTML or XML page, not a JSON document", "/openapi.json"],
    );
}

#[test]
fn truncated_json() {
    let text = document(Api::Workspace, "2").to_string();
    let message = refusal_of(&text[..text.len() / 2]);
    assert_says(&message, &["not valid JSON: EOF"]);
}

#[test]
fn an_answer_that_breaks_off() {
    let server = Server::start(|connection, _| {
        write!(
            connection,
            "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{{"
        )
        .unwrap();
    });
    assert_says(
        &refusal(&server.url),
        &["broke off in the middle of its answer"],
    );
}

#[test]
fn openapi_3_0() {
    let mut other = document(Api::Workspace, "2");
    other["openapi"] = json!("3.0.3");
    assert_says(
        &refusal_of(&other.to_string()),
        &["OpenAPI 3.0.3 is not supported, only 3.1"],
    );
}

#[test]
fn another_api() {
    let mut other = document(Api::Workspace, "2");
    other["info"]["title"] = json!("Petstore");
    let pets = other["paths"]["/api/v1/info"].take();
    other["paths"] = json!({"/pets": pets});
    assert_says(
        &refusal_of(&other.to_string()),
        &[
            "document of another API, \"Petstore\"",
            "Workspace API was expected",
        ],
    );
}

#[test]
fn the_other_of_the_two_apis() {
    assert_says(
        &refusal_of(&document(Api::Pro, "2").to_string()),
        &[
            "of the ZenML Pro API, not of the Workspace API",
            "say `pro` instead of `workspace`",
        ],
    );
}

#[test]
fn empty_paths() {
    let mut empty = document(Api::Workspace, "2");
    empty["paths"] = json!({});
    assert_says(
        &refusal_of(&empty.to_string()),
        &["the document has no paths"],
    );
}

#[test]
fn nothing_at_all() {
    assert_says(&refusal_of(""), &["the document is empty"]);
}

#[test]
fn a_server_that_fails() {
    let server = Server::saying("500 Internal Server Error", "oops");
    assert_says(
        &refusal(&server.url),
        &[
            "answers 500 Internal Server Error",
            "try again later",
            "--from FILE",
        ],
    );
}

#[test]
fn a_server_that_hides_its_document() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let server = Server::saying(status, "");
        assert_says(&refusal(&server.url), &[status, "--token-env"]);
    }
    let server = Server::saying("404 Not Found", "");
    assert_says(&refusal(&server.url), &["there is no document"]);
}

#[test]
fn a_token_is_sent_and_a_refused_one_is_not_shown() {
    let server = Server::saying("401 Unauthorized", "");
    let message = refusal_with(&server.url, |options| {
        // PATH is set everywhere.
        options.token = Some(Token::from_env("PATH").unwrap());
    });
    let path = std::env::var("PATH").unwrap();
    assert!(
        server
            .request()
            .contains(&format!("authorization: Bearer {path}\r\n"))
    );
    assert_says(&message, &["does not accept the token"]);
    assert!(!message.contains(&path), "{message}");
}

#[test]
fn a_token_does_not_follow_a_redirect_to_another_host() {
    let elsewhere = Server::saying("500 Internal Server Error", "");
    // Another name of loopback is another host.
    let target = elsewhere.url.replace("127.0.0.1", "localhost");
    let server = Server::start(move |connection, _| {
        reply(
            connection,
            "302 Found",
            &format!("location: {target}\r\n"),
            "",
        );
    });
    refusal_with(&server.url, |options| {
        options.token = Some(Token::from_env("PATH").unwrap());
    });
    assert!(server.request().contains("authorization: Bearer"));
    assert!(!elsewhere.request().contains("authorization"));
}

#[test]
fn a_token_is_not_sent_where_anybody_can_listen() {
    let message = refusal_with("http://zenml.example.com", |options| {
        options.token = Some(Token::from_env("PATH").unwrap());
    });
    assert_says(&message, &["is not encrypted", "give an https: URL"]);
}

#[test]
fn what_is_secret_in_a_url_does_not_follow_a_redirect() {
    let elsewhere = Server::saying("500 Internal Server Error", "");
    let target = elsewhere.url.clone();
    let server = Server::start(move |connection, _| {
        let location = format!("location: {target}\r\n");
        reply(connection, "302 Found", &location, "");
    });
    refusal(&format!("{}/openapi.json?key=secret", server.url));
    assert!(server.request().contains("?key=secret"));
    assert!(!elsewhere.request().contains("secret"));
}

#[test]
fn a_missing_token_is_named() {
    let error = Token::from_env("NO_SUCH_VARIABLE").unwrap_err().to_string();
    assert_says(&error, &["NO_SUCH_VARIABLE", "is not set"]);
}

#[test]
fn a_server_that_redirects_forever() {
    let server = Server::start(|connection, url| {
        reply(
            connection,
            "302 Found",
            &format!("location: {url}/again.json\r\n"),
            "",
        );
    });
    assert_says(&refusal(&server.url), &["redirects more than 5 times"]);
}

#[test]
fn a_server_that_hangs() {
    let server = Server::start(|connection, _| {
        // The connection stays open until the client has had enough.
        std::mem::forget(connection.try_clone());
    });
    let message = refusal_with(&server.url, |options| {
        options.limits.total = Duration::from_millis(300);
    });
    assert_says(
        &message,
        &["has not answered in full within 0.3 s", "--from FILE"],
    );
}

#[test]
fn an_answer_of_two_gigabytes() {
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
    assert_says(&refusal(&server.url), &["more than 67108864 bytes"]);
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 128 << 20, "{sent} bytes were read");
}

#[test]
fn nobody_at_home() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    assert_says(
        &refusal(&format!("http://{free}")),
        &["cannot be reached", "Offline?", "--from FILE"],
    );
}

#[test]
fn a_file_that_is_not_there_or_too_long() {
    assert_says(
        &refusal("no/such/file.json"),
        &["cannot read no/such/file.json"],
    );
    let checkout = Checkout::new();
    let options = checkout.options("2", &[Api::Workspace]);
    let Source::File(path) = &options.sources[0].1 else {
        unreachable!("it is a file");
    };
    let message = refusal_with(path.to_str().unwrap(), |options| {
        options.limits = Limits {
            bytes: 100,
            ..Limits::default()
        };
    });
    assert_says(&message, &["more than 100 bytes"]);
}

#[test]
fn what_is_no_version_never_reaches_pip() {
    assert_says(
        &refusal("pypi:-r requirements.txt"),
        &["is not a version of the PyPI package"],
    );
}

#[test]
fn no_code_can_be_generated() {
    let mut odd = document(Api::Workspace, "2");
    odd["components"]["schemas"]["Run"]["properties"]["name"] = json!({"type": "frob"});
    assert_says(
        &refusal_of(&odd.to_string()),
        &[
            "no code can be generated from it",
            "/components/schemas/Run/properties/name",
        ],
    );
}
