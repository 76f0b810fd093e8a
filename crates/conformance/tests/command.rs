//! What does the command print, and with which exit code does it end?

#![allow(clippy::unwrap_used, reason = "tests and their helpers may panic")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

const GET_TAG: &str = "get_tag_api_v1_tags__tag_id__get";
const STATUS: &str = "get_run_status_api_v1_runs__run_id__status_get";

/// Creates a folder of recorded responses: operation id, status, body.
fn folder(responses: &[(&str, u16, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let entries: Vec<Value> = responses
        .iter()
        .enumerate()
        .map(|(number, (id, status, body))| {
            let file = format!("{number}.json");
            fs::write(folder.path().join(&file), body).unwrap();
            json!({"file": file, "operation_id": id, "method": "GET", "path": "/", "status": status})
        })
        .collect();
    write_index(folder.path(), &json!(entries));
    folder
}

fn write_index(folder: &Path, entries: &Value) {
    fs::write(folder.join("index.json"), entries.to_string()).unwrap();
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_zenml-conformance"))
        .args(arguments)
        .env_remove("ZENML_TEST_URL")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn replay(folder: &Path) -> (i32, String, String) {
    run(&["--recordings", folder.to_str().unwrap()])
}

#[test]
fn lossless_responses_end_with_exit_code_0() {
    let folder = folder(&[
        (STATUS, 200, "\"completed\""),
        (STATUS, 200, "\"from a newer server\""),
        (GET_TAG, 404, r#"{"detail":["KeyError","no such tag"]}"#),
    ]);
    let (code, out, _) = replay(folder.path());
    assert_eq!(
        out.lines().last(),
        Some("2 ok, 0 lossy, 0 rejected, 0 not exercised")
    );
    assert_eq!(code, 0);
}

#[test]
fn a_rejected_response_is_named_with_its_path_and_without_its_value() {
    let folder = folder(&[(STATUS, 200, "{\"password\":\"hunter2\"}")]);
    let (code, out, err) = replay(folder.path());
    assert!(out.starts_with("rejected: get_run_status (GET /api/v1/runs/{run_id}/status)\n"));
    assert!(out.contains("(at $)"), "{out}");
    assert!(!format!("{out}{err}").contains("hunter2"));
    assert_eq!(
        out.lines().last(),
        Some("0 ok, 0 lossy, 1 rejected, 0 not exercised")
    );
    assert_eq!(code, 1);
}

#[test]
fn an_error_without_a_message_is_rejected() {
    let folder = folder(&[(STATUS, 400, r#"{"unknown":"shape"}"#)]);
    let (code, out, _) = replay(folder.path());
    assert_eq!(
        out.lines().last(),
        Some("0 ok, 0 lossy, 1 rejected, 0 not exercised")
    );
    assert_eq!(code, 1);
}

#[test]
fn an_operation_that_the_library_lacks_is_not_exercised() {
    let folder = folder(&[("get_moon", 200, "{}"), (STATUS, 200, "\"failed\"")]);
    let (code, out, _) = replay(folder.path());
    assert!(
        out.starts_with("not exercised: get_moon (GET /): "),
        "{out}"
    );
    assert_eq!(
        out.lines().last(),
        Some("1 ok, 0 lossy, 0 rejected, 1 not exercised")
    );
    assert_eq!(code, 0);
}

#[test]
fn responses_of_the_pro_api_are_recognised() {
    let team = r#"{"id":"3f1c6a1e-6c7e-4f0e-8f43-0a1b2c3d4e5f","name":"a","member_count":1,
        "created":"2026-11-21T18:09:41Z","updated":"2026-11-21T18:09:41","new":[null]}"#;
    let folder = folder(&[("get_team_endpoint_teams__team_id__get", 200, team)]);
    let (code, out, _) = replay(folder.path());
    assert_eq!(
        out.lines().last(),
        Some("1 ok, 0 lossy, 0 rejected, 0 not exercised")
    );
    assert_eq!(code, 0);
    let as_workspace = run(&[
        "--recordings",
        folder.path().to_str().unwrap(),
        "--api",
        "workspace",
    ]);
    assert!(
        as_workspace.1.starts_with("not exercised: "),
        "{as_workspace:?}"
    );
}

#[test]
fn an_unreadable_folder_is_an_error_that_names_the_file() {
    let empty = TempDir::new().unwrap();
    let (code, _, err) = replay(empty.path());
    assert!(err.contains("index.json"), "{err}");
    assert_eq!(code, 2);

    write_index(empty.path(), &json!({"file": "a"}));
    let (code, _, err) = replay(empty.path());
    assert!(err.contains("is not an array of"), "{err}");
    assert_eq!(code, 2);

    for file in ["missing.json", "../outside.json", "/etc/hostname"] {
        write_index(
            empty.path(),
            &json!([{"file": file, "operation_id": STATUS, "method": "GET", "path": "/", "status": 200}]),
        );
        let (code, _, err) = replay(empty.path());
        assert!(err.contains(file), "{err}");
        assert_eq!(code, 2);
    }
}

#[test]
fn without_a_server_the_error_names_the_command_that_starts_one() {
    let (code, _, err) = run(&[]);
    assert!(err.contains("cargo xtask conformance"), "{err}");
    assert_eq!(code, 2);
}

#[test]
fn an_unreachable_server_is_an_error() {
    let url = "http://127.0.0.1:9";
    let (code, _, err) = run(&["--server", url, "--username", "default"]);
    assert!(
        err.starts_with("error: cannot read from the server"),
        "{err}"
    );
    assert_eq!(code, 2);
}

/// Responds to so many requests with an empty object, and then is gone.
fn server_for(requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().take(requests) {
            let mut connection = connection.unwrap();
            let lines = BufReader::new(&connection).lines();
            assert!(lines.map(Result::unwrap).any(|line| line.is_empty()));
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            write!(connection, "{head}\r\nContent-Length: 2\r\n\r\n{{}}").unwrap();
        }
    });
    url
}

#[test]
fn a_run_that_fails_prints_what_it_found_until_then() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("responses");
    let url = server_for(3);
    let (code, out, err) = run(&[
        "--server",
        &url,
        "--token",
        "a-token",
        "--record",
        folder.to_str().unwrap(),
    ]);
    assert!(out.starts_with("rejected: "), "{out}{err}");
    assert!(
        out.lines().last().unwrap().ends_with(" not exercised"),
        "{out}"
    );
    assert!(err.starts_with("error: "), "{err}");
    assert_eq!(code, 2);
    assert!(!folder.exists());
}
