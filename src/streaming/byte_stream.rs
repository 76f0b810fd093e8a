//! A download that is read while it arrives.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::streaming::part_file::PartFile;
use crate::transport::body_stream::BodyStream;
use crate::{Error, ErrorKind, Result};

/// A download, read while it arrives.
///
/// Save the download with [`save_to`](Self::save_to) or [`write_to`](Self::write_to), or read its
/// chunks: this is a [`Stream`] of [`Bytes`], and [`chunk`](Self::chunk) reads it without a stream
/// library. Only [`bytes`](Self::bytes) holds the whole content in memory.
///
/// An error ends the stream: [`ErrorKind::Interrupted`] if the connection breaks, or
/// [`ErrorKind::Timeout`] if the stream is silent for longer than
/// [`idle_timeout`](crate::CallOptions::idle_timeout).
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
pub struct ByteStream(BodyStream);

impl ByteStream {
    pub(crate) fn new(body: BodyStream) -> Self {
        Self(body)
    }

    /// Returns the next chunk, or `None` at the end of the download.
    ///
    /// # Errors
    /// Returns the error that ends the stream; see [`ByteStream`].
    pub async fn chunk(&mut self) -> Option<Result<Bytes>> {
        poll_fn(|cx| self.0.poll_chunk(cx)).await
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
        let context = self.0.context.clone();
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
    pub async fn bytes(self, limit: usize) -> Result<Bytes> {
        self.0.read(limit).await
    }

    async fn copy(mut self, writer: &mut (impl AsyncWrite + Unpin), what: &str) -> Result<u64> {
        let mut length = 0;
        while let Some(chunk) = self.chunk().await.transpose()? {
            let written = writer.write_all(&chunk).await;
            written.map_err(|error| self.0.context.explain(io_error(what, error)))?;
            length += chunk.len() as u64;
        }
        let flushed = writer.flush().await;
        flushed.map_err(|error| self.0.context.explain(io_error(what, error)))?;
        Ok(length)
    }
}

fn io_error(what: &str, error: io::Error) -> Error {
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
        f.debug_tuple("ByteStream").field(&self.0.context).finish()
    }
}

#[cfg(test)]
mod save_tests;
#[cfg(test)]
mod tests;
