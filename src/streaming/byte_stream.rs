//! A download that is read while it arrives.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::streaming::part_file::PartFile;
use crate::streaming::reopen::Reopen;
use crate::streaming::resume::{Resume, Resumed};
use crate::transport::body_stream::{BodyStream, too_large};
use crate::transport::call_response::StreamedResponse;
use crate::transport::context::CallContext;
use crate::{Error, ErrorKind, Result};

/// A download, read while it arrives.
///
/// Save the download with [`save_to`](Self::save_to) or [`write_to`](Self::write_to), or read its
/// chunks: this is a [`Stream`] of [`Bytes`], and [`chunk`](Self::chunk) reads it without a stream
/// library. Only [`bytes`](Self::bytes) holds the whole content in memory.
///
/// An error ends the stream: [`ErrorKind::Interrupted`] if the connection breaks, or
/// [`ErrorKind::Timeout`] if the stream is silent for longer than the
/// [`idle_timeout`](crate::CallOptions::idle_timeout) of the client or the
/// [`stall_limit`](Self::stall_limit) of the stream.
///
/// Before that, the stream requests the missing rest (`Range` and `If-Range`, RFC 9110, section 14), if
/// the first response named a version of the content (`ETag` or `Last-Modified`). It gives up if the
/// server does not return the rest of the same version, or after five attempts that brought nothing.
/// ZenML servers create the archive of an artifact anew for each request, so that these downloads
/// cannot be resumed.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient, id: uuid::Uuid) -> zenml::Result<()> {
/// let token = client.get_artifact_download_token().artifact_version_id(id).send().await?;
/// let call = client.download_artifact_data().artifact_version_id(id).token(token.into_inner());
/// let length = call.send().await?.into_inner().save_to("data.tar.gz").await?;
/// println!("{length} bytes");
/// # Ok(())
/// # }
/// ```
pub struct ByteStream {
    source: Source,
    resume: Resume,
    progress: DownloadProgress,
    on_progress: Option<OnProgress>,
    stall_limit: Option<Duration>,
    context: CallContext,
}

enum Source {
    Open(BodyStream),
    /// The rest is requested, because the first response ended with this error.
    Resuming(Resumed, Option<Error>),
    Ended,
}

/// How much of a download has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress {
    /// The number of bytes that have arrived.
    pub received: u64,
    /// The number of all bytes, if the server told it.
    pub total: Option<u64>,
}

type OnProgress = Box<dyn FnMut(DownloadProgress) + Send>;

impl ByteStream {
    pub(crate) fn new(response: StreamedResponse, reopen: Reopen) -> Self {
        let length = response.headers.get(header::CONTENT_LENGTH);
        let total = length.and_then(|length| length.to_str().ok()?.parse().ok());
        Self {
            resume: Resume::new(&response, reopen),
            progress: DownloadProgress { received: 0, total },
            on_progress: None,
            stall_limit: None,
            context: response.body.context.clone(),
            source: Source::Open(response.body),
        }
    }

    /// Sets a callback for progress. It is called after each chunk.
    ///
    /// ```no_run
    /// # async fn example(download: zenml::stream::ByteStream) -> zenml::Result<()> {
    /// let download = download.on_progress(|progress| match progress.total {
    ///     Some(total) => eprintln!("{} of {total} bytes", progress.received),
    ///     None => eprintln!("{} bytes", progress.received),
    /// });
    /// download.save_to("data.tar.gz").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_progress(mut self, callback: impl FnMut(DownloadProgress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// Sets the time without any byte after which the connection counts as broken. Defaults to the
    /// [`idle_timeout`](crate::CallOptions::idle_timeout) of the client. Also limits the wait for the response
    /// on a new connection.
    #[must_use]
    pub fn stall_limit(mut self, limit: Duration) -> Self {
        self.stall_limit = Some(limit);
        if let Source::Open(body) = &mut self.source {
            body.set_idle_timeout(limit);
        }
        self
    }

    /// Returns the next chunk, or `None` at the end of the download.
    ///
    /// # Errors
    /// Returns the error that ends the stream; see [`ByteStream`].
    pub async fn chunk(&mut self) -> Option<Result<Bytes>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// Writes the download to `writer`, flushes it, and returns the number of bytes.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Io`] if the writer fails, or the error that ends the stream; see
    /// [`ByteStream`].
    pub async fn write_to(self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64> {
        self.copy(writer, "the download cannot be written").await
    }

    /// Saves the download as a file, and returns the number of bytes.
    ///
    /// The file gets its name, and replaces an existing file, only when it is complete and stored
    /// on disk. Until then, the data is in a hidden `.part` file in the same directory. The `.part`
    /// file is removed if the download fails or the future is dropped; it stays only if the process
    /// is killed.
    ///
    /// | `path` is | result |
    /// | --- | --- |
    /// | free | a new file, which only its owner can read (mode 0600 on Unix), because a download may hold secrets |
    /// | a file | the file is replaced; on Unix it keeps its permissions, and its owner and group if the process may set them |
    /// | a symbolic link to a file | the same for the file that the link leads to; the link stays |
    /// | a directory, a device, a pipe, or a link that leads nowhere | an error before the download is read |
    ///
    /// # Errors
    /// Returns [`ErrorKind::Io`] if the file cannot be written, or the error that ends the stream; see
    /// [`ByteStream`].
    pub async fn save_to(self, path: impl AsRef<Path>) -> Result<u64> {
        let path = path.as_ref();
        let what = format!("the download cannot be saved as {}", path.display());
        let context = self.context.clone();
        let failed = |error| context.explain(io_error(&what, error));
        let (part, mut file) = PartFile::create(path).await.map_err(failed)?;
        let length = self.copy(&mut file, &what).await?;
        file.sync_all().await.map_err(failed)?;
        // Windows does not rename every file that is open.
        drop(file);
        part.complete().await.map_err(failed)?;
        Ok(length)
    }

    /// Returns the whole download in memory, if it is not longer than `limit` bytes.
    ///
    /// # Errors
    /// Returns [`ErrorKind::TooLarge`] if the download is longer, or the error that ends the stream; see
    /// [`ByteStream`].
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes> {
        let announced = self.progress.total.unwrap_or(0);
        if announced > limit as u64 {
            return Err(self.context.explain(too_large(announced, limit)));
        }
        // An announced length is trusted up to 1 MiB.
        let mut whole = Vec::with_capacity(announced.min(1 << 20) as usize);
        while let Some(chunk) = self.chunk().await.transpose()? {
            whole.extend_from_slice(&chunk);
            if whole.len() > limit {
                return Err(self.context.explain(too_large(whole.len() as u64, limit)));
            }
        }
        Ok(whole.into())
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        loop {
            match &mut self.source {
                Source::Open(body) => {
                    let outcome = match ready!(body.poll_chunk(cx)) {
                        Some(outcome) => outcome,
                        None if self.is_complete() => {
                            self.source = Source::Ended;
                            return Poll::Ready(None);
                        }
                        None => Err(self.of_another_length("ended early")),
                    };
                    let error = match outcome.and_then(|chunk| self.arrived(chunk)) {
                        Ok(chunk) => return Poll::Ready(Some(Ok(chunk))),
                        Err(error) => error,
                    };
                    let DownloadProgress { received, total } = self.progress;
                    match self.resume.after(&error, received, total, self.stall_limit) {
                        Some(resumed) => {
                            self.source = Source::Resuming(resumed, Some(error));
                        }
                        None => {
                            self.source = Source::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                }
                Source::Resuming(resumed, error) => {
                    let response = ready!(resumed.as_mut().poll(cx));
                    let error = error.take();
                    let DownloadProgress { received, total } = self.progress;
                    match self.resume.body(response, received, total) {
                        Some((body, total)) => {
                            self.progress.total = total;
                            self.source = Source::Open(body);
                        }
                        None => {
                            self.source = Source::Ended;
                            return Poll::Ready(error.map(Err));
                        }
                    }
                }
                Source::Ended => return Poll::Ready(None),
            }
        }
    }

    /// Counts a chunk.
    ///
    /// # Errors
    /// The content is longer than the server told. HTTP ensures the length of each response, but not that
    /// the rest of a download has the length that fits.
    fn arrived(&mut self, chunk: Bytes) -> Result<Bytes> {
        self.progress.received += chunk.len() as u64;
        let DownloadProgress { received, total } = self.progress;
        if total.is_some_and(|total| received > total) {
            return Err(self.of_another_length("is longer"));
        }
        if let Some(callback) = &mut self.on_progress {
            callback(self.progress);
        }
        Ok(chunk)
    }

    fn is_complete(&self) -> bool {
        let DownloadProgress { received, total } = self.progress;
        total.is_none_or(|total| received >= total)
    }

    fn of_another_length(&self, how: &str) -> Error {
        let total = self.progress.total.unwrap_or_default();
        let message = format!("the server told a length of {total} bytes, but the download {how}");
        let error = Error::new(ErrorKind::Interrupted, message);
        self.context.explain(error)
    }

    async fn copy(mut self, writer: &mut (impl AsyncWrite + Unpin), what: &str) -> Result<u64> {
        let mut length = 0;
        while let Some(chunk) = self.chunk().await.transpose()? {
            let written = writer.write_all(&chunk).await;
            written.map_err(|error| self.context.explain(io_error(what, error)))?;
            length += chunk.len() as u64;
        }
        let flushed = writer.flush().await;
        flushed.map_err(|error| self.context.explain(io_error(what, error)))?;
        Ok(length)
    }
}

fn io_error(what: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{what}: {error}")).with_source(error)
}

impl Stream for ByteStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(cx)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream")
            .field("context", &self.context)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod resume_tests;
#[cfg(test)]
mod save_tests;
#[cfg(test)]
mod tests;
