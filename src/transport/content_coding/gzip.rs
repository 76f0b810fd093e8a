//! How is a body read that is compressed with gzip (RFC 1952)?
//!
//! Not by reqwest: it would decode downloads, too, and not for a client that the program provides.

use std::io::{self, Read as _, Write};
use std::time::Duration;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write;

use crate::error::body::BODY_LIMIT;
use crate::runtime::Runtime;
use crate::transport::body_stream::{next_within, too_large};
use crate::{Error, ErrorKind, Result};

/// Returns whether a content coding is gzip (RFC 9110, section 8.4.1.3).
pub fn is_name(coding: &str) -> bool {
    ["gzip", "x-gzip"]
        .iter()
        .any(|name| coding.eq_ignore_ascii_case(name))
}

/// Decoded content up to a limit.
struct Content {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Content {
    fn write(&mut self, decoded: &[u8]) -> io::Result<usize> {
        if decoded.len() > self.limit.saturating_sub(self.bytes.len()) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(decoded);
        Ok(decoded.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a whole body of at most `limit` decoded bytes, and decodes it as it arrives.
///
/// # Errors
/// `TooLarge`, `Timeout` if the body is silent for `idle_timeout`, or `Decode` if it is damaged.
pub async fn read(
    mut body: reqwest::Body,
    limit: usize,
    runtime: &Runtime,
    idle_timeout: Option<Duration>,
) -> Result<Bytes> {
    let bytes = Vec::new();
    let mut decoder = write::MultiGzDecoder::new(Content { bytes, limit });
    // Content that cannot be compressed grows a little. A body that decodes to nothing must end, too.
    let max_coded = limit.saturating_add(limit / 1024).saturating_add(1024);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(limit as u64, limit),
        _ => {
            let message = format!("the response is not valid gzip: {error}");
            Error::new(ErrorKind::Decode, message)
        }
    };
    let mut coded = 0_usize;
    while let Some(data) = next_within(&mut body, runtime, idle_timeout).await {
        let data = data?;
        coded = coded.saturating_add(data.len());
        if coded > max_coded {
            return Err(too_large(limit as u64, limit));
        }
        decoder.write_all(&data).map_err(failed)?;
    }
    // A response without a body may name a coding, too.
    if coded == 0 {
        return Ok(Bytes::new());
    }
    let content = decoder.finish().map_err(failed)?;
    Ok(content.bytes.into())
}

/// Decodes the beginning of the body of a failed response, up to [`BODY_LIMIT`]. It ends where the body is
/// damaged or cut off.
pub fn beginning(coded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut decoder = MultiGzDecoder::new(coded).take(BODY_LIMIT as u64);
    let _ = decoder.read_to_end(&mut decoded);
    decoded
}

#[cfg(test)]
mod tests;
