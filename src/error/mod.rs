//! What went wrong?
//!
//! - `mod.rs`: the error of every call
//! - `kind`: the categories of errors
//! - `body`: what the body of a failed response says, without the secrets of the request
//! - `escape`, `redact`: text from outside, made safe; without the values of the request
//! - `from_http`: errors of the HTTP library
//! - `shared`: one error for several callers

pub(crate) mod body;
pub(crate) mod escape;
pub(crate) mod from_http;
mod kind;
pub(crate) mod redact;
mod shared;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::StatusCode;

use crate::Secret;

pub use kind::ErrorKind;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a call, or of building a client.
///
/// Programs decide by the [`kind`](Self::kind), the category of the error. `Display` writes one line
/// with the operation, the kind, the status, the message of the server, a hint and the request id. An
/// error never shows credentials or a body. [`source`](StdError::source) returns the cause,
/// if there is one.
///
/// ```no_run
/// use zenml::{ErrorKind, WorkspaceClient};
///
/// # async fn example(client: WorkspaceClient, id: uuid::Uuid) {
/// match client.get_stack().stack_id(id).send().await {
///     Ok(stack) => println!("{}", stack.name),
///     Err(error) if error.kind() == ErrorKind::NotFound => println!("no such stack"),
///     Err(error) if error.is_retryable() => println!("try again later: {error}"),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    /// The part of a list that failed.
    place: Option<String>,
    message: String,
    operation: Option<Cow<'static, str>>,
    status: Option<StatusCode>,
    server_exception: Option<String>,
    request_id: Option<String>,
    attempts: u32,
    hint: Option<String>,
    body: Option<Body>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The body of a response, which may contain secrets.
#[derive(Clone)]
struct Body(Bytes);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Error {
    /// Returns the category of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status, if the server responded.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the class name of the exception in the server (`DoesNotExistException`) or the OAuth
    /// error code (`access_denied`), if the response contains one.
    #[must_use]
    pub fn server_exception(&self) -> Option<&str> {
        self.0.server_exception.as_deref()
    }

    /// Returns the description of the failure in one line. It is the message of the server, if the
    /// response contains one.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the `X-Request-ID` of the request, which is also in the logs of the server.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns advice on how to solve the problem, if there is any.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Returns the body of a response that could not be decoded. For an item of a list, it is the JSON
    /// of the item.
    ///
    /// The error has a body only if its kind is [`ErrorKind::Decode`]. `Display` and `Debug` do not
    /// show the body, because it may contain secrets.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient, id: uuid::Uuid) -> zenml::Result<()> {
    /// match client.get_run().run_id(id).send().await {
    ///     Ok(run) => println!("{}", run.name),
    ///     Err(error) => match error.body() {
    ///         Some(body) => std::fs::write("run.json", body).expect("the file can be written"),
    ///         None => return Err(error),
    ///     },
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.0.body.as_ref().map(|body| &body.0)
    }

    /// Returns the number of requests that were sent for the call.
    ///
    /// If the login for the call failed, this is the number of login requests.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the name of the operation (`list_stacks`), or the method and path of a raw request.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Returns `true` if the same call may succeed later.
    ///
    /// This does not mean that the call had no effect: after [`ErrorKind::Timeout`] and
    /// [`ErrorKind::Interrupted`], the server may have carried out the request.
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

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            place: None,
            message: escape::escaped(message.into()),
            operation: None,
            status: None,
            server_exception: None,
            request_id: None,
            attempts: 0,
            hint: None,
            body: None,
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

    /// Sets the part of a list that failed.
    pub(crate) fn at(mut self, place: String) -> Self {
        self.0.place = Some(place);
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.0.body = Some(Body(body));
        self
    }

    /// Redacts secrets from the message.
    pub(crate) fn without<'s>(mut self, secrets: impl Iterator<Item = &'s Secret>) -> Self {
        if let Cow::Owned(redacted) = redact::redact(&self.0.message, secrets) {
            self.0.message = redacted;
        }
        self
    }

    /// Sets the kind, if it differs from that of the status.
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_server_exception(mut self, exception: Option<String>) -> Self {
        self.0.server_exception = exception.map(escape::escaped);
        self
    }

    /// Sets the hint, unless the error has one.
    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        if let Some(hint) = hint {
            self.add_hint(&hint);
        }
        self
    }

    /// Sets the hint, unless the error has one.
    pub(crate) fn add_hint(&mut self, hint: &str) {
        let hint = || escape::escaped(hint.to_owned());
        self.0.hint.get_or_insert_with(hint);
    }

    /// Puts a more specific hint before the existing one.
    pub(crate) fn with_special_hint(mut self, special: &str) -> Self {
        self.0.hint = Some(match self.0.hint {
            Some(hint) => format!("{special}; {hint}"),
            None => special.to_owned(),
        });
        self
    }

    /// Sets the request, unless the error has one, which is that of a login for the call.
    pub(crate) fn with_request(mut self, request_id: &str, attempts: u32) -> Self {
        if self.0.request_id.is_none() {
            self.0.request_id = Some(request_id.to_owned());
            self.0.attempts = attempts;
        }
        self
    }

    /// Returns the status or the kind, for logs.
    pub(crate) fn type_label(&self) -> String {
        match self.status() {
            Some(status) => status.as_str().to_owned(),
            None => format!("{:?}", self.kind()),
        }
    }
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
        if let Some(place) = &inner.place {
            write!(f, ", {place}")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_and_can_cross_threads() {
        fn crosses_threads<T: Send + Sync + 'static>() {}
        crosses_threads::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn display_is_one_line_with_everything_that_is_known() {
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
            "invalid configuration: the URL has no host"
        );
    }

    #[test]
    fn the_body_is_offered_and_not_shown() {
        let error = Error::new(ErrorKind::Decode, "no JSON").with_body("hunter2".into());
        assert_eq!(error.body().unwrap(), "hunter2");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn the_first_hint_is_kept() {
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
    fn the_cause_is_the_source() {
        let cause = std::io::Error::other("disk full");
        let error = Error::new(ErrorKind::Io, "writing failed").with_source(cause);
        assert_eq!(error.source().unwrap().to_string(), "disk full");
    }
}
