//! The categories of errors.

use http::StatusCode;

/// The category of an [`Error`](crate::Error).
///
/// The kind tells a program what it can do about the error. The HTTP status of a response decides the
/// kind; the descriptions mention the few exceptions.
/// [`Error::is_retryable`](crate::Error::is_retryable) tells whether the same call may succeed later.
///
/// ```
/// use zenml::ErrorKind;
///
/// fn advice(kind: ErrorKind) -> &'static str {
///     match kind {
///         ErrorKind::NotFound => "check the name",
///         ErrorKind::Unauthorized | ErrorKind::Credentials => "log in again",
///         ErrorKind::Forbidden => "ask for permission",
///         _ => "see the message",
///     }
/// }
/// # advice(ErrorKind::NotFound);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration of the client is invalid.
    ///
    /// `build` returns this kind for an invalid URL or certificate, and for an insecure setting without
    /// its opt-in. A call returns it if the port of the URL does not speak HTTP, if the proxy requires
    /// credentials (status 407), if an https URL needs a TLS feature, or if there is no Tokio runtime.
    Configuration,
    /// The request is invalid; sending it again does not help.
    ///
    /// Either a parameter is missing or malformed and nothing was sent, or the server rejected the
    /// request (status 400, 413, 422 and other 4xx).
    InvalidRequest,
    /// There are no usable credentials: none were configured, or the login was rejected.
    Credentials,
    /// The server rejected the credentials of the request (status 401).
    Unauthorized,
    /// The subscription of the organization does not cover the operation (status 402).
    PaymentRequired,
    /// The credentials are valid, but lack permission for the operation (status 403).
    Forbidden,
    /// The workspace of ZenML Pro exists, but is not running.
    ///
    /// It failed, was deactivated, or is being deleted. It does not start without intervention.
    NotRunning,
    /// The server cannot run this run template or snapshot.
    ///
    /// It has no build, or its stack is local or has changed. Create another one.
    NotRunnable,
    /// The object or the route does not exist (status 404), or no longer exists (status 410).
    NotFound,
    /// The object exists already, or conflicts with another change (status 409, 412).
    Conflict,
    /// The server does not support the operation (status 405, 501).
    ///
    /// It is too old, or the feature is disabled. A call also returns this kind, without sending the
    /// request, if the server does not know a parameter or field of it, and ignoring that would change
    /// its effect (see [`allow_unsupported`](crate::CallOptions::allow_unsupported)).
    Unsupported,
    /// There were too many requests, or the server is still processing this request (status 429).
    RateLimited,
    /// The server failed (status 500 and other 5xx).
    Server,
    /// The server is unavailable, or a service that it needs is (status 502, 503, 504).
    ///
    /// A workspace of ZenML Pro that cannot reach the Pro API is unavailable too, although it
    /// responds with status 401.
    Unavailable,
    /// The call took longer than its timeout, or the server gave up waiting (status 408).
    ///
    /// The server may have carried out the request.
    Timeout,
    /// No connection could be opened: the name does not resolve, or the host is unreachable or
    /// refuses the connection. The request was not sent.
    Connect,
    /// No TLS connection could be opened: the certificate is not trusted, or the server does not
    /// speak TLS. The request was not sent.
    Tls,
    /// The connection broke before the response was complete.
    ///
    /// The server may have carried out the request.
    Interrupted,
    /// The response does not match the API: its body does not match the type of the result, or it
    /// redirects to a place that the client does not follow (status 3xx).
    Decode,
    /// The response is longer than its limit, or an event is longer than 16 MiB.
    ///
    /// The limit is [`max_response_size`](crate::CallOptions::max_response_size), or the one passed to
    /// [`ByteStream::bytes`](crate::stream::ByteStream::bytes).
    TooLarge,
    /// Writing a download to a file or another writer failed.
    Io,
    /// The run ended without success: it failed, or was stopped or cancelled.
    ///
    /// [`RunFailure::from_error`](crate::workflows::RunFailure::from_error) returns the reason.
    RunFailed,
}

impl ErrorKind {
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            300..=399 => Self::Decode,
            401 => Self::Unauthorized,
            402 => Self::PaymentRequired,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            405 | 501 => Self::Unsupported,
            407 => Self::Configuration,
            408 => Self::Timeout,
            409 | 412 => Self::Conflict,
            429 => Self::RateLimited,
            502..=504 => Self::Unavailable,
            400..=499 => Self::InvalidRequest,
            _ => Self::Server,
        }
    }

    /// Returns the words for this kind in the message of an error.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::Configuration => "invalid configuration",
            Self::InvalidRequest => "invalid request",
            Self::Credentials => "no usable credentials",
            Self::Unauthorized => "not authenticated",
            Self::PaymentRequired => "not covered by the subscription",
            Self::Forbidden => "permission denied",
            Self::NotRunning => "workspace not running",
            Self::NotRunnable => "not runnable",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Unsupported => "not supported by this server",
            Self::RateLimited => "too many requests",
            Self::Server => "server error",
            Self::Unavailable => "server unavailable",
            Self::Timeout => "timed out",
            Self::Connect => "connection failed",
            Self::Tls => "TLS connection failed",
            Self::Interrupted => "connection interrupted",
            Self::Decode => "unexpected response",
            Self::TooLarge => "response too large",
            Self::Io => "I/O error",
            Self::RunFailed => "run did not succeed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_a_failure_has_its_kind() {
        use ErrorKind::*;
        for (status, kind) in [
            (307, Decode),
            (400, InvalidRequest),
            (401, Unauthorized),
            (402, PaymentRequired),
            (403, Forbidden),
            (404, NotFound),
            (405, Unsupported),
            (408, Timeout),
            (409, Conflict),
            (410, NotFound),
            (412, Conflict),
            (413, InvalidRequest),
            (418, InvalidRequest),
            (422, InvalidRequest),
            (429, RateLimited),
            (500, Server),
            (501, Unsupported),
            (502, Unavailable),
            (503, Unavailable),
            (504, Unavailable),
            (599, Server),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(ErrorKind::of_status(status), kind, "{status}");
        }
    }
}
