//! Calls every readable operation of a running server, and checks what it answers.

mod plan;
mod pool;
mod provoke;
mod special;

use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::timeout;
use zenml::{Call, ErrorKind, Method, StatusCode, WorkspaceClient};

use crate::check::{Verdict, check};
use crate::json::Json;
use crate::operation::{Api, Body, Operation};
use crate::recording::{Answer, Recorder};
use crate::report::Report;
use plan::Arguments;
use pool::Pool;

pub use provoke::provoke;

/// The API of the servers that are called.
const API: Api = Api::Workspace;

/// A server that works on an answer for so long will not give it.
const DEADLINE: Duration = Duration::from_mins(2);

/// A larger answer is an error of the run, not of the library.
const LARGEST: usize = 256 << 20;

/// Pages of a list that are read at most, and items of each.
const PAGES: u64 = 10;
const PAGE_SIZE: u64 = 20;

/// How far a run goes.
#[derive(Debug, Clone)]
pub struct Options {
    /// How often an operation is called at most with different objects.
    pub objects: usize,
    /// Values of parameters that no list tells, by name.
    pub values: Vec<(String, String)>,
    /// Whether operations may be called that make the server act elsewhere.
    pub is_test_server: bool,
}

/// Calls every readable operation with what the ones before it have told.
///
/// # Errors
/// When the server cannot be reached or refuses the credentials.
pub async fn run(
    client: &WorkspaceClient,
    options: &Options,
    recorder: Option<&mut Recorder>,
) -> Result<Report> {
    // Without this, wrong credentials would show as one error for each operation.
    client
        .request(Method::GET, "/api/v1/current-user")
        .bytes()
        .await
        .context("the server cannot be read")?;
    let operations = plan::readable(API);
    let progress = progress(operations.len());
    let mut run = Run {
        client,
        options,
        recorder,
        report: Report::default(),
        pool: Pool::new(&options.values),
    };
    for operation in operations {
        progress.set_message(operation.call.name);
        run.exercise(operation).await?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(run.report)
}

/// Shows itself on a terminal only.
fn progress(operations: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} [{elapsed}] {msg}");
    ProgressBar::new(operations as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

struct Run<'a> {
    client: &'a WorkspaceClient,
    options: &'a Options,
    recorder: Option<&'a mut Recorder>,
    report: Report,
    pool: Pool,
}

/// A way to ask for the same thing: which `hydrate` is sent, and how files of it are called.
type Mode = (&'static str, Option<&'static str>);

impl Run<'_> {
    async fn exercise(&mut self, operation: &'static Operation) -> Result<()> {
        if let Some(reason) = special::excluded(operation, self.options.is_test_server) {
            self.skip(operation, reason);
            return Ok(());
        }
        let found = plan::arguments(API, operation, &self.pool, self.options.objects);
        let found = match found {
            Ok(found) => found,
            Err(reason) => {
                self.skip(operation, &reason);
                return Ok(());
            }
        };
        let modes: &[Mode] = match operation.parameter("hydrate") {
            Some(_) => &[("plain", Some("false")), ("hydrated", Some("true"))],
            None => &[("", None)],
        };
        for arguments in &found {
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

    /// An error of the server's: that it was read is checked already, by the library. An operation
    /// that does nothing else counts as not exercised.
    fn fail(&mut self, operation: &'static Operation, error: zenml::Error) -> Result<()> {
        match error.kind() {
            ErrorKind::Connect | ErrorKind::Credentials => return Err(error.into()),
            ErrorKind::Decode => {
                let verdict = Verdict::Refused(error.message().to_owned());
                self.report.add(&operation.call, verdict);
            }
            _ => {
                let reason = format!("the server answered: {}", line(&error));
                self.report.add(&operation.call, Verdict::Failed(error));
                self.skip(operation, &reason);
            }
        }
        Ok(())
    }

    /// Reads a list page by page, or anything else once.
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
            let answered = timeout(DEADLINE, collect(call)).await;
            let (status, body) = match answered {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => return self.fail(operation, error),
                Err(_) => {
                    self.skip(operation, &format!("no answer within {DEADLINE:?}"));
                    return Ok(());
                }
            };
            let verdict = check(API, operation, status, &body);
            self.report.add(&operation.call, verdict);
            if let Some(recorder) = self.recorder.as_deref_mut() {
                recorder.keep(&Answer {
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
            let has_more = is_paged && page < PAGES && page < pages(&json);
            self.pool.note(&path, json);
            if !has_more {
                return Ok(());
            }
            page += 1;
        }
    }

    /// Downloads a file by the library's own stream, with a token that is given out for it.
    async fn download(
        &mut self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<()> {
        // Just before: it is good for seconds only.
        let path = special::token_path(&arguments.path(operation));
        let token = self.client.request(Method::GET, path).send::<String>();
        let token = match token.await {
            Ok(token) => token.into_inner(),
            Err(error) => return self.fail(operation, error),
        };
        let mut call = call(self.client, operation, arguments, &arguments.query);
        for parameter in operation.parameters.iter().filter(|p| p.secret) {
            call = call.secret(parameter.name, token.as_str().into());
        }
        match timeout(DEADLINE, collect(call)).await {
            Ok(Ok((status, body))) => {
                let verdict = match body.is_empty() {
                    true => Verdict::Refused("an empty file".to_owned()),
                    false => check(API, operation, status, &body),
                };
                self.report.add(&operation.call, verdict);
                Ok(())
            }
            Ok(Err(error)) => self.fail(operation, error),
            Err(_) => {
                self.skip(operation, &format!("no whole file within {DEADLINE:?}"));
                Ok(())
            }
        }
    }

    /// Follows an event stream to its end, or as long as something comes.
    async fn follow(&mut self, operation: &'static Operation, arguments: &Arguments) -> Result<()> {
        let call = call(self.client, operation, arguments, &arguments.query);
        let verdict = match timeout(DEADLINE, call.events()).await {
            Ok(Ok(answer)) => special::follow(answer.into_inner()).await,
            Ok(Err(error)) => return self.fail(operation, error),
            Err(_) => Verdict::Skipped(format!("no stream within {DEADLINE:?}")),
        };
        self.report.add(&operation.call, verdict);
        Ok(())
    }
}

/// The call that the generated builder would make.
fn call(
    client: &WorkspaceClient,
    operation: &'static Operation,
    arguments: &Arguments,
    query: &[(&'static str, String)],
) -> Call {
    let call = Call::new(client.transport(), &operation.call);
    let call = arguments
        .segments
        .iter()
        .fold(call, |call, (name, value)| call.path(name, value));
    query
        .iter()
        .fold(call, |call, (name, value)| call.query(name, value))
}

/// The answer as it came, through the library's stream.
async fn collect(call: Call) -> zenml::Result<(StatusCode, Bytes)> {
    let answer = call.download().await?;
    let status = answer.status();
    Ok((status, answer.into_inner().bytes(LARGEST).await?))
}

fn pages(json: &Json) -> u64 {
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

/// The error's line without the id of the request.
fn line(error: &zenml::Error) -> String {
    let line = error.to_string();
    let said = line.rsplit_once(" [request ").map(|(said, _)| said);
    said.unwrap_or(&line).to_owned()
}
