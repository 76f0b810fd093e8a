//! Which options can single calls have?

use std::time::Duration;

use crate::RetryPolicy;

/// Options of single calls, for `with_options` of a client.
///
/// An option that is not set keeps the value of the client. The defaults below are those of a client
/// that does not set the option either.
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
    idle_timeout: Option<Option<Duration>>,
    max_response_size: Option<usize>,
    allow_unsupported: Option<bool>,
}

impl CallOptions {
    /// Sets the retry policy. Defaults to [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets the time limit of one attempt. Defaults to 2 minutes; `None` removes the limit.
    ///
    /// An attempt ends with the last byte of the response. For a download or event stream, it ends when
    /// the body begins. An attempt that exceeds the limit fails with
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) and may be retried.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = Some(limit.into());
        self
    }

    /// Sets the time limit of a call, including all attempts, the delays between them, and a login.
    /// Defaults to 10 minutes; `None` removes the limit.
    ///
    /// A call that exceeds the limit fails with [`ErrorKind::Timeout`](crate::ErrorKind::Timeout). The
    /// limit does not apply to the body of a download or event stream.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = Some(limit.into());
        self
    }

    /// Sets the maximum time that a response may stay silent after it has begun. Defaults to 60 seconds;
    /// `None` removes the limit.
    ///
    /// An attempt, a download or an event stream that exceeds the limit ends with
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout). A failed attempt may be retried.
    /// Keep-alive comments of an event stream count as data.
    pub fn idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = Some(limit.into());
        self
    }

    /// Sets the maximum size in bytes of a response that is read as a whole. Defaults to 256 MiB.
    ///
    /// A larger response fails with [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge). Of a compressed
    /// response (feature `gzip`), the decoded bytes count. Downloads and event streams are not limited.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// Sets whether requests are sent to servers that do not know all of their parts. Defaults to
    /// `false`.
    ///
    /// A server ignores a query parameter or a field of the body that it does not know. If ignoring it
    /// would change the effect of a request, the client asks the server for its version, and refuses
    /// the request with [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if that version does
    /// not know it. This concerns the parameters and fields that not all supported versions have: those
    /// of requests that write or delete, and the filters of lists. If the version cannot be learned, a
    /// request that writes or deletes fails, too. A body that is not JSON counts as having all these
    /// fields; a streamed body is not checked.
    ///
    /// With `true`, such requests are sent, and the version is not requested.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient, id: uuid::Uuid) -> zenml::Result<()> {
    /// let options = zenml::CallOptions::default().allow_unsupported(true);
    /// // A server older than ZenML 0.93.1 deletes the schedule for good.
    /// client.with_options(options).delete_schedule().schedule_id(id).soft(true).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_unsupported(mut self, allow: bool) -> Self {
        self.allow_unsupported = Some(allow);
        self
    }
}

/// Options of a call with the defaults of its client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedOptions {
    pub retry: RetryPolicy,
    pub attempt_timeout: Option<Duration>,
    pub timeout: Option<Duration>,
    pub idle_timeout: Option<Duration>,
    pub max_response_size: usize,
    pub allow_unsupported: bool,
}

impl Default for ResolvedOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            // The server ends a slow POST after 20 s (`zen_server/request_management.py`). It does not
            // limit other requests.
            attempt_timeout: Some(Duration::from_secs(120)),
            timeout: Some(Duration::from_secs(600)),
            idle_timeout: Some(Duration::from_secs(60)),
            max_response_size: 256 << 20,
            allow_unsupported: false,
        }
    }
}

impl ResolvedOptions {
    /// Returns these options with those that are set replaced.
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            retry: options.retry.unwrap_or_else(|| self.retry.clone()),
            attempt_timeout: options.attempt_timeout.unwrap_or(self.attempt_timeout),
            timeout: options.timeout.unwrap_or(self.timeout),
            idle_timeout: options.idle_timeout.unwrap_or(self.idle_timeout),
            max_response_size: options.max_response_size.unwrap_or(self.max_response_size),
            allow_unsupported: options.allow_unsupported.unwrap_or(self.allow_unsupported),
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
