use std::fmt;
use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::streaming::part_file::PartFile;
use crate::transport::execute::Origin;
use crate::{Error, ErrorKind, Result};

/// The pieces of a body as they come, their errors naming the call.
pub(crate) struct BodyStream {
    body: reqwest::Body,
    pub origin: Origin,
}

impl BodyStream {
    pub fn new(body: reqwest::Body, origin: Origin) -> Self {
        Self { body, origin }
    }

    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let chunk = ready!(poll_data(&mut self.body, cx));
        Poll::Ready(chunk.map(|chunk| chunk.map_err(|error| self.origin.explain(error))))
    }

    /// The whole rest, if it is not longer than the limit.
    pub async fn read(self, limit: usize) -> Result<Bytes> {
        let Self { body, origin } = self;
        let read = read(body, limit).await;
        read.map_err(|error| origin.explain(error))
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

/// A body as a whole, in one piece.
pub(crate) async fn read(mut body: reqwest::Body, limit: usize) -> Result<Bytes> {
    let too_large = |length: u64| {
        let message = format!("{length} bytes or more, where {limit} are allowed");
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
    // What is announced is only believed up to a point.
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

/// As much of a body as comes, up to about a limit.
pub(crate) async fn read_beginning(mut body: reqwest::Body, limit: usize) -> Vec<u8> {
    let mut beginning = Vec::new();
    while beginning.len() < limit
        && let Some(Ok(data)) = next_data(&mut body).await
    {
        beginning.extend_from_slice(&data);
    }
    beginning
}

/// A download, as it comes: it is never held in memory as a whole.
///
/// A [`Stream`] of pieces of any length; or write it somewhere with
/// [`save_to`](Self::save_to) or [`write_to`](Self::write_to). An error ends the stream:
/// [`Interrupted`](ErrorKind::Interrupted) when the connection breaks.
pub struct ByteStream(BodyStream);

impl ByteStream {
    pub(crate) fn new(body: BodyStream) -> Self {
        Self(body)
    }

    /// The next piece; none at the end.
    pub async fn chunk(&mut self) -> Option<Result<Bytes>> {
        poll_fn(|cx| self.0.poll_chunk(cx)).await
    }

    /// Writes what comes to a writer, flushes it, and returns the number of bytes.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) when the writer fails, otherwise what the stream itself answers.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64> {
        let mut length = 0;
        while let Some(chunk) = self.chunk().await.transpose()? {
            let written = writer.write_all(&chunk).await;
            written.map_err(|error| self.failed("the download cannot be written", error))?;
            length += chunk.len() as u64;
        }
        let flushed = writer.flush().await;
        flushed.map_err(|error| self.failed("the download cannot be written", error))?;
        Ok(length)
    }

    /// Writes what comes to a file, and returns the number of bytes.
    ///
    /// The file appears under its name, or replaces an older one, only when it is complete and on
    /// disk. Until then it lies beside, hidden and ending in `.part`; it is removed when the
    /// download fails or is given up.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) when the file cannot be written, otherwise what the stream itself
    /// answers.
    pub async fn save_to(self, path: impl AsRef<Path>) -> Result<u64> {
        let path = path.as_ref();
        let origin = self.0.origin.clone();
        let failed = |error| {
            let what = format!("the download cannot be saved as {}", path.display());
            origin.explain(io_error(&what, error))
        };
        let (part, mut file) = PartFile::create(path).await.map_err(failed)?;
        let length = self.write_to(&mut file).await?;
        file.sync_all().await.map_err(failed)?;
        part.complete(path).await.map_err(failed)?;
        Ok(length)
    }

    /// The whole download in memory.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) when it is longer than `limit` bytes.
    pub async fn bytes(self, limit: usize) -> Result<Bytes> {
        self.0.read(limit).await
    }

    fn failed(&self, what: &str, error: std::io::Error) -> Error {
        self.0.origin.explain(io_error(what, error))
    }
}

fn io_error(what: &str, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{what}: {error}")).with_source(error)
}

impl Stream for ByteStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_chunk(cx)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ByteStream").field(&self.0.origin).finish()
    }
}

#[cfg(test)]
mod tests;
