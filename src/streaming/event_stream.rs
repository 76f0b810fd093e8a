//! A stream of server-sent events.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;

use crate::streaming::event_parser::EventParser;
use crate::transport::body_stream::BodyStream;
use crate::{Error, Result, ServerSentEvent};

/// Server-sent events, read while they arrive.
///
/// This is a [`Stream`] of [`ServerSentEvent`]s; [`next`](Self::next) reads it without a stream
/// library. The stream ends when the server closes it, or with an error:
///
/// - [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted): the connection broke.
/// - [`ErrorKind::Timeout`](crate::ErrorKind::Timeout): the stream was silent for longer than
///   [`idle_timeout`](crate::CallOptions::idle_timeout).
/// - [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge): an event is longer than 16 MiB.
///
/// To resume the stream, send the call again with [`last_event_id`](Self::last_event_id).
///
/// Some run events of the Workspace API have a special meaning: `end` is the last event of a run,
/// `cursor` carries only a position, and `gap` means that events were lost (`zen_server/streaming/sse.py` in ZenML
/// 0.98.0).
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient, run_id: uuid::Uuid) -> zenml::Result<()> {
/// let call = client.stream_run_events().pipeline_run_id(run_id);
/// let mut events = call.send().await?.into_inner();
/// while let Some(event) = events.next().await {
///     let event = event?;
///     println!("{}: {}", event.name, event.data);
/// }
/// # Ok(())
/// # }
/// ```
pub struct EventStream {
    body: BodyStream,
    parser: EventParser,
    events: VecDeque<ServerSentEvent>,
    /// The error that ends the stream, after the events that were complete before it.
    error: Option<Error>,
    ended: bool,
    /// The position of the last event that the caller has seen; the parser is ahead of it.
    last_id: Option<String>,
}

impl EventStream {
    pub(crate) fn new(body: BodyStream) -> Self {
        Self {
            body,
            parser: EventParser::default(),
            events: VecDeque::new(),
            error: None,
            ended: false,
            last_id: None,
        }
    }

    /// Returns the next event, or `None` at the end of the stream.
    ///
    /// # Errors
    /// Returns the error that ends the stream; see [`EventStream`].
    pub async fn next(&mut self) -> Option<Result<ServerSentEvent>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Returns the position of the last event, if the server sent one.
    ///
    /// Send it as `Last-Event-ID` to resume the stream.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// Returns the time to wait before a new connection, if the server sent one.
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.parser.reconnection_time
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ServerSentEvent>>> {
        loop {
            let event = self.events.pop_front();
            let position = match &event {
                Some(event) if !self.events.is_empty() => &event.id,
                // Positions without events may follow.
                _ => &self.parser.last_id,
            };
            self.last_id.clone_from(position);
            if let Some(event) = event {
                return Poll::Ready(Some(Ok(event)));
            }
            if let Some(error) = self.error.take() {
                return Poll::Ready(Some(Err(error)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            match ready!(self.body.poll_chunk(cx)) {
                Some(Ok(bytes)) => {
                    if let Err(error) = self.parser.feed(&bytes, &mut self.events) {
                        let error = self.body.context.explain(error);
                        self.fail(error);
                    }
                }
                Some(Err(error)) => self.fail(error),
                None => self.ended = true,
            }
        }
    }

    fn fail(&mut self, error: Error) {
        self.error = Some(error);
        self.ended = true;
    }
}

impl Stream for EventStream {
    type Item = Result<ServerSentEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("context", &self.body.context)
            .field("last_event_id", &self.last_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
