//! When has a run ended?

use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use uuid::Uuid;

use crate::error::escape::escaped;
use crate::workflows::finished_run::FinishedRun;
use crate::workflows::patience::Patience;
use crate::workflows::run_progress::{RunProgress, StepProgress};
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
    ///     .await?;
    /// // The run has ended. The next line returns an error if it did not succeed.
    /// let run = run.into_result().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_run(&self, run: Uuid) -> WaitForRun {
        WaitForRun {
            transport: self.transport.clone(),
            run,
            interval: INTERVAL,
            max_interval: MAX_INTERVAL,
            deadline: None,
            on_status: None,
            on_progress: None,
            stop: None,
            graceful: false,
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
///
/// Await the builder, or its method [`wait`](Self::wait). Dropping the future ends the polling and
/// nothing else: it leaves no task behind, and the run continues.
#[must_use = "nothing is waited for until the builder is awaited"]
pub struct WaitForRun {
    transport: Transport,
    run: Uuid,
    interval: Duration,
    max_interval: Duration,
    deadline: Option<Duration>,
    on_status: Option<OnStatus>,
    on_progress: Option<OnProgress>,
    stop: Option<Stop>,
    graceful: bool,
}

type OnStatus = Box<dyn FnMut(&ExecutionStatus) + Send>;
type OnProgress = Box<dyn FnMut(&RunProgress) + Send>;
type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

const INTERVAL: Duration = Duration::from_secs(1);
const MAX_INTERVAL: Duration = Duration::from_secs(15);

// Not the generated operations, which another server's document may lack.
static GET_STATUS: Operation = Operation::get("get_run_status", "/api/v1/runs/{run_id}/status");
static GET_RUN: Operation = Operation::get("get_run", "/api/v1/runs/{run_id}");
static STOP_RUN: Operation =
    Operation::post("stop_run", "/api/v1/runs/{run_id}/stop").without_body();

impl WaitForRun {
    /// Sets the time between the first two polls of the status. Defaults to 1 second.
    ///
    /// Each further wait is longer by half, up to the [`max_interval`](Self::max_interval).
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the maximum time between two polls of the status. Defaults to 15 seconds, or to the
    /// `interval` if that is longer.
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = interval;
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

    /// Sets a callback for progress. It is called first with the status and the number of steps at
    /// the start, and then each time that one of them has changed.
    ///
    /// Each poll then takes a second request, for the graph of the run.
    pub fn on_progress(mut self, callback: impl FnMut(&RunProgress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// Stops the run when a future completes, and waits until the run has stopped.
    ///
    /// The result is the run, with the status that it ended with. The server refuses to stop the run
    /// if the orchestrator does not support it ([`ErrorKind::Unsupported`]).
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient, id: uuid::Uuid) -> zenml::Result<()> {
    /// use std::time::Duration;
    ///
    /// let too_late = tokio::time::sleep(Duration::from_secs(3600));
    /// let run = client.wait_for_run(id).stop_on(too_late).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop_on(mut self, future: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Some(Box::pin(future));
        self
    }

    /// Sets whether [`stop_on`](Self::stop_on) lets running steps end in an orderly way. Defaults to
    /// `false`.
    pub fn stop_gracefully(mut self, graceful: bool) -> Self {
        self.graceful = graceful;
        self
    }

    /// Waits for the run to end and returns it, whether it succeeded or failed.
    ///
    /// Transient failures, such as a lost connection or a server that restarts, do not end the wait.
    /// It ends after five minutes of consecutive failures, with the error of the last one.
    ///
    /// # Errors
    /// - [`Timeout`](ErrorKind::Timeout): the `deadline` passed. The run itself continues.
    /// - [`NotFound`](ErrorKind::NotFound): the run does not exist, or was deleted.
    ///
    /// The other errors are those of all calls.
    // Inlined, as generated calls are: a run contains most types of the document, and their decoders
    // are compiled only for programs that use them.
    #[inline]
    pub async fn wait(self) -> Result<FinishedRun> {
        let (transport, run, deadline) = (self.transport.clone(), self.run, self.deadline);
        let mut last = None;
        let finished = async {
            let mut patience = Patience::new(&transport);
            let status = self.until_finished(&mut patience, &mut last).await?;
            let call = Call::new(&transport, &GET_RUN).path("run_id", run);
            let run = patience.send::<PipelineRunResponse>(&call).await?;
            Ok(FinishedRun::new(&transport, run, status))
        };
        let in_time = transport.runtime().within(deadline, pin!(finished)).await;
        in_time.unwrap_or_else(|| Err(deadline_passed(run, last.as_ref(), deadline)))
    }

    /// Polls until the run has ended, and stops it if it shall. The last progress outlives the
    /// future, which the deadline drops.
    async fn until_finished(
        mut self,
        patience: &mut Patience,
        last: &mut Option<RunProgress>,
    ) -> Result<ExecutionStatus> {
        let Some(mut stop) = self.stop.take() else {
            return self.poll(patience, last).await;
        };
        let finished = {
            let mut polling = pin!(self.poll(patience, last));
            let next = poll_fn(|cx| match polling.as_mut().poll(cx) {
                Poll::Ready(finished) => Poll::Ready(Some(finished)),
                Poll::Pending => stop.as_mut().poll(cx).map(|()| None),
            });
            next.await
        };
        if let Some(finished) = finished {
            return finished;
        }
        // The second polling starts with short intervals.
        self.request_stop(patience).await?;
        self.poll(patience, last).await
    }

    async fn poll(
        &mut self,
        patience: &mut Patience,
        last: &mut Option<RunProgress>,
    ) -> Result<ExecutionStatus> {
        let clock = self.transport.runtime().clock.clone();
        let (mut interval, longest) = (self.interval, self.max_interval.max(self.interval));
        loop {
            let status = self.status(patience).await?;
            let is_finished = status.is_finished();
            self.report(status.clone(), last).await;
            if is_finished {
                return Ok(status);
            }
            clock.sleep(interval).await;
            interval = interval.saturating_add(interval / 2).min(longest);
        }
    }

    async fn status(&mut self, patience: &mut Patience) -> Result<ExecutionStatus> {
        let call = Call::new(&self.transport, &GET_STATUS).path("run_id", self.run);
        patience.send(&call).await
    }

    /// Calls the callbacks for what has changed.
    async fn report(&mut self, status: ExecutionStatus, last: &mut Option<RunProgress>) {
        let previous = last.clone();
        let mut steps = previous.as_ref().and_then(|previous| previous.steps);
        if self.on_progress.is_some() {
            // Progress is an extra: without it, the wait goes on.
            match StepProgress::of(&self.transport, self.run).await {
                Ok(now) => steps = Some(now),
                Err(error) => {
                    tracing::debug!(target: "zenml", run = %self.run, error.kind = ?error.kind());
                }
            }
        }
        let now = last.insert(RunProgress { status, steps });
        if previous.as_ref() == Some(now) {
            return;
        }
        if previous.is_none_or(|previous| previous.status != now.status) {
            let shown = escaped(now.status.to_string());
            tracing::debug!(target: "zenml", run = %self.run, status = shown);
            if let Some(callback) = &mut self.on_status {
                callback(&now.status);
            }
        }
        if let Some(callback) = &mut self.on_progress {
            callback(now);
        }
    }

    async fn request_stop(&mut self, patience: &mut Patience) -> Result<()> {
        let call = Call::new(&self.transport, &STOP_RUN)
            .path("run_id", self.run)
            .query("graceful", self.graceful);
        let Err(error) = patience.send::<()>(&call).await else {
            return Ok(());
        };
        // The server refuses to stop a run that has ended or is stopping, perhaps because an earlier
        // attempt arrived.
        let status = self.status(patience).await?;
        if status.is_finished() || status.as_str() == "stopping" {
            return Ok(());
        }
        Err(error)
    }
}

impl IntoFuture for WaitForRun {
    type Output = Result<FinishedRun>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    // Inlined for the same reason as `wait`.
    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

fn deadline_passed(run: Uuid, last: Option<&RunProgress>, limit: Option<Duration>) -> Error {
    let seconds = limit.unwrap_or_default().as_secs_f64();
    let status = match last {
        Some(progress) => format!("its last status is {}", progress.status),
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
            .field("max_interval", &self.max_interval)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
