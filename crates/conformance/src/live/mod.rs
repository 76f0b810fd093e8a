//! Do the responses of a running server survive the library? Calls every operation that only reads.

mod error_cases;
mod exceptions;
mod plan;
mod value_pool;

use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::timeout;
use zenml::{ErrorKind, Method, StatusCode, WorkspaceClient, stream::EventStream};

use crate::check::{Verdict, check};
use crate::json::Json;
use crate::operation::{Api, Body, Operation};
use crate::recording::{Exchange, Recorder};
use crate::report::Report;
use plan::Arguments;
use value_pool::ValuePool;

pub use error_cases::check_errors;

/// The API that is called.
const API: Api = Api::Workspace;

/// Time limit of one response.
const DEADLINE: Duration = Duration::from_mins(2);

/// Size limit of one response.
const MAX_SIZE: usize = 256 << 20;

/// Number of pages to read of each list, and of items in each page.
const MAX_PAGES: u64 = 10;
const PAGE_SIZE: u64 = 20;

/// Number of events to read of each stream, and the silence that ends it.
const MAX_EVENTS: usize = 100;
const MAX_SILENCE: Duration = Duration::from_secs(2);

/// Settings of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Maximum number of objects to call each operation with.
    pub objects: usize,
    /// Values of parameters that no response contains, by name.
    pub values: Vec<(String, String)>,
    /// Whether to call operations that make the server contact other systems.
    pub is_test_server: bool,
}

/// Calls every operation that only reads, with values from the responses of earlier calls, and adds
/// the findings to the report.
///
/// # Errors
/// Returns an error if the server cannot be reached or rejects the credentials.
pub async fn run(
    client: &WorkspaceClient,
    options: &Options,
    report: &mut Report,
    recorder: Option<&mut Recorder>,
) -> Result<()> {
    // Fails early: otherwise each operation would report the wrong credentials.
    client
        .request(Method::GET, "/api/v1/current-user")
        .bytes()
        .await
        .context("cannot read from the server")?;
    let operations = plan::readable(API);
    let progress = progress(operations.len());
    let mut run = Run {
        client,
        options,
        recorder,
        report,
        pool: ValuePool::new(&options.values),
    };
    for operation in operations {
        progress.set_message(operation.call.name);
        run.exercise(operation).await?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

/// Creates a progress bar, which appears on terminals only.
fn progress(operations: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} [{elapsed}] {msg}");
    ProgressBar::new(operations as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

struct Run<'a> {
    client: &'a WorkspaceClient,
    options: &'a Options,
    recorder: Option<&'a mut Recorder>,
    report: &'a mut Report,
    pool: ValuePool,
}

/// A way to call an operation: the label of its recordings, and the value of `hydrate`.
type Mode = (&'static str, Option<&'static str>);

impl Run<'_> {
    async fn exercise(&mut self, operation: &'static Operation) -> Result<()> {
        if let Some(reason) = exceptions::exclusion(operation, self.options.is_test_server) {
            self.skip(operation, reason);
            return Ok(());
        }
        let calls = match plan::arguments(API, operation, &self.pool, self.options.objects) {
            Ok(calls) => calls,
            Err(reason) => {
                self.skip(operation, &reason);
                return Ok(());
            }
        };
        let modes: &[Mode] = match operation.parameter("hydrate") {
            Some(_) => &[("plain", Some("false")), ("hydrated", Some("true"))],
            None => &[("", None)],
        };
        for arguments in &calls {
            match operation.body {
                Body::Events => self.follow(operation, arguments).await?,
                Body::Bytes => self.download(operation, arguments).await?,
                Body::Json(_) | Body::Text => {
                    for mode in modes {
                        self.read(operation, arguments, *mode).await?;
                    }
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, operation: &'static Operation, reason: &str) {
        let verdict = Verdict::Skipped(reason.to_owned());
        self.report.add(&operation.call, verdict);
    }

    /// Adds an error of a call. An operation with nothing but errors counts as not exercised.
    fn add_error(&mut self, operation: &'static Operation, error: zenml::Error) -> Result<()> {
        match error.kind() {
            ErrorKind::Connect | ErrorKind::Credentials => return Err(error.into()),
            ErrorKind::Decode => {
                let verdict = Verdict::Rejected(error.message().to_owned());
                self.report.add(&operation.call, verdict);
            }
            _ => {
                let reason = format!("the server responded: {}", without_request_id(&error));
                self.report.add(&operation.call, Verdict::Error(error));
                self.skip(operation, &reason);
            }
        }
        Ok(())
    }

    /// Reads all pages of a list, or one response of any other operation.
    async fn read(
        &mut self,
        operation: &'static Operation,
        arguments: &Arguments,
        (label, hydrate): Mode,
    ) -> Result<()> {
        let is_paged = operation.parameter("page").is_some();
        let mut page = 1;
        loop {
            let mut query = arguments.query.clone();
            query.extend(hydrate.map(|value| ("hydrate", value.to_owned())));
            if is_paged {
                query.push(("page", page.to_string()));
                query.push(("size", PAGE_SIZE.to_string()));
            }
            let path = arguments.path(operation);
            let call = call(self.client, operation, arguments, &query);
            let (status, body) = match timeout(DEADLINE, collect(call)).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return self.add_error(operation, error),
                Err(_) => {
                    self.skip(operation, &format!("no response within {DEADLINE:?}"));
                    return Ok(());
                }
            };
            let verdict = check(API, operation, status, &body);
            self.report.add(&operation.call, verdict);
            if let Some(recorder) = self.recorder.as_deref_mut() {
                recorder.record(&Exchange {
                    operation,
                    label,
                    path: &with_query(&path, &query),
                    status,
                    body: &body,
                });
            }
            let Ok(json) = String::from_utf8_lossy(&body).parse::<Json>() else {
                return Ok(());
            };
            let has_more = is_paged && page < MAX_PAGES && page < total_pages(&json);
            self.pool.add(&path, json);
            if !has_more {
                return Ok(());
            }
            page += 1;
        }
    }

    /// Downloads a file with a token issued for it.
    async fn download(
        &mut self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<()> {
        // The token expires after a few seconds.
        let path = exceptions::download_token_path(&arguments.path(operation));
        let token = self.client.request(Method::GET, path).send::<String>();
        let token = match token.await {
            Ok(token) => token.into_inner(),
            Err(error) => return self.add_error(operation, error),
        };
        let mut call = call(self.client, operation, arguments, &arguments.query);
        for parameter in operation.parameters.iter().filter(|p| p.secret) {
            call = call.secret(parameter.name, token.as_str().into());
        }
        match timeout(DEADLINE, collect(call)).await {
            Ok(Ok((status, body))) => {
                let verdict = if body.is_empty() {
                    Verdict::Rejected("the file is empty".to_owned())
                } else {
                    check(API, operation, status, &body)
                };
                self.report.add(&operation.call, verdict);
                Ok(())
            }
            Ok(Err(error)) => self.add_error(operation, error),
            Err(_) => {
                self.skip(
                    operation,
                    &format!("the download took longer than {DEADLINE:?}"),
                );
                Ok(())
            }
        }
    }

    /// Reads an event stream.
    async fn follow(&mut self, operation: &'static Operation, arguments: &Arguments) -> Result<()> {
        let call = call(self.client, operation, arguments, &arguments.query);
        let verdict = match timeout(DEADLINE, call.events()).await {
            Ok(Ok(response)) => check_events(response.into_inner()).await,
            Ok(Err(error)) => return self.add_error(operation, error),
            Err(_) => Verdict::Skipped(format!("no response within {DEADLINE:?}")),
        };
        self.report.add(&operation.call, verdict);
        Ok(())
    }
}

/// Creates the call that the generated builder would make.
fn call(
    client: &WorkspaceClient,
    operation: &'static Operation,
    arguments: &Arguments,
    query: &[(&'static str, String)],
) -> zenml::__private::Call {
    let call = client.__call(&operation.call);
    let call = arguments
        .segments
        .iter()
        .fold(call, |call, (name, value)| call.path(name, value));
    query
        .iter()
        .fold(call, |call, (name, value)| call.query(name, value))
}

/// Sends the call and returns the undecoded response.
async fn collect(call: zenml::__private::Call) -> zenml::Result<(StatusCode, Bytes)> {
    let response = call.download().await?;
    let status = response.http_status();
    Ok((status, response.into_inner().bytes(MAX_SIZE).await?))
}

/// Reads events until the stream ends or falls silent; each event must hold JSON.
async fn check_events(mut stream: EventStream) -> Verdict {
    for _ in 0..MAX_EVENTS {
        let event = match timeout(MAX_SILENCE, stream.next()).await {
            Err(_) | Ok(None) => break,
            Ok(Some(event)) => event,
        };
        if let Err(error) = event.and_then(|event| event.json::<serde_json::Value>()) {
            return Verdict::Rejected(error.message().to_owned());
        }
    }
    Verdict::Lossless
}

fn total_pages(json: &Json) -> u64 {
    match json.member("total_pages") {
        Some(Json::Number(digits)) => digits.parse().unwrap_or_default(),
        _ => 0,
    }
}

fn with_query(path: &str, query: &[(&str, String)]) -> String {
    let query: Vec<String> = query.iter().map(|(n, v)| format!("{n}={v}")).collect();
    match query.join("&").as_str() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// Formats an error without the id of its request.
fn without_request_id(error: &zenml::Error) -> String {
    let text = error.to_string();
    let before = text.rsplit_once(" [request ").map(|(before, _)| before);
    before.unwrap_or(&text).to_owned()
}
