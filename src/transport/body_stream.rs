//! How is the body of a response read, whole or piece by piece?

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;

use super::connection::Permit;
use super::context::CallContext;
use crate::error::from_http::transfer_error;
use crate::runtime::Runtime;
use crate::{Error, ErrorKind, Result};

/// Body of a response, read as it arrives. Errors name the call.
pub(crate) struct BodyStream {
    body: reqwest::Body,
    pub context: CallContext,
    runtime: Runtime,
    /// Maximum time between two pieces.
    idle_timeout: Option<Duration>,
    /// Timer of the wait for the next piece.
    timer: Option<Timer>,
    /// Counts the call as a concurrent request.
    _permit: Option<Permit>,
}

pub(crate) type Timer = Pin<Box<dyn Future<Output = ()> + Send>>;

impl BodyStream {
    pub fn new(
        body: reqwest::Body,
        context: CallContext,
        runtime: Runtime,
        idle_timeout: Option<Duration>,
        permit: Option<Permit>,
    ) -> Self {
        Self {
            body,
            context,
            runtime,
            idle_timeout,
            timer: None,
            _permit: permit,
        }
    }

    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Replaces the maximum time between two pieces.
    pub fn set_idle_timeout(&mut self, limit: Duration) {
        self.idle_timeout = Some(limit);
        self.timer = None;
    }

    /// Polls for the next piece.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        match poll_data(&mut self.body, cx) {
            Poll::Ready(chunk) => {
                self.timer = None;
                Poll::Ready(chunk.map(|chunk| chunk.map_err(|error| self.context.explain(error))))
            }
            Poll::Pending => {
                let Some(limit) = self.idle_timeout else {
                    return Poll::Pending;
                };
                let clock = &self.runtime.clock;
                let timer = self.timer.get_or_insert_with(|| clock.time_limit(limit));
                ready!(timer.as_mut().poll(cx));
                // Closes the connection.
                self.body = reqwest::Body::default();
                self.timer = None;
                Poll::Ready(Some(Err(self.context.explain(silent(limit)))))
            }
        }
    }
}

fn silent(limit: Duration) -> Error {
    let seconds = limit.as_secs_f64();
    let message = format!("the server has not sent any data for {seconds:.1} s");
    Error::new(ErrorKind::Timeout, message)
}

pub(crate) fn too_large(length: u64, limit: usize) -> Error {
    let message = format!("{length} bytes or more; raise the limit of {limit} bytes");
    Error::new(ErrorKind::TooLarge, message)
}

fn poll_data(body: &mut reqwest::Body, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
    loop {
        match ready!(Pin::new(&mut *body).poll_frame(cx)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(transfer_error(&error)))),
            // Trailers are skipped.
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Poll::Ready(Some(Ok(data)));
                }
            }
        }
    }
}

async fn next_data(body: &mut reqwest::Body) -> Option<Result<Bytes>> {
    poll_fn(|cx| poll_data(body, cx)).await
}

/// Returns the next piece of a body, or an error if it is silent for `idle_timeout`.
pub(crate) async fn next_within(
    body: &mut reqwest::Body,
    runtime: &Runtime,
    idle_timeout: Option<Duration>,
) -> Option<Result<Bytes>> {
    let data = pin!(next_data(body));
    let data = runtime.within(idle_timeout, data).await;
    data.unwrap_or_else(|| Some(Err(silent(idle_timeout.unwrap_or_default()))))
}

/// Reads a whole body.
///
/// # Errors
/// `TooLarge` if the body is longer than `limit` bytes; `Timeout` if it is silent for `idle_timeout`.
pub(crate) async fn read(
    mut body: reqwest::Body,
    limit: usize,
    runtime: &Runtime,
    idle_timeout: Option<Duration>,
) -> Result<Bytes> {
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(too_large(announced, limit));
    }
    let Some(first) = next_within(&mut body, runtime, idle_timeout)
        .await
        .transpose()?
    else {
        return Ok(Bytes::new());
    };
    if body.is_end_stream() && first.len() <= limit {
        return Ok(first);
    }
    // An announced length is trusted up to 1 MiB.
    let mut whole = Vec::with_capacity(announced.min(1 << 20) as usize);
    whole.extend_from_slice(&first);
    while whole.len() <= limit {
        match next_within(&mut body, runtime, idle_timeout)
            .await
            .transpose()?
        {
            Some(data) => whole.extend_from_slice(&data),
            None => return Ok(whole.into()),
        }
    }
    Err(too_large(whole.len() as u64, limit))
}

/// Reads up to about `limit` bytes of a body into `beginning`. A body that is cut off ends there.
pub(crate) async fn read_beginning(mut body: reqwest::Body, limit: usize, beginning: &mut Vec<u8>) {
    while beginning.len() < limit
        && let Some(Ok(data)) = next_data(&mut body).await
    {
        beginning.extend_from_slice(&data);
    }
}
