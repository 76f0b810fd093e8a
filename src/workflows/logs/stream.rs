//! How do programs read the lines of logs?

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;

use futures_core::Stream;
use uuid::Uuid;

use super::line::{LogLevel, LogLine};
use super::reader::LogApi;
use super::rounds::{Rounds, Selection};
use super::sources::Owner;
use crate::workflows::patience::Patience;
use crate::{Result, Timestamp, Transport, WorkspaceClient};

impl WorkspaceClient {
    /// Returns the logs of a run and of its steps.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient, run: uuid::Uuid) -> zenml::Result<()> {
    /// use zenml::workflows::LogLevel;
    ///
    /// let mut logs = client.stream_run_logs(run).level(LogLevel::WARNING).follow();
    /// while let Some(line) = logs.next().await {
    ///     let line = line?;
    ///     println!("{:?}: {}", line.step, line.message);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream_run_logs(&self, run: Uuid) -> LogStream {
        LogStream::new(&self.transport, Owner::Run(run))
    }

    /// Returns the logs of a step.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient, step: uuid::Uuid) -> zenml::Result<()> {
    /// let lines = client.stream_step_logs(step).try_collect::<Vec<_>>().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream_step_logs(&self, step: Uuid) -> LogStream {
        LogStream::new(&self.transport, Owner::Step(step))
    }
}

/// The lines of the logs of a run or of a step, returned by [`WorkspaceClient::stream_run_logs`] and
/// [`WorkspaceClient::stream_step_logs`].
///
/// This is a [`Stream`] of [`LogLine`]s; [`next`](Self::next) reads it without a stream library. It
/// works with all supported servers: since 0.97.0 they return pages of entries, before that the whole
/// log. Set the filters and [`follow`](Self::follow) before you read the first line.
///
/// Lines arrive in order within each log. The logs are read one after the other: those of the run
/// first, then those of its steps in the order of their creation. With `follow`, what is new in each log
/// is read in turns.
///
/// Filters are applied by the client, because most servers have none. A server without a service for
/// logs returns the first 50,000 lines of a log only; after them, the stream ends with
/// [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge) if there may be more.
#[must_use = "a stream sends no request until it is polled"]
pub struct LogStream {
    lines: vec::IntoIter<LogLine>,
    state: State,
}

enum State {
    Idle(Box<Rounds>),
    Reading(Reading),
    Ended,
}

type Reading = Pin<Box<dyn Future<Output = (Box<Rounds>, Result<Option<Vec<LogLine>>>)> + Send>>;

/// The time between two rounds.
const INTERVAL: Duration = Duration::from_secs(1);

impl LogStream {
    fn new(transport: &Transport, owner: Owner) -> Self {
        let api = LogApi {
            patience: Patience::new(transport),
            transport: transport.clone(),
            has_entries: true,
        };
        let selection = Selection {
            owner,
            with_steps: true,
            source: None,
            level: None,
            since: None,
            until: None,
            follows: false,
            interval: INTERVAL,
        };
        Self {
            lines: Vec::new().into_iter(),
            state: State::Idle(Box::new(Rounds::new(api, selection))),
        }
    }

    /// Reads only the logs with this name: `step`, `client`, `orchestrator`, `runner` or another.
    /// Defaults to all logs.
    pub fn source(self, name: impl Into<String>) -> Self {
        self.with(|selection| selection.source = Some(name.into()))
    }

    /// Leaves out the logs of the steps of a run.
    pub fn without_steps(self) -> Self {
        self.with(|selection| selection.with_steps = false)
    }

    /// Returns only lines of this level or a higher one. Lines without a level count as
    /// [`LogLevel::INFO`].
    pub fn level(self, level: LogLevel) -> Self {
        self.with(|selection| selection.level = Some(level))
    }

    /// Returns only lines at or after this time. Lines without a time are returned too.
    pub fn since(self, time: impl Into<Timestamp>) -> Self {
        self.with(|selection| selection.since = Some(time.into()))
    }

    /// Returns only lines at or before this time. Lines without a time are returned too.
    pub fn until(self, time: impl Into<Timestamp>) -> Self {
        self.with(|selection| selection.until = Some(time.into()))
    }

    /// Waits for further lines until the run or the step has ended.
    ///
    /// The stream ends when the logs have been silent for three seconds after that. If the run has ended and
    /// a step has not, which happens when a step is killed, the log of that step must be silent for a
    /// minute. Transient failures, such as a server that restarts, do not end the stream; it ends after five
    /// minutes of consecutive failures, with the error of the last one.
    pub fn follow(self) -> Self {
        self.with(|selection| selection.follows = true)
    }

    /// Sets the time between two requests for further lines of each log. Defaults to 1 second.
    pub fn interval(self, interval: Duration) -> Self {
        self.with(|selection| selection.interval = interval)
    }

    fn with(mut self, set: impl FnOnce(&mut Selection)) -> Self {
        if let State::Idle(rounds) = &mut self.state {
            set(&mut rounds.selection);
        }
        self
    }

    /// Returns the next line, or `None` at the end.
    ///
    /// # Errors
    /// The item is the error that ends the stream: [`NotFound`](crate::ErrorKind::NotFound) if the run or
    /// the step does not exist, or an error of all calls.
    pub async fn next(&mut self) -> Option<Result<LogLine>> {
        poll_fn(|cx| self.poll_line(cx)).await
    }

    /// Collects all remaining lines.
    ///
    /// # Errors
    /// Returns the error that ends the stream, and drops the lines before it.
    pub async fn try_collect<C: Default + Extend<LogLine>>(mut self) -> Result<C> {
        let mut all = C::default();
        while let Some(line) = self.next().await {
            all.extend([line?]);
        }
        Ok(all)
    }

    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<LogLine>>> {
        loop {
            if let Some(line) = self.lines.next() {
                return Poll::Ready(Some(Ok(line)));
            }
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Idle(mut rounds) => {
                    self.state = State::Reading(Box::pin(async move {
                        let lines = rounds.next().await;
                        (rounds, lines)
                    }));
                }
                State::Reading(mut reading) => match reading.as_mut().poll(cx) {
                    Poll::Pending => {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    }
                    Poll::Ready((rounds, Ok(Some(lines)))) => {
                        self.lines = lines.into_iter();
                        self.state = State::Idle(rounds);
                    }
                    Poll::Ready((_, Ok(None))) => return Poll::Ready(None),
                    Poll::Ready((_, Err(error))) => return Poll::Ready(Some(Err(error))),
                },
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl Stream for LogStream {
    type Item = Result<LogLine>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_line(cx)
    }
}

impl fmt::Debug for LogStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogStream").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests;
