//! Errors of the HTTP library.

use std::error::Error as StdError;
use std::io;

use super::body::one_line;
use crate::{Error, ErrorKind};

impl Error {
    /// Converts an error of the HTTP library.
    ///
    /// This is not a `From`, because the HTTP library is not part of the public interface.
    pub(crate) fn from_http(error: reqwest::Error) -> Self {
        // The query of the URL may contain a download token.
        let error = error.without_url();
        let kind = if error.is_connect() && is_about_tls(&error) {
            ErrorKind::Tls
        } else if error.is_connect() {
            ErrorKind::Connect
        } else if error.is_timeout() {
            ErrorKind::Timeout
        } else if error.is_builder() {
            ErrorKind::Configuration
        } else {
            ErrorKind::Interrupted
        };
        Self::new(kind, one_line(&last_cause(&error))).with_source(error)
    }
}

/// Returns the text of the last cause. The text of the error itself ("error sending request") does
/// not explain anything.
pub(crate) fn last_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// Returns `true` if a certificate or a handshake failed, which connectors report as invalid data.
fn is_about_tls(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn StdError> = Some(error);
    while let Some(next) = cause {
        cause = next.source();
        if let Some(io) = next.downcast_ref::<io::Error>() {
            if io.kind() == io::ErrorKind::InvalidData {
                return true;
            }
            // `source` of an I/O error skips the error that it wraps.
            cause = io.get_ref().map(|inner| inner as _);
        }
    }
    false
}
