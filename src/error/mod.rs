pub(crate) mod body;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;

use body::one_line;

/// The result of everything that can fail in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call, or the building of a client, failed.
///
/// `Display` is one line that says what was tried, what happened and what the server said. No
/// error ever holds a credential or a request body. The cause, where there is one, is the
/// [`source`](StdError::source).
///
/// ```
/// # fn report(error: zenml::Error) {
/// match error.kind() {
///     zenml::ErrorKind::NotFound => println!("no such stack"),
///     _ if error.is_retryable() => println!("the server has trouble, try later: {error}"),
///     _ => println!("{error}"),
/// }
/// # }
/// ```
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<Cow<'static, str>>,
    status: Option<StatusCode>,
    server_exception: Option<String>,
    request_id: Option<String>,
    attempts: u32,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong, coarsely enough to decide what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built as configured: URL, TLS, missing opt-in.
    Configuration,
    /// The call is wrong and would stay so: a parameter is missing (nothing was sent then), or the
    /// server refused the values (status 400, 413, 422 and the rest of 4xx).
    InvalidRequest,
    /// No credentials could be had: none were given, or the login was refused.
    Credentials,
    /// The server does not accept the credentials (401).
    Unauthorized,
    /// The server's subscription does not cover this (402).
    PaymentRequired,
    /// The credentials are good, but not for this (403).
    Forbidden,
    /// The workspace of ZenML Pro exists, but it does not run: it has failed, is deactivated or is
    /// being deleted. Somebody has to act.
    NotRunning,
    /// The server cannot run this run template or snapshot: it has no build, or its stack is local
    /// or has changed. Another one has to be made.
    NotRunnable,
    /// The object or route does not exist (404), or no longer (410).
    NotFound,
    /// The object exists already, or another change came first (409, 412).
    Conflict,
    /// The server does not do this: older version, or switched off (405, 501).
    Unsupported,
    /// Too many requests, or the server still works on this one (429).
    RateLimited,
    /// The server failed (500 and the rest of 5xx).
    Server,
    /// The server, or something it needs, cannot be reached behind its proxy (502, 503, 504).
    Unavailable,
    /// No answer in time, neither the server's (408) nor the client's time.
    Timeout,
    /// No connection: nothing was sent. Name resolution, refused connection, nobody there.
    Connect,
    /// The server's certificate is not trusted, or something else than TLS is spoken there.
    Tls,
    /// The connection broke before the answer was complete. The server may have done the work.
    Interrupted,
    /// The answer is no answer of this API: another body than the type says, a redirect elsewhere.
    Decode,
    /// The answer is larger than the caller allows.
    TooLarge,
    /// Local input or output failed: the file or writer that a download goes to.
    Io,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            status: None,
            server_exception: None,
            request_id: None,
            attempts: 0,
            hint: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// What the status alone does not tell.
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_server_exception(mut self, exception: Option<String>) -> Self {
        self.0.server_exception = exception;
        self
    }

    /// Keeps the hint that an error has already.
    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.0.hint = self.0.hint.or(hint);
        self
    }

    /// Puts something more to the point before the hint.
    pub(crate) fn with_special_hint(mut self, special: &str) -> Self {
        self.0.hint = Some(match self.0.hint {
            Some(hint) => format!("{special}; {hint}"),
            None => special.to_owned(),
        });
        self
    }

    /// An error of which each of several callers gets one.
    pub(crate) fn shared(error: Arc<Self>) -> Self {
        let inner = &*error.0;
        Self(Box::new(Inner {
            kind: inner.kind,
            message: inner.message.clone(),
            operation: inner.operation.clone(),
            status: inner.status,
            server_exception: inner.server_exception.clone(),
            request_id: inner.request_id.clone(),
            attempts: inner.attempts,
            hint: inner.hint.clone(),
            source: error
                .source()
                .is_some()
                .then(|| Box::new(SharedSource(error.clone())) as _),
        }))
    }

    /// Whether it is not the call that failed, but the login on the way to it: that alone is shared.
    pub(crate) fn is_of_a_login(&self) -> bool {
        self.source()
            .is_some_and(|cause| cause.is::<SharedSource>())
    }

    /// Keeps the request that an error names already: a login on the way to the call.
    pub(crate) fn with_request(mut self, request_id: &str, attempts: u32) -> Self {
        if self.0.request_id.is_none() {
            self.0.request_id = Some(request_id.to_owned());
            self.0.attempts = attempts;
        }
        self
    }

    /// What went wrong, coarsely.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, if the server answered.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The class name of the server's exception (`DoesNotExistException`), or the code of an OAuth
    /// error (`access_denied`), if the server named one.
    #[must_use]
    pub fn server_exception(&self) -> Option<&str> {
        self.0.server_exception.as_deref()
    }

    /// What happened, in one line; the server's own words where it answered.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The `X-Request-ID` that the request carried: the server's logs name it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What to do about it, where something is known: one line, which `Display` ends with.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// How many requests were sent for this call, 0 if none; if the login on the way to it failed, for
    /// that.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The operation that was called (`list_stacks`), or verb and path for a call without one.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Whether the same call may succeed later. It says nothing about whether the server has done
    /// the work already: after [`Timeout`](ErrorKind::Timeout) and
    /// [`Interrupted`](ErrorKind::Interrupted) it may have.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::RateLimited
                | ErrorKind::Unavailable
                | ErrorKind::Timeout
                | ErrorKind::Connect
                | ErrorKind::Interrupted
        )
    }
}

impl Error {
    /// Whether a workspace of ZenML Pro could not ask the control plane who the caller is. It answers
    /// 401 then (`authenticate_external_user` in `zen_server/auth.py`).
    pub(crate) fn is_control_plane_outage(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
            && self
                .message()
                .contains("Error fetching user information from external authenticator")
    }

    /// Returns the status or the kind, for logs.
    pub(crate) fn type_label(&self) -> String {
        match self.status() {
            Some(status) => status.as_str().to_owned(),
            None => format!("{:?}", self.kind()),
        }
    }
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
            408 => Self::Timeout,
            409 | 412 => Self::Conflict,
            429 => Self::RateLimited,
            502..=504 => Self::Unavailable,
            400..=499 => Self::InvalidRequest,
            _ => Self::Server,
        }
    }

    /// Begins the error's line.
    fn phrase(self) -> &'static str {
        match self {
            Self::Configuration => "the client cannot be built",
            Self::InvalidRequest => "invalid request",
            Self::Credentials => "no valid credentials",
            Self::Unauthorized => "not authenticated",
            Self::PaymentRequired => "not covered by the subscription",
            Self::Forbidden => "not allowed",
            Self::NotRunning => "the workspace does not run",
            Self::NotRunnable => "not runnable",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Unsupported => "not supported by this server",
            Self::RateLimited => "too many requests",
            Self::Server => "the server failed",
            Self::Unavailable => "the server is unavailable",
            Self::Timeout => "timed out",
            Self::Connect => "no connection",
            Self::Tls => "no secure connection",
            Self::Interrupted => "the connection broke",
            Self::Decode => "unexpected answer",
            Self::TooLarge => "the answer is too large",
            Self::Io => "input/output failed",
        }
    }
}

impl Error {
    /// Not a `From`: which HTTP library works inside is no part of the interface.
    pub(crate) fn from_http(error: reqwest::Error) -> Self {
        // The URL goes: its query may hold a download token.
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

/// What reqwest itself says ("error sending request") helps nobody; the last cause does.
pub(crate) fn last_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// Connectors tell of certificates and of broken handshakes as of data that makes no sense.
fn is_about_tls(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn StdError> = Some(error);
    while let Some(next) = cause {
        cause = next.source();
        if let Some(io) = next.downcast_ref::<std::io::Error>() {
            if io.kind() == std::io::ErrorKind::InvalidData {
                return true;
            }
            // What it wraps is skipped by its `source`.
            cause = io.get_ref().map(|inner| inner as _);
        }
    }
    false
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = &inner.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(inner.kind.phrase())?;
        match (inner.status, &inner.server_exception) {
            (Some(status), Some(exception)) => write!(f, " ({} {exception})", status.as_u16())?,
            (Some(status), None) => write!(f, " ({})", status.as_u16())?,
            (None, Some(exception)) => write!(f, " ({exception})")?,
            (None, None) => {}
        }
        write!(f, ": {}", inner.message)?;
        if let Some(hint) = &inner.hint {
            write!(f, " ({hint})")?;
        }
        match (&inner.request_id, inner.attempts) {
            (Some(id), attempts @ 2..) => write!(f, " [request {id}, {attempts} attempts]"),
            (Some(id), _) => write!(f, " [request {id}]"),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The cause of an error that several callers got.
#[derive(Debug)]
struct SharedSource(Arc<Error>);

impl SharedSource {
    fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl fmt::Display for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause()
            .map_or(Ok(()), |cause| fmt::Display::fmt(cause, f))
    }
}

impl StdError for SharedSource {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause()?.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_pointer_and_crosses_threads() {
        fn crosses_threads<T: Send + Sync + 'static>() {}
        crosses_threads::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn every_status_of_the_server_has_its_kind() {
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

    #[test]
    fn its_line_says_what_was_tried_what_happened_and_where_to_look() {
        let error = Error::new(ErrorKind::NotFound, "no stack named prod")
            .with_operation("get_stack")
            .with_status(StatusCode::NOT_FOUND)
            .with_server_exception(Some("KeyError".to_owned()))
            .with_request("4f2a", 3);
        assert_eq!(
            error.to_string(),
            "get_stack: not found (404 KeyError): no stack named prod [request 4f2a, 3 attempts]"
        );
        let error = Error::new(ErrorKind::Configuration, "the URL has no host");
        assert_eq!(
            error.to_string(),
            "the client cannot be built: the URL has no host"
        );
    }

    #[test]
    fn a_hint_says_what_to_do_and_the_first_one_stays() {
        let error = Error::new(ErrorKind::Unauthorized, "expired")
            .with_hint(Some("log in again".to_owned()))
            .with_hint(Some("something vaguer".to_owned()));
        assert_eq!(
            error.to_string(),
            "not authenticated: expired (log in again)"
        );
        assert_eq!(error.hint(), Some("log in again"));
    }

    #[test]
    fn an_error_of_several_callers_is_the_same_for_all() {
        let cause = Error::new(ErrorKind::Connect, "refused")
            .with_source(std::io::Error::other("no route"));
        let error = Error::new(ErrorKind::Credentials, "the login failed").with_source(cause);
        let lines = (error.to_string(), error.source().unwrap().to_string());
        let shared = Error::shared(Arc::new(error));
        let cause = shared.source().unwrap();
        assert_eq!((shared.to_string(), cause.to_string()), lines);
        assert_eq!(cause.source().unwrap().to_string(), "no route");
        let alone = Error::shared(Arc::new(Error::new(ErrorKind::Connect, "refused")));
        assert!(alone.source().is_none());
    }

    #[test]
    fn the_cause_is_chained() {
        let cause = std::io::Error::other("disk full");
        let error = Error::new(ErrorKind::Io, "writing failed").with_source(cause);
        assert_eq!(error.source().unwrap().to_string(), "disk full");
    }
}
