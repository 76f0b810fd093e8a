//! One error for several callers: that of a login that several calls were waiting for.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::{Error, Inner};

impl Error {
    /// Creates a copy of an error for one of several callers.
    pub(crate) fn shared(error: Arc<Self>) -> Self {
        let inner = &*error.0;
        Self(Box::new(Inner {
            kind: inner.kind,
            place: inner.place.clone(),
            message: inner.message.clone(),
            operation: inner.operation.clone(),
            status: inner.status,
            server_exception: inner.server_exception.clone(),
            request_id: inner.request_id.clone(),
            attempts: inner.attempts,
            hint: inner.hint.clone(),
            body: inner.body.clone(),
            source: error
                .source()
                .is_some()
                .then(|| Box::new(SharedSource(error.clone())) as _),
        }))
    }

    /// Returns `true` if the login for the call failed, and not the call itself. Only the errors of
    /// logins are shared.
    pub(crate) fn is_login_failure(&self) -> bool {
        self.source()
            .is_some_and(|cause| cause.is::<SharedSource>())
    }
}

/// The cause of a shared error.
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
    use std::io;

    use super::*;
    use crate::ErrorKind;

    #[test]
    fn a_shared_error_has_the_message_and_causes_of_the_original() {
        let cause =
            Error::new(ErrorKind::Connect, "refused").with_source(io::Error::other("no route"));
        let error = Error::new(ErrorKind::Credentials, "the login failed").with_source(cause);
        let lines = (error.to_string(), error.source().unwrap().to_string());
        let shared = Error::shared(Arc::new(error));
        let cause = shared.source().unwrap();
        assert_eq!((shared.to_string(), cause.to_string()), lines);
        assert_eq!(cause.source().unwrap().to_string(), "no route");
        assert!(shared.is_login_failure());
    }

    #[test]
    fn a_shared_error_without_a_cause_has_no_source() {
        let shared = Error::shared(Arc::new(Error::new(ErrorKind::Connect, "refused")));
        assert!(shared.source().is_none());
    }
}
