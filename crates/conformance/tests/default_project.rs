//! Which operations does the default project of a client apply to?

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use serde_json::Value;
use zenml::{Method, RetryPolicy, WorkspaceClient};
use zenml_conformance::operation::{Api, Location, Operation};

const NAMES: [&str; 2] = ["project", "project_name_or_id"];

/// Starts a server that sends the first line of each request to the channel.
fn server() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let mut header = String::new();
            while stream.read_line(&mut header).unwrap() > 2 {
                header.clear();
            }
            let response = b"HTTP/1.1 404 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.get_mut().write_all(response).unwrap();
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    (url, receiver)
}

/// Returns the query of a call with nothing but its path.
async fn query(
    client: &WorkspaceClient,
    lines: &mpsc::Receiver<String>,
    operation: &'static Operation,
) -> String {
    let path = operation.parameters.iter();
    let path = path.filter(|parameter| parameter.location == Location::Path);
    let call = path.fold(client.__call(&operation.call), |call, parameter| {
        call.path(parameter.name, "x")
    });
    call.send::<Value>().await.unwrap_err();
    let line = lines.recv().unwrap();
    let target = line.split(' ').nth(1).unwrap();
    assert!(
        !target.split('?').next().unwrap().contains("mine"),
        "{line}"
    );
    target
        .split_once('?')
        .map_or("", |(_, query)| query)
        .to_owned()
}

/// Returns whether the document says that the operation reads a list.
fn is_list(operation: &Operation) -> bool {
    let document = Api::Workspace.document();
    let pointer = "/responses/200/content/application~1json/schema";
    let schema = document["paths"][operation.call.path]["get"].pointer(pointer);
    let name = schema.and_then(|schema| schema["$ref"].as_str());
    let is_page = name.is_some_and(|name| name.contains("/Page_"));
    is_page || schema.is_some_and(|schema| schema["type"] == "array")
}

#[tokio::test]
async fn the_default_project_fills_what_lists_leave_open_and_nothing_else() {
    let (url, lines) = server();
    let builder = WorkspaceClient::builder(url).retry(RetryPolicy::never());
    let client = builder.project("mine").build().unwrap();
    let (mut filled, mut left) = (BTreeSet::new(), BTreeSet::new());
    for operation in Api::Workspace.operations() {
        let of = |location: Location| {
            let parameters = operation.parameters.iter();
            let names = parameters.filter(move |parameter| parameter.location == location);
            let names = names.map(|parameter| parameter.name);
            names
                .filter(|name| NAMES.contains(name))
                .collect::<Vec<_>>()
        };
        let (in_query, in_path) = (of(Location::Query), of(Location::Path));
        let query = query(&client, &lines, operation).await;
        let reads = operation.call.method == Method::GET && is_list(operation);
        if reads
            && in_path.is_empty()
            && let [name, ..] = in_query[..]
        {
            assert_eq!(query, format!("{name}=mine"), "{}", operation.call.name);
            filled.insert(operation.call.name);
        } else {
            assert_eq!(query, "", "{}", operation.call.name);
            if !in_query.is_empty() || !in_path.is_empty() {
                left.insert(operation.call.name);
            }
        }
    }
    for name in [
        "list_runs",
        "list_stacks",
        "list_run_steps",
        "list_pipelines",
    ] {
        assert!(filled.contains(name), "{name}: {filled:?}");
    }
    for name in ["delete_project", "prune_artifact_versions", "create_stack"] {
        assert!(left.contains(name), "{name}: {left:?}");
    }
}
