use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;

use crate::streaming::byte_stream::BodyStream;
use crate::streaming::event::{Event, EventParser};
use crate::{Error, Result};

/// Server-sent events, as they come.
///
/// A [`Stream`]; [`next`](Self::next) does without a stream library. It ends when the server ends
/// it, or with an error, [`Interrupted`](crate::ErrorKind::Interrupted) when the connection breaks.
/// To go on, repeat the call with [`last_event_id`](Self::last_event_id).
///
/// Of the run events of the Workspace API, `end` is the last one of a run; `cursor` carries
/// nothing but a position, and `gap` says that events were lost (`zen_server/streaming/sse.py`).
pub struct EventStream {
    body: BodyStream,
    parser: EventParser,
    events: VecDeque<Event>,
    // Comes after the events that were complete before it.
    error: Option<Error>,
    ended: bool,
    /// Position of what the caller has seen, which the parser is ahead of.
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

    /// The next event; none at the end.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Where to go on after this stream, as `Last-Event-ID`; none when the server gave no
    /// position.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// How long the server asks to wait before a new connection, if it does.
    pub fn retry(&self) -> Option<Duration> {
        self.parser.retry
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Event>>> {
        loop {
            let event = self.events.pop_front();
            let position = match &event {
                Some(event) if !self.events.is_empty() => &event.id,
                // Positions may follow that no event came with.
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
                        let error = self.body.origin.explain(error);
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
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("origin", &self.body.origin)
            .field("last_event_id", &self.last_id)
            .finish_non_exhaustive()
    }
}
