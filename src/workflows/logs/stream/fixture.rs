//! A server of some version with the logs of a run, for the tests of log streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use uuid::Uuid;

use super::LogStream;
use crate::runtime::random;
use crate::testing::{ReceivedRequest, TestServer, builder_of, json as ok, response};
use crate::workflows::LogLine;
use crate::{Credentials, WorkspaceClient};

pub(super) const RUN: Uuid = Uuid::from_u128(1);
pub(super) const STEP: Uuid = Uuid::from_u128(2);
pub(super) const PROJECT: Uuid = Uuid::from_u128(3);
pub(super) const RUN_LOG: Uuid = Uuid::from_u128(4);
pub(super) const STEP_LOG: Uuid = Uuid::from_u128(5);

/// What a server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Logs by id, with cursors if a service holds them.
    Entries { page: Option<usize> },
    /// Lists by the name of the log.
    Lists,
    /// Lists, and no names of the logs of steps.
    Oldest,
}

/// A run with one step, and the entries of their logs.
pub(super) struct State {
    pub version: Version,
    pub status: &'static str,
    /// Set if the status of the step differs from that of the run.
    pub step_status: Option<&'static str>,
    pub entries: BTreeMap<Uuid, Vec<Value>>,
}

pub(super) type Shared = Arc<Mutex<State>>;

pub(super) fn entry(message: &str) -> Value {
    json!({"message": message, "level": 20, "timestamp": "2026-01-01T00:00:00.000001", "id": random::uuid()})
}

pub(super) fn state(version: Version, status: &'static str) -> Shared {
    let entries = |text: &str| text.split_whitespace().map(entry).collect();
    Arc::new(Mutex::new(State {
        version,
        status,
        step_status: None,
        entries: [(RUN_LOG, entries("a b")), (STEP_LOG, entries("c d e"))].into(),
    }))
}

impl State {
    pub fn respond(&self, line: &str) -> Vec<u8> {
        let (path, query) = line
            .trim_start_matches("GET ")
            .split_once('?')
            .unwrap_or_default();
        let path = path.trim_start_matches("/api/v1");
        let response = if path == format!("/runs/{RUN}") {
            let log = json!({"id": RUN_LOG, "body": self.body("client")});
            self.logged(RUN, "nightly", json!([log]))
        } else if path == format!("/runs/{RUN}/steps") {
            let items = json!([self.step()]);
            json!({"index": 1, "max_size": 100, "total_pages": 1, "total": 1, "items": items})
        } else if path == format!("/steps/{STEP}") {
            self.step()
        } else if path.ends_with("/entries") {
            let Version::Entries { page } = self.version else {
                return response(404, "", r#"{"detail":"Not Found"}"#);
            };
            let log = if path.contains(&RUN_LOG.to_string()) {
                RUN_LOG
            } else {
                STEP_LOG
            };
            self.page(log, query, page)
        } else if path == format!("/runs/{RUN}/logs") && query == "source=client" {
            json!(self.entries[&RUN_LOG])
        } else if path == format!("/steps/{STEP}/logs") && query == "source=step" {
            match self.entries.get(&STEP_LOG) {
                Some(entries) => json!(entries),
                None => return response(404, "", r#"{"detail":["KeyError","no logs"]}"#),
            }
        } else {
            return response(404, "", r#"{"detail":["KeyError","no logs"]}"#);
        };
        ok(&response.to_string())
    }

    fn body(&self, source: &str) -> Value {
        let is_service = matches!(self.version, Version::Entries { page: Some(_) });
        json!({"source": source, "log_store_id": is_service.then_some(RUN)})
    }

    fn step(&self) -> Value {
        let log = json!({"id": STEP_LOG, "body": self.body("step")});
        let logs = if self.version == Version::Oldest {
            json!(null)
        } else {
            json!([log])
        };
        self.logged(STEP, "train", logs)
    }

    fn logged(&self, id: Uuid, name: &str, logs: Value) -> Value {
        let of_step = self.step_status.filter(|_| id == STEP);
        let status = of_step.unwrap_or(self.status);
        let body = json!({"status": status, "project_id": PROJECT});
        json!({"id": id, "name": name, "body": body, "resources": {"log_collection": logs}})
    }

    /// Returns a page of a log. The cursor is the number of entries before it.
    fn page(&self, log: Uuid, query: &str, size: Option<usize>) -> Value {
        let entries = &self.entries[&log];
        let query: BTreeMap<_, _> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let begin = query
            .get("after")
            .map_or(0, |cursor| cursor.parse().unwrap());
        let end = size.map_or(entries.len(), |size| (begin + size).min(entries.len()));
        let after = (end < entries.len()).then(|| end.to_string());
        json!({"items": entries[begin..end], "before": null, "after": after})
    }
}

pub(super) async fn server(state: &Shared) -> (TestServer, WorkspaceClient) {
    let state = state.clone();
    serve(move |request| state.lock().unwrap().respond(&request.line)).await
}

pub(super) async fn serve(
    respond: impl Fn(&ReceivedRequest) -> Vec<u8> + Send + Sync + 'static,
) -> (TestServer, WorkspaceClient) {
    let server = TestServer::start(respond).await;
    let client = builder_of::<WorkspaceClient>(&server.url)
        .credentials(Credentials::api_token("bearer"))
        .build()
        .unwrap();
    (server, client)
}

pub(super) async fn messages(logs: LogStream) -> String {
    let lines: Vec<LogLine> = logs.try_collect().await.unwrap();
    let messages: Vec<_> = lines.into_iter().map(|line| line.message).collect();
    messages.join(" ")
}

pub(super) const VERSIONS: [Version; 5] = [
    Version::Entries { page: None },
    Version::Entries { page: Some(1) },
    Version::Entries { page: Some(2) },
    Version::Lists,
    Version::Oldest,
];

/// Returns a client of a server with a run that has ended, whose responses are changed.
pub(super) async fn changed(
    change: impl Fn(&str, &mut Value) + Send + Sync + 'static,
) -> (TestServer, WorkspaceClient) {
    let state = state(Version::Entries { page: Some(1) }, "completed");
    serve(move |request| {
        let response = state.lock().unwrap().respond(&request.line);
        let text = String::from_utf8(response).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let mut body = serde_json::from_str(body).unwrap();
        change(&request.line, &mut body);
        ok(&body.to_string())
    })
    .await
}
