//! An attempt that failed.

use std::time::Duration;

use crate::Error;

/// Why an attempt failed, and what the server says about the next one.
#[derive(Debug)]
pub(crate) struct AttemptError {
    pub error: Error,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// Whether the server says that the credentials are invalid or have expired.
    pub rejects_credentials: bool,
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> Self {
        Self {
            error,
            retry_after: None,
            rejects_credentials: false,
        }
    }
}
