use std::time::Duration;

use crate::RetryPolicy;

/// What may differ from call to call. A client's `with` takes it and gives a client back:
///
/// ```no_run
/// # async fn example(zenml: zenml::WorkspaceClient) -> zenml::Result<()> {
/// use std::time::Duration;
/// use zenml::{CallOptions, RetryPolicy};
///
/// let quick = CallOptions::default()
///     .timeout(Duration::from_secs(2))
///     .retry(RetryPolicy::never());
/// let version = &zenml.with_options(quick).server_info().send().await?.version;
/// # Ok(())
/// # }
/// ```
///
/// What is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    retry: Option<RetryPolicy>,
    attempt_timeout: Option<Option<Duration>>,
    timeout: Option<Option<Duration>>,
}

impl CallOptions {
    /// When and how soon failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// How long one attempt may take, until the answer is complete; of downloads and event streams,
    /// until they begin. None for as long as it takes.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = Some(limit.into());
        self
    }

    /// How long the call may take with all its attempts, and the login that it may need; of
    /// downloads and event streams, until they begin. None for as long as it takes.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = Some(limit.into());
        self
    }
}

/// The options that a call has in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub retry: RetryPolicy,
    pub attempt_timeout: Option<Duration>,
    pub timeout: Option<Duration>,
}

impl Default for Settled {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            // The server answers a slow POST after 20 s (`zen_server/request_management.py`), but
            // lets other calls work as long as they need.
            attempt_timeout: Some(Duration::from_secs(120)),
            timeout: Some(Duration::from_secs(600)),
        }
    }
}

impl Settled {
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            retry: options.retry.unwrap_or_else(|| self.retry.clone()),
            attempt_timeout: options.attempt_timeout.unwrap_or(self.attempt_timeout),
            timeout: options.timeout.unwrap_or(self.timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_stays() {
        let client = Settled::default();
        assert_eq!(client.with(CallOptions::default()), client);
        let call = client.with(CallOptions::default().timeout(None));
        assert_eq!(call.timeout, None);
        assert_eq!(call.attempt_timeout, client.attempt_timeout);
        let call = call.with(CallOptions::default().retry(RetryPolicy::never()));
        assert_eq!((call.timeout, call.retry), (None, RetryPolicy::never()));
    }
}
