//! Why did a run fail?

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use uuid::Uuid;

use crate::codec::object::readable;
use crate::error::escape::escaped;
use crate::operation::find::ListForm;
use crate::workflows::logs::line::LogLine;
use crate::workflows::logs::stream::LogStream;
use crate::workspace::types::ExecutionStatus;
use crate::{Call, Error, ErrorKind, Operation, Result, Transport, WorkspaceClient};

/// The reason why a run did not succeed: the source of an error of kind
/// [`RunFailed`](ErrorKind::RunFailed).
///
/// What the server hides from the user, or what could not be fetched, is absent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunFailure {
    /// The id of the run.
    pub run_id: Uuid,
    /// The name of the run.
    pub run_name: String,
    /// The status that the run ended with.
    pub status: ExecutionStatus,
    /// The reason for the status, if the orchestrator gave one.
    pub status_reason: Option<String>,
    /// The first step that failed.
    pub step: Option<FailedStep>,
    /// The exception of that step, or of the run if no step failed.
    pub exception: Option<RunException>,
    /// The last lines of the logs of that step, or of the run if no step failed: 20 at most.
    pub log_lines: Vec<LogLine>,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedStep {
    /// The id of the step.
    pub id: Uuid,
    /// The name of the step.
    pub name: String,
}

/// The Python exception that ended a step or a run.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunException {
    /// The import path of the class, such as `builtins.ValueError`. Servers before 0.94.1 do not
    /// report it.
    pub class: Option<String>,
    /// The message of the exception. Servers before 0.94.1 do not report it.
    pub message: Option<String>,
    /// The traceback. It begins in the code of the step, if the exception comes from there.
    pub traceback: String,
    /// The line of the step's function that raised the exception, counted from 0 at the beginning of
    /// the function's source, decorators included.
    pub step_line: Option<u64>,
}

/// The number of log lines that a failure holds at most.
const LOG_LINES: usize = 20;

// Not the generated operations and types, which another server's document may lack.
static GET_RUN: Operation = Operation::get("get_run", "/api/v1/runs/{run_id}");
static LIST_STEPS: Operation = Operation::get("get_run_steps", "/api/v1/runs/{run_id}/steps");
static GET_STEP: Operation = Operation::get("get_step", "/api/v1/steps/{step_id}");

/// The members of a run and of a step that matter here.
struct Details {
    body: Option<Body>,
    metadata: Option<Metadata>,
}

readable! { Details required {} nullable { "body" body, "metadata" metadata } optional {} }

struct Body {
    project_id: Option<Uuid>,
    status_reason: Option<String>,
}

readable! {
    Body
    required {}
    nullable { "project_id" project_id, "status_reason" status_reason }
    optional {}
}

struct Metadata {
    exception_info: Option<ExceptionInfo>,
}

readable! { Metadata required {} nullable { "exception_info" exception_info } optional {} }

struct ExceptionInfo {
    traceback: String,
    source: Option<String>,
    message: Option<String>,
    user_code_line: Option<u64>,
    /// The name of `user_code_line` before 0.93.2.
    step_code_line: Option<u64>,
}

readable! {
    ExceptionInfo
    required {}
    nullable {
        "source" source, "message" message, "user_code_line" user_code_line,
        "step_code_line" step_code_line
    }
    optional { "traceback" traceback }
}

struct ListedStep {
    id: Uuid,
    name: String,
}

readable! { ListedStep required { "id" id, "name" name } nullable {} optional {} }

impl RunFailure {
    /// Returns the failure of a run that an error of kind [`RunFailed`](ErrorKind::RunFailed) holds.
    #[must_use]
    pub fn from_error(error: &Error) -> Option<&Self> {
        error.source()?.downcast_ref()
    }

    /// Asks the server why a run failed. What cannot be fetched is left out.
    pub(crate) async fn find(
        transport: &Transport,
        run_id: Uuid,
        run_name: String,
        status: ExecutionStatus,
    ) -> Self {
        let mut failure = Self {
            run_id,
            run_name,
            status,
            status_reason: None,
            step: None,
            exception: None,
            log_lines: Vec::new(),
        };
        if let Err(error) = failure.complete(transport).await {
            tracing::debug!(target: "zenml", run = %run_id, error.kind = ?error.kind());
        }
        failure
    }

    async fn complete(&mut self, transport: &Transport) -> Result<()> {
        let call = Call::new(transport, &GET_RUN).path("run_id", self.run_id);
        let run = call.send::<Details>().await?.into_inner();
        self.exception = run.exception();
        let mut steps = Call::new(transport, &LIST_STEPS)
            .path("run_id", self.run_id)
            .query("status", "failed")
            .query("sort_by", "asc:created");
        if let Some(body) = run.body {
            self.status_reason = body.status_reason;
            // A workspace of ZenML Pro has no default project.
            if let Some(project) = body.project_id {
                steps = steps.query("project", project);
            }
        }
        let client = WorkspaceClient {
            transport: transport.clone(),
        };
        let Some(step) = steps.first::<ListedStep>(ListForm::PAGES).await? else {
            let logs = client.stream_run_logs(self.run_id).without_steps();
            return self.keep_end_of(logs).await;
        };
        let call = Call::new(transport, &GET_STEP).path("step_id", step.id);
        self.step = Some(FailedStep {
            id: step.id,
            name: step.name,
        });
        let details = call.send::<Details>().await?.into_inner();
        self.exception = details.exception().or(self.exception.take());
        self.keep_end_of(client.stream_step_logs(step.id)).await
    }

    /// Reads a log, and keeps its last lines.
    async fn keep_end_of(&mut self, mut logs: LogStream) -> Result<()> {
        while let Some(line) = logs.next().await {
            if self.log_lines.len() == LOG_LINES {
                self.log_lines.remove(0);
            }
            self.log_lines.push(line?);
        }
        Ok(())
    }

    pub(crate) fn into_error(self) -> Error {
        Error::new(ErrorKind::RunFailed, self.to_string())
            .with_operation("wait_for_run")
            .with_source(self)
    }
}

impl Details {
    fn exception(&self) -> Option<RunException> {
        let info = self.metadata.as_ref()?.exception_info.as_ref()?;
        Some(RunException {
            class: info.source.clone(),
            message: info.message.clone(),
            traceback: info.traceback.clone(),
            step_line: info.user_code_line.or(info.step_code_line),
        })
    }
}

impl RunException {
    /// Returns file and line of the code that raised the exception: the code of the step, if the
    /// traceback begins there, and otherwise the innermost code.
    ///
    /// ```text
    ///   File "/app/run.py", line 12, in train
    /// ```
    #[must_use]
    pub fn location(&self) -> Option<(&str, u64)> {
        let mut frames = self.traceback.lines().filter_map(frame);
        match self.step_line {
            Some(_) => frames.next(),
            None => frames.next_back(),
        }
    }
}

/// Reads a line of a traceback that names a file and a line.
fn frame(line: &str) -> Option<(&str, u64)> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (file, rest) = rest.split_once("\", line ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((file, digits.parse().ok()?))
}

impl fmt::Display for RunException {
    /// Writes class, message and line in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.class.as_deref().unwrap_or_default();
        let class = class.rsplit('.').next().unwrap_or_default();
        let mut text = match (&self.message, class) {
            // The last line of a traceback has both.
            (None, _) => {
                let last = self.traceback.trim_end().lines().last();
                last.unwrap_or(class).to_owned()
            }
            (Some(message), "") => message.clone(),
            (Some(message), class) => format!("{class}: {message}"),
        };
        if let Some((file, line)) = self.location() {
            let file = file.rsplit(['/', '\\']).next().unwrap_or_default();
            write!(text, " ({file}, line {line})")?;
        }
        f.write_str(&escaped(text))
    }
}

impl fmt::Debug for RunException {
    /// Leaves out the traceback, which may have megabytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunException")
            .field("class", &self.class)
            .field("message", &self.message)
            .field("step_line", &self.step_line)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for RunFailure {
    /// Writes the failure in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id, status) = (&self.run_name, self.run_id, &self.status);
        let mut text = format!("run {name:?} ({id}) ended with status {status}");
        if let Some(step) = &self.step {
            write!(text, "; step {:?} failed", step.name)?;
        }
        if let Some(exception) = &self.exception {
            write!(text, ": {exception}")?;
        } else if let Some(reason) = &self.status_reason {
            write!(text, ": {reason}")?;
        }
        f.write_str(&escaped(text))
    }
}

impl StdError for RunFailure {}

#[cfg(test)]
mod tests;
