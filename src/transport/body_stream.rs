//! How is the body of a response read, whole or piece by piece?

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Body as _;

use super::context::CallContext;
use crate::{Error, ErrorKind, Result};

/// Body of a response, read as it arrives. Errors name the call.
pub(crate) struct BodyStream {
    body: reqwest::Body,
    pub context: CallContext,
}

impl BodyStream {
    pub fn new(body: reqwest::Body, context: CallContext) -> Self {
        Self { body, context }
    }

    /// Polls for the next piece.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let chunk = ready!(poll_data(&mut self.body, cx));
        Poll::Ready(chunk.map(|chunk| chunk.map_err(|error| self.context.explain(error))))
    }

    /// Reads the rest of the body.
    ///
    /// # Errors
    /// `TooLarge` if the rest is longer than `limit` bytes.
    pub async fn read(self, limit: usize) -> Result<Bytes> {
        let Self { body, context } = self;
        let read = read(body, limit).await;
        read.map_err(|error| context.explain(error))
    }
}

fn poll_data(body: &mut reqwest::Body, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
    loop {
        match ready!(Pin::new(&mut *body).poll_frame(cx)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(Error::from_http(error)))),
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

/// Reads a whole body.
///
/// # Errors
/// `TooLarge` if the body is longer than `limit` bytes.
pub(crate) async fn read(mut body: reqwest::Body, limit: usize) -> Result<Bytes> {
    let too_large = |length: u64| {
        let message = format!("{length} bytes or more; the limit is {limit} bytes");
        Error::new(ErrorKind::TooLarge, message)
    };
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(too_large(announced));
    }
    let Some(first) = next_data(&mut body).await.transpose()? else {
        return Ok(Bytes::new());
    };
    if body.is_end_stream() && first.len() <= limit {
        return Ok(first);
    }
    // An announced length is trusted up to 1 MiB.
    let mut whole = Vec::with_capacity(announced.min(1 << 20) as usize);
    whole.extend_from_slice(&first);
    while whole.len() <= limit {
        match next_data(&mut body).await.transpose()? {
            Some(data) => whole.extend_from_slice(&data),
            None => return Ok(whole.into()),
        }
    }
    Err(too_large(whole.len() as u64))
}

/// Reads a body up to about `limit` bytes. A body that is cut off ends there.
pub(crate) async fn read_beginning(mut body: reqwest::Body, limit: usize) -> Vec<u8> {
    let mut beginning = Vec::new();
    while beginning.len() < limit
        && let Some(Ok(data)) = next_data(&mut body).await
    {
        beginning.extend_from_slice(&data);
    }
    beginning
}
