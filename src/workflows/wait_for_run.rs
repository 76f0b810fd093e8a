//! The runs of pipelines: waiting for their end.

use std::fmt;
use std::pin::{Pin, pin};
use std::time::Duration;

use uuid::Uuid;

use crate::workspace::types::{ExecutionStatus, PipelineRunResponse};
use crate::{Error, ErrorKind, Result, WorkspaceClient};

/// As `ExecutionStatus` in `enums.py` of ZenML 0.98.0 has it.
const FINISHED: [&str; 7] = [
    "failed",
    "completed",
    "cached",
    "skipped",
    "retried",
    "stopped",
    "cancelled",
];
const SUCCESSFUL: [&str; 3] = ["completed", "cached", "skipped"];

impl ExecutionStatus {
    /// Whether nothing more will happen. A status that only a newer server knows is not taken for
    /// an end.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        FINISHED.contains(&self.as_str())
    }

    /// Whether it has ended well.
    #[must_use]
    pub fn is_successful(&self) -> bool {
        SUCCESSFUL.contains(&self.as_str())
    }
}

impl PipelineRunResponse {
    /// Where it is; none if the user may not see that.
    #[must_use]
    pub fn status(&self) -> Option<&ExecutionStatus> {
        self.body.as_ref().map(|body| &body.status)
    }
}

/// A run being waited for; made by [`WorkspaceClient::wait_for_run`]. Await it for the finished
/// run, whether it ended well or not: its status says so.
///
/// Passing failures (no connection, the server is restarted, a login cannot be renewed) are waited
/// out. After five minutes of nothing else no question is asked again, but the last one is still
/// retried as calls are.
///
/// # Errors
/// - [`Timeout`](ErrorKind::Timeout): the run goes on, but the `deadline` has come.
/// - [`NotFound`](ErrorKind::NotFound): there is no such run, or no longer.
/// - What calls fail with, if that does not pass.
#[must_use = "nothing is asked before it is awaited"]
pub struct WaitForRun {
    ws: WorkspaceClient,
    run: Uuid,
    interval: Duration,
    deadline: Option<Duration>,
    on_status: Option<OnStatus>,
}

type OnStatus = Box<dyn FnMut(&ExecutionStatus) + Send>;

const INTERVAL: Duration = Duration::from_secs(5);

/// How long a server may be away.
const OUTAGE: Duration = Duration::from_secs(300);

impl WaitForRun {
    pub(crate) fn new(ws: WorkspaceClient, run: Uuid) -> Self {
        Self {
            ws,
            run,
            interval: INTERVAL,
            deadline: None,
            on_status: None,
        }
    }

    /// How long to wait between two questions; 5 s if not given.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// How long to wait for the end of the run; for as long as it takes if not given.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What to do with the first status, and with each that is another than the one before.
    pub fn on_status(mut self, tell: impl FnMut(&ExecutionStatus) + Send + 'static) -> Self {
        self.on_status = Some(Box::new(tell));
        self
    }

    // Inlined, as generated calls are: a run has most types in it, and what reads them is compiled
    // only for programs that need it.
    #[inline]
    async fn wait(self) -> Result<PipelineRunResponse> {
        let (ws, run) = (self.ws.clone(), self.run);
        let deadline = self.deadline;
        let world = ws.transport.runtime();
        let mut last = None;
        let finished = async {
            self.until_finished(&mut last).await?;
            Ok(ws.get_run().run_id(run).send().await?.into_inner())
        };
        let in_time = world.within(deadline, pin!(finished)).await;
        in_time.unwrap_or_else(|| Err(too_late(run, last.as_ref(), deadline)))
    }

    /// Keeps the status where whoever gives up the waiting finds it.
    async fn until_finished(mut self, last: &mut Option<ExecutionStatus>) -> Result<()> {
        let clock = &*self.ws.transport.runtime().clock;
        let mut answered = clock.now();
        loop {
            match self.ws.get_run_status().run_id(self.run).send().await {
                Ok(status) => {
                    let status = status.into_inner();
                    answered = clock.now();
                    if last.as_ref() != Some(&status) {
                        tracing::debug!(target: "zenml", run = %self.run, %status);
                        if let Some(tell) = &mut self.on_status {
                            tell(&status);
                        }
                    }
                    let status = last.insert(status);
                    if status.is_finished() {
                        return Ok(());
                    }
                }
                Err(error) if error.is_retryable() && clock.now() - answered < OUTAGE => {
                    tracing::debug!(target: "zenml", run = %self.run, error.kind = ?error.kind());
                }
                Err(error) => return Err(error),
            }
            clock.sleep(self.interval).await;
        }
    }
}

fn too_late(run: Uuid, last: Option<&ExecutionStatus>, limit: Option<Duration>) -> Error {
    let seconds = limit.unwrap_or_default().as_secs_f64();
    let status = match last {
        Some(status) => format!("it was {status} last"),
        None => "the server has not told its status".to_owned(),
    };
    let message = format!("run {run} did not end within {seconds} s; {status}");
    let hint = "the run goes on: wait for it again, or stop it by `stop_run`";
    Error::new(ErrorKind::Timeout, message)
        .with_operation("wait_for_run")
        .with_hint(Some(hint.to_owned()))
}

impl IntoFuture for WaitForRun {
    type Output = Result<PipelineRunResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

impl fmt::Debug for WaitForRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForRun")
            .field("run", &self.run)
            .field("interval", &self.interval)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
