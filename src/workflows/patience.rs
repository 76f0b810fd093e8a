//! How long does a workflow wait for a server that is down?

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use crate::{Call, Error, Result, Transport};

/// The longest series of failures that is tolerated.
pub(crate) const OUTAGE: Duration = Duration::from_secs(300);

/// The time between two attempts during an outage.
pub(crate) const PAUSE: Duration = Duration::from_secs(5);

/// Sends the calls of a workflow, and waits for the server during an outage. Each call also has the
/// retries of the client.
pub(crate) struct Patience {
    transport: Transport,
    last_success: Instant,
}

impl Patience {
    pub fn new(transport: &Transport) -> Self {
        Self {
            last_success: transport.runtime().clock.now(),
            transport: transport.clone(),
        }
    }

    /// Sends a call until it succeeds, or fails for a reason other than an outage.
    ///
    /// # Errors
    /// Returns the first error that waiting cannot cure, or the last error of an outage of more than
    /// five minutes.
    pub async fn send<T: DeserializeOwned + Send + 'static>(&mut self, call: &Call) -> Result<T> {
        loop {
            match call.clone().send::<T>().await {
                Ok(response) => {
                    self.last_success = self.transport.runtime().clock.now();
                    return Ok(response.into_inner());
                }
                Err(error) => self.pause(error).await?,
            }
        }
    }

    /// Waits before the next attempt of a call.
    ///
    /// # Errors
    /// Returns the error of the last attempt if no other attempt is worth it.
    async fn pause(&self, error: Error) -> Result<()> {
        let clock = &self.transport.runtime().clock;
        if !error.is_retryable() || clock.now() - self.last_success >= OUTAGE {
            return Err(error);
        }
        tracing::debug!(target: "zenml", pause = ?PAUSE, error.kind = ?error.kind());
        clock.sleep(PAUSE).await;
        Ok(())
    }
}
