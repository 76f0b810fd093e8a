//! A stream of server-sent events.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_core::Stream;
use http::{StatusCode, header};

use crate::runtime::Runtime;
use crate::streaming::event_parser::{EventParser, Parsed};
use crate::streaming::reopen::{Opening, Reopen};
use crate::streaming::replay::Replay;
use crate::transport::body_stream::{BodyStream, Timer};
use crate::transport::call_response::StreamedResponse;
use crate::transport::context::CallContext;
use crate::{Error, ErrorKind, Result, ServerSentEvent};

/// Server-sent events, read while they arrive.
///
/// This is a [`Stream`] of [`ServerSentEvent`]s; [`next`](Self::next) reads it without a stream
/// library.
///
/// # Reconnecting
///
/// When the connection breaks, the stream waits for the time that the server asked for (1 second
/// without one, longer after further failures, and at most the time of
/// [`give_up_after`](Self::give_up_after)), and connects again with the position of the last event
/// (`Last-Event-ID`). No event is skipped or repeated. These count as a broken connection:
///
/// - The server closes the connection before the event [`end`](ServerSentEvent::is_end).
/// - The server sends nothing, not even a comment, for the
///   [`idle_timeout`](crate::CallOptions::idle_timeout) of the client or the
///   [`stall_limit`](Self::stall_limit) of the stream.
/// - The server reports a [`gap`](ServerSentEvent::is_gap). The stream returns that event, and then asks
///   for the lost events. A server that shuts down ends its streams in this way. If the server reports gaps
///   only for the time of [`give_up_after`](Self::give_up_after), the stream goes on without the lost events.
///
/// A stream whose events have no positions cannot be resumed. It ends when the server closes it, or
/// with an error when the connection breaks.
///
/// # Errors
///
/// An error ends the stream:
///
/// - The error of the last attempt, if no connection could be opened for five minutes
///   ([`give_up_after`](Self::give_up_after)).
/// - The error of a new connection that the server refuses, for example because the credentials have
///   expired.
/// - [`ErrorKind::TooLarge`]: an event is longer than 16 MiB.
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
    connection: Connection,
    reopen: Reopen,
    runtime: Runtime,
    context: CallContext,
    parser: EventParser,
    events: VecDeque<Parsed>,
    replay: Replay,
    /// The position of the last event that the caller has seen; the parser is ahead of it.
    last_id: Option<String>,
    has_events: bool,
    has_ended: bool,
    /// Since when the server reports gaps, until the next event.
    gap_since: Option<Instant>,
    /// The number of connections since the last event.
    failures: u32,
    /// When the connection broke, until bytes arrive on another one.
    broken_since: Option<Instant>,
    give_up_after: Duration,
    stall_limit: Option<Duration>,
}

enum Connection {
    Open(Box<BodyStream>),
    /// The next connection is not due yet.
    Waiting(Timer),
    Opening(Opening),
    Closed,
}

const RECONNECTION_TIME: Duration = Duration::from_secs(1);
const MAX_RECONNECTION_TIME: Duration = Duration::from_secs(30);
const OUTAGE: Duration = Duration::from_secs(300);

type Item = Result<ServerSentEvent>;

impl EventStream {
    /// Reads the events of a response, which begins after a position if the request has one.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Decode`] if the response is not an event stream.
    pub(crate) fn new(
        response: StreamedResponse,
        position: Option<String>,
        reopen: Reopen,
    ) -> Result<Self> {
        let context = response.body.context.clone();
        let runtime = response.body.runtime().clone();
        let connection = match body_of(response)? {
            Some(body) => Connection::Open(Box::new(body)),
            None => Connection::Closed,
        };
        let mut parser = EventParser::default();
        parser.resume_at(position.clone());
        Ok(Self {
            connection,
            reopen,
            context,
            parser,
            events: VecDeque::new(),
            replay: Replay::default(),
            last_id: position,
            has_events: false,
            has_ended: false,
            gap_since: None,
            failures: 0,
            broken_since: None,
            runtime,
            give_up_after: OUTAGE,
            stall_limit: None,
        })
    }

    /// Sets the longest outage during which the stream tries to reconnect. Defaults to 5 minutes.
    ///
    /// With [`Duration::ZERO`], the stream does not reconnect. It ends when the server closes it, or
    /// with an error when the connection breaks.
    #[must_use]
    pub fn give_up_after(mut self, outage: Duration) -> Self {
        self.give_up_after = outage;
        self
    }

    /// Sets the time without any byte after which the connection counts as broken. Defaults to the
    /// [`idle_timeout`](crate::CallOptions::idle_timeout) of the client. Also limits the wait for the response
    /// on a new connection.
    #[must_use]
    pub fn stall_limit(mut self, limit: Duration) -> Self {
        self.stall_limit = Some(limit);
        if let Connection::Open(body) = &mut self.connection {
            body.set_idle_timeout(limit);
        }
        self
    }

    /// Returns the next event, or `None` at the end of the stream.
    ///
    /// # Errors
    /// Returns the error that ends the stream; see [`EventStream`].
    pub async fn next(&mut self) -> Option<Item> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Returns the position of the last event, if the server sent one, or the position of the request.
    ///
    /// Send it as `Last-Event-ID` to resume the stream in another process.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// Returns the time to wait before a new connection, if the server sent one.
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.parser.reconnection_time
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        loop {
            if let Some((event, has_id)) = self.events.pop_front() {
                // Positions without events may follow the last one.
                let is_last = self.events.is_empty();
                let position = if is_last {
                    &self.parser.last_id
                } else {
                    &event.id
                };
                self.last_id.clone_from(position);
                match self.admit(event, has_id) {
                    Some(event) => return Poll::Ready(Some(Ok(event))),
                    None => continue,
                }
            }
            self.last_id.clone_from(&self.parser.last_id);
            let ended = match &mut self.connection {
                Connection::Open(body) => match ready!(body.poll_chunk(cx)) {
                    Some(Ok(bytes)) => {
                        self.broken_since = None;
                        let fed = self.parser.feed(&bytes, &mut self.events);
                        fed.err()
                            .map(|error| self.fail(self.context.explain(error)))
                    }
                    Some(Err(error)) => self.reconnect(Some(error)),
                    None => self.reconnect(None),
                },
                Connection::Waiting(timer) => {
                    ready!(timer.as_mut().poll(cx));
                    let position = self.last_id.as_deref();
                    let header = position.map(|id| ("last-event-id", id));
                    let opening = (self.reopen)(header.as_slice(), self.stall_limit);
                    self.connection = Connection::Opening(opening);
                    None
                }
                Connection::Opening(opening) => {
                    let response = ready!(opening.as_mut().poll(cx));
                    self.opened(response)
                }
                Connection::Closed => Some(None),
            };
            if let Some(last) = ended {
                return Poll::Ready(last);
            }
        }
    }

    /// Returns the event, unless the caller has seen it.
    fn admit(&mut self, event: ServerSentEvent, has_id: bool) -> Option<ServerSentEvent> {
        if let (Some(id), true) = (&event.id, has_id) {
            if !self.replay.is_new(id) {
                return None;
            }
            self.failures = 0;
        }
        self.has_ended |= event.is_end();
        if !event.is_gap() {
            self.gap_since = None;
            self.has_events = true;
            return Some(event);
        }
        let now = self.runtime.clock.now();
        let was_gap = self.gap_since.is_some();
        let since = *self.gap_since.get_or_insert(now);
        if self.is_resumable() && now - since < self.give_up_after {
            // What follows on this connection comes after the lost events.
            self.events.clear();
            self.last_id.clone_from(&event.id);
            self.wait();
        }
        (!was_gap).then_some(event)
    }

    /// Returns whether another connection continues this one: the last event has a position, or there was
    /// no event.
    fn is_resumable(&self) -> bool {
        self.last_id.is_some() || !self.has_events
    }

    /// Continues with a new connection.
    fn opened(&mut self, response: Result<StreamedResponse>) -> Option<Option<Item>> {
        match response.and_then(body_of) {
            Ok(Some(body)) => {
                self.connection = Connection::Open(Box::new(body));
                None
            }
            Ok(None) => {
                self.connection = Connection::Closed;
                Some(None)
            }
            Err(error) => self.reconnect(Some(error)),
        }
    }

    /// Connects again after the connection broke, or was closed without an error. Returns the last item
    /// of the stream if that is not possible.
    fn reconnect(&mut self, error: Option<Error>) -> Option<Option<Item>> {
        let is_resumable = match &error {
            Some(error) => error.is_retryable() && self.is_resumable(),
            None => self.is_resumable() && !self.give_up_after.is_zero(),
        };
        if self.has_ended || error.is_none() && !is_resumable {
            self.connection = Connection::Closed;
            return Some(None);
        }
        let now = self.runtime.clock.now();
        let broken_since = *self.broken_since.get_or_insert(now);
        let outage = now.saturating_duration_since(broken_since);
        if !is_resumable || outage >= self.give_up_after {
            let error = error.unwrap_or_else(|| {
                let message = "the server closed the event stream before its end";
                self.context
                    .explain(Error::new(ErrorKind::Interrupted, message))
            });
            return Some(self.fail(error));
        }
        self.wait();
        None
    }

    /// Closes the connection, and waits for the time of the next one.
    fn wait(&mut self) {
        self.parser.resume_at(self.last_id.clone());
        self.replay.begin();
        let asked = self.parser.reconnection_time.unwrap_or(RECONNECTION_TIME);
        let asked = asked.min(self.give_up_after);
        let backoff = RECONNECTION_TIME.saturating_mul(2_u32.saturating_pow(self.failures));
        let delay = match self.failures {
            0 => asked,
            _ => asked.max(backoff.min(MAX_RECONNECTION_TIME)),
        };
        self.failures = self.failures.saturating_add(1);
        self.connection = Connection::Waiting(self.runtime.clock.sleep(delay));
    }

    fn fail(&mut self, error: Error) -> Option<Item> {
        self.connection = Connection::Closed;
        Some(Err(error))
    }
}

/// Returns the body of an event stream, or `None` if there are no further events: status 204 tells
/// clients not to reconnect.
fn body_of(response: StreamedResponse) -> Result<Option<BodyStream>> {
    if response.status == StatusCode::NO_CONTENT {
        return Ok(None);
    }
    let content_type = response.headers.get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or("a response without a content type");
    // Media types are case-insensitive (RFC 9110, section 8.3.1).
    let essence = content_type.split(';').next().unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("text/event-stream") {
        let message = format!("expected an event stream, got {content_type}");
        let error = Error::new(ErrorKind::Decode, message).with_status(response.status);
        return Err(response.body.context.explain(error));
    }
    Ok(Some(response.body))
}

impl Stream for EventStream {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("context", &self.context)
            .field("last_event_id", &self.last_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod reconnect_tests;
#[cfg(test)]
mod tests;
