//! Why did an attempt fail, and what does the server ask for?

use std::time::Duration;

use crate::Error;

/// Error of an attempt, with what the server says about the next one.
#[derive(Debug)]
pub(crate) struct AttemptError {
    pub error: Error,
    /// Delay that the server asks for.
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
