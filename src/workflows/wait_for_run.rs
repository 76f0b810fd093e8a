//! When has a run ended?

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use uuid::Uuid;

use crate::error::escape::escaped;
use crate::workspace::types::{ExecutionStatus, PipelineRunResponse};
use crate::{Call, Error, ErrorKind, Operation, Result, Transport, WorkspaceClient};

impl WorkspaceClient {
    /// Waits for a run to end.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient, id: uuid::Uuid) -> zenml::Result<()> {
    /// use std::time::Duration;
    ///
    /// let run = client
    ///     .wait_for_run(id)
    ///     .deadline(Duration::from_secs(3600))
    ///     .on_status(|status| eprintln!("{status}"))
    ///     .wait()
    ///     .await?;
    /// let succeeded = run.status().is_some_and(|status| status.is_successful());
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_run(&self, run: Uuid) -> WaitForRun {
        WaitForRun {
            transport: self.transport.clone(),
            run,
            interval: INTERVAL,
            deadline: None,
            on_status: None,
        }
    }
}

// The values of `ExecutionStatus` in `enums.py` of ZenML 0.98.0.
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
    /// Returns whether the run has ended. A status of a newer server counts as not ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        FINISHED.contains(&self.as_str())
    }

    /// Returns whether the run has ended successfully.
    #[must_use]
    pub fn is_successful(&self) -> bool {
        SUCCESSFUL.contains(&self.as_str())
    }
}

/// Builder that waits for a run to end, created by [`WorkspaceClient::wait_for_run`].
#[must_use = "nothing is waited for until `wait` is called"]
pub struct WaitForRun {
    transport: Transport,
    run: Uuid,
    interval: Duration,
    deadline: Option<Duration>,
    on_status: Option<OnStatus>,
}

type OnStatus = Box<dyn FnMut(&ExecutionStatus) + Send>;

const INTERVAL: Duration = Duration::from_secs(5);

/// The longest series of failed polls that is tolerated.
const OUTAGE: Duration = Duration::from_secs(300);

// Not the generated operations, which another server's document may lack.
static GET_STATUS: Operation = Operation::get("get_run_status", "/api/v1/runs/{run_id}/status");
static GET_RUN: Operation = Operation::get("get_run", "/api/v1/runs/{run_id}");

impl WaitForRun {
    /// Sets the time between two polls of the status. Defaults to 5 seconds.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the maximum time to wait. Defaults to no limit.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets a callback for status changes. It is called with the first status, and with each status
    /// that differs from the previous one.
    pub fn on_status(mut self, callback: impl FnMut(&ExecutionStatus) + Send + 'static) -> Self {
        self.on_status = Some(Box::new(callback));
        self
    }

    /// Waits for the run to end and returns it, whether it succeeded or failed.
    ///
    /// Transient failures, such as a lost connection or a server that restarts, do not end the wait.
    /// It stops after five minutes of consecutive failures, and returns the error of the last one.
    ///
    /// # Errors
    /// - [`Timeout`](ErrorKind::Timeout): the `deadline` passed. The run itself continues.
    /// - [`NotFound`](ErrorKind::NotFound): the run does not exist, or was deleted.
    ///
    /// The other errors are those of all calls.
    // Inlined, as generated calls are: a run contains most types of the document, and their decoders
    // are compiled only for programs that use them.
    #[inline]
    pub async fn wait(self) -> Result<PipelineRunResponse> {
        let (transport, run, deadline) = (self.transport.clone(), self.run, self.deadline);
        let mut last = None;
        let finished = async {
            self.until_finished(&mut last).await?;
            let call = Call::new(&transport, &GET_RUN).path("run_id", run);
            Ok(call.send::<PipelineRunResponse>().await?.into_inner())
        };
        let in_time = transport.runtime().within(deadline, pin!(finished)).await;
        in_time.unwrap_or_else(|| Err(deadline_passed(run, last.as_ref(), deadline)))
    }

    /// Polls until the run has ended. The last status outlives the future, which the deadline drops.
    async fn until_finished(mut self, last: &mut Option<ExecutionStatus>) -> Result<()> {
        let clock = &*self.transport.runtime().clock;
        let mut last_success = clock.now();
        loop {
            let call = Call::new(&self.transport, &GET_STATUS).path("run_id", self.run);
            match call.send::<ExecutionStatus>().await {
                Ok(status) => {
                    let status = status.into_inner();
                    last_success = clock.now();
                    if last.as_ref() != Some(&status) {
                        let shown = escaped(status.to_string());
                        tracing::debug!(target: "zenml", run = %self.run, status = shown);
                        if let Some(callback) = &mut self.on_status {
                            callback(&status);
                        }
                    }
                    let status = last.insert(status);
                    if status.is_finished() {
                        return Ok(());
                    }
                }
                Err(error) if error.is_retryable() && clock.now() - last_success < OUTAGE => {
                    tracing::debug!(target: "zenml", run = %self.run, error.kind = ?error.kind());
                }
                Err(error) => return Err(error),
            }
            clock.sleep(self.interval).await;
        }
    }
}

fn deadline_passed(run: Uuid, last: Option<&ExecutionStatus>, limit: Option<Duration>) -> Error {
    let seconds = limit.unwrap_or_default().as_secs_f64();
    let status = match last {
        Some(status) => format!("its last status is {status}"),
        None => "its status is unknown".to_owned(),
    };
    let message = format!("run {run} did not end within {seconds} s; {status}");
    let hint = "the run continues; wait for it again, or stop it with `stop_run`";
    Error::new(ErrorKind::Timeout, message)
        .with_operation("wait_for_run")
        .with_hint(Some(hint.to_owned()))
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
