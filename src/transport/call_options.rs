//! Options of single calls.

use std::time::Duration;

use crate::RetryPolicy;

/// Options of single calls, passed to `with_options` of a client.
///
/// Options that are not set keep the client's value.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// use std::time::Duration;
/// use zenml::{CallOptions, RetryPolicy};
///
/// let quick = CallOptions::default()
///     .timeout(Duration::from_secs(2))
///     .retry(RetryPolicy::never());
/// let version = &client.with_options(quick).server_info().send().await?.version;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    retry: Option<RetryPolicy>,
    attempt_timeout: Option<Option<Duration>>,
    timeout: Option<Option<Duration>>,
}

impl CallOptions {
    /// Sets when and how soon failed attempts are retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets how long one attempt may take until the response is complete, or until a download or an
    /// event stream begins. `None` removes the limit.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = Some(limit.into());
        self
    }

    /// Sets how long the call may take with all its attempts and a login if it needs one, or until a
    /// download or an event stream begins. `None` removes the limit.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = Some(limit.into());
        self
    }
}

/// Options of a call after the client's defaults have been applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedOptions {
    pub retry: RetryPolicy,
    pub attempt_timeout: Option<Duration>,
    pub timeout: Option<Duration>,
}

impl Default for ResolvedOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            // The server answers a slow POST after 20 s (`zen_server/request_management.py`); other
            // requests have no limit there.
            attempt_timeout: Some(Duration::from_secs(120)),
            timeout: Some(Duration::from_secs(600)),
        }
    }
}

impl ResolvedOptions {
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
    fn options_that_are_not_set_keep_the_clients_value() {
        let client = ResolvedOptions::default();
        assert_eq!(client.with(CallOptions::default()), client);
        let call = client.with(CallOptions::default().timeout(None));
        assert_eq!(call.timeout, None);
        assert_eq!(call.attempt_timeout, client.attempt_timeout);
        let call = call.with(CallOptions::default().retry(RetryPolicy::never()));
        assert_eq!((call.timeout, call.retry), (None, RetryPolicy::never()));
    }
}
