//! How long does a workflow wait for a server that is down?

use std::time::{Duration, Instant};

use serde_core::de::DeserializeOwned;

use crate::{Call, Error, Result, Transport};

/// The longest series of failures that is tolerated.
pub(crate) const OUTAGE: Duration = Duration::from_secs(300);

/// The time between two attempts during an outage.
pub(crate) const PAUSE: Duration = Duration::from_secs(5);

/// Sends the calls of a workflow, and waits for the server during an outage. Each call also has the
/// retries of the client.
pub(crate) struct Patience {
    transport: Transport,
    /// When the first call of a series of failures was sent.
    failing_since: Option<Instant>,
}

impl Patience {
    pub fn new(transport: &Transport) -> Self {
        Self {
            transport: transport.clone(),
            failing_since: None,
        }
    }

    /// Sends a call until it succeeds, or fails for a reason other than an outage.
    ///
    /// # Errors
    /// Returns the first error that waiting cannot cure, or the last error of an outage of more than
    /// five minutes.
    pub async fn send<T: DeserializeOwned + Send + 'static>(&mut self, call: &Call) -> Result<T> {
        loop {
            let sent = self.transport.runtime().clock.now();
            match call.clone().send::<T>().await {
                Ok(response) => {
                    self.failing_since = None;
                    return Ok(response.into_inner());
                }
                Err(error) => self.pause(error, sent).await?,
            }
        }
    }

    /// Waits before the next attempt of a call.
    ///
    /// # Errors
    /// Returns the error of the last attempt if no other attempt is worth it.
    async fn pause(&mut self, error: Error, sent: Instant) -> Result<()> {
        if !error.is_retryable() {
            self.failing_since = None;
            return Err(error);
        }
        let clock = &self.transport.runtime().clock;
        let since = *self.failing_since.get_or_insert(sent);
        if clock.now().saturating_duration_since(since) >= OUTAGE {
            return Err(error);
        }
        tracing::debug!(target: "zenml", pause = ?PAUSE, error.kind = ?error.kind());
        clock.sleep(PAUSE).await;
        Ok(())
    }
}
