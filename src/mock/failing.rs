//! Which response makes a call fail with an error of a given kind?

use http::StatusCode;

use super::reply::Reply;
use crate::ErrorKind;

/// Returns the response, as a ZenML server would send it.
///
/// # Panics
/// If no response causes an error of this kind.
#[track_caller]
pub(super) fn failing(kind: ErrorKind) -> Reply {
    let (status, exception) = match kind {
        ErrorKind::InvalidRequest => (StatusCode::UNPROCESSABLE_ENTITY, "ValueError"),
        // Not `CredentialsNotValid`, which would cause another login.
        ErrorKind::Unauthorized => (StatusCode::UNAUTHORIZED, "AuthorizationException"),
        ErrorKind::PaymentRequired => (
            StatusCode::PAYMENT_REQUIRED,
            "SubscriptionUpgradeRequiredError",
        ),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "IllegalOperationError"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "KeyError"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "EntityExistsError"),
        ErrorKind::Unsupported => (StatusCode::NOT_IMPLEMENTED, "NotImplementedError"),
        ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "MaxConcurrentTasksError"),
        ErrorKind::Server => (StatusCode::INTERNAL_SERVER_ERROR, "RuntimeError"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "RuntimeError"),
        ErrorKind::Timeout => (StatusCode::REQUEST_TIMEOUT, "RuntimeError"),
        ErrorKind::Decode => return Reply::text("this is not JSON"),
        ErrorKind::Interrupted => return Reply::reset(),
        kind => panic!(
            "no response causes an error of kind {kind:?}; use `replies` with the response that \
             your program shall get"
        ),
    };
    Reply::error(
        status,
        exception,
        "the mock server fails as the test expects",
    )
}
