//! What can users do about an error?
//!
//! A hint is given only if it is certain to apply. For a missing route, the client asks the server for
//! its version first.

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use http::{HeaderValue, Method, StatusCode};

use super::api::{ApiConfig, ApiKind};
use super::request::{PreparedRequest, REQUEST_ID};
use super::response::ResponseBody;
use super::server_version::ServerVersion;
use super::shared::Transport;
use crate::availability::route::Route;
use crate::retry::attempt_error::AttemptError;
use crate::retry::idempotency::Idempotency;
use crate::retry::state::RetryState;
use crate::{CallOptions, Error, ErrorKind, RetryPolicy};

/// Time limit for the request for the version of the server.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// Returns the hint for the final error of a call.
pub(crate) async fn hint(
    transport: &Transport,
    operation: &str,
    failed: &AttemptError,
    request: &PreparedRequest,
    state: &RetryState,
    deadline: Option<Instant>,
) -> Option<String> {
    let error = &failed.error;
    let (api, base) = (transport.api(), transport.base());
    let authenticator = transport.authenticator();
    if let Some(wait) = failed.retry_after
        && transport
            .options()
            .retry
            .exceeds_max_retry_after(Some(wait))
    {
        return Some(format!(
            "the server asks to wait {} s, longer than `max_retry_after`; send the request again then",
            wait.as_secs()
        ));
    }
    let fixed = match error.kind() {
        ErrorKind::Unauthorized if failed.rejects_credentials && request.authenticated => {
            let now = transport.runtime().clock.utc();
            return Some(authenticator.rejection_hint(base, api.kind, now));
        }
        ErrorKind::NotFound | ErrorKind::Unsupported if lacks_the_route(error) => {
            let asked_for_version = request.template == ServerVersion::PATH;
            let server = if asked_for_version {
                None
            } else {
                probe(transport, request.headers.get(REQUEST_ID), deadline).await?
            };
            return missing_route(api, operation, request, server.as_ref());
        }
        ErrorKind::NotFound if request.method == Method::DELETE && state.has_unknown_effect() => {
            "an earlier attempt may have deleted it; the response to that attempt was lost"
        }
        ErrorKind::Configuration if error.status().is_some() => {
            "the proxy requires credentials; put them into its URL: \
             http://user:password@proxy.example.com:3128"
        }
        ErrorKind::Conflict if request.method == Method::POST && state.has_unknown_effect() => {
            "an earlier attempt may have created it; the response to that attempt was lost"
        }
        ErrorKind::Forbidden if request.authenticated => {
            let who = authenticator.name();
            return Some(format!(
                "{who} lacks permission at {base}; ask an administrator for a role that includes it"
            ));
        }
        ErrorKind::PaymentRequired if request.authenticated => {
            let who = authenticator.name();
            return Some(format!(
                "{who} has reached a limit at {base}; ask the administrator of the organization to \
                 change its plan"
            ));
        }
        ErrorKind::Tls => tls_advice(error.message()),
        ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Unavailable
            if request.idempotency == Idempotency::NonIdempotent =>
        {
            "not retried: the server may have carried out the request; check before you send it \
             again"
        }
        // The deadline is earlier, or there were too many attempts.
        _ if error.is_retryable() => {
            let wait = failed.retry_after.filter(|wait| !wait.is_zero())?;
            let seconds = wait.as_secs();
            return Some(format!(
                "the server asks to wait {seconds} s; send the request again then"
            ));
        }
        _ => return None,
    };
    Some(fixed.to_owned())
}

/// Returns advice for a failed TLS handshake. Its reason is in the text of rustls or of the system's
/// library.
fn tls_advice(message: &str) -> &'static str {
    let message = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["causedasendentity"]) {
        "the server uses a CA certificate as its own; create the server's certificate with \
         `basicConstraints=CA:FALSE`"
    } else if says(&["expired"]) {
        "the server's certificate has expired, or the clock of this machine is wrong; renew the \
         certificate or set the clock"
    } else if says(&["notvalidyet", "not valid yet", "not yet valid"]) {
        "the server's certificate is not valid yet, or the clock of this machine is wrong"
    } else if says(&["notvalidforname", "not valid for name", "hostname mismatch"]) {
        "the server's certificate is for another host; use the host name that it is issued for"
    } else if says(&[
        "invalidcontenttype",
        "corrupt message",
        "wrong version number",
        "packet length",
    ]) {
        "the server does not speak TLS at this port; check scheme and port of the URL"
    } else {
        "if the server uses a private CA, add its certificate with `root_certificate`"
    }
}

/// Requests the version of the server. Returns `Some(None)` if it is not a ZenML server, and `None` if
/// that is unknown.
async fn probe(
    transport: &Transport,
    request_id: Option<&HeaderValue>,
    deadline: Option<Instant>,
) -> Option<Option<ServerVersion>> {
    let url = transport
        .base()
        .join(ServerVersion::PATH, std::iter::empty())
        .ok()?;
    let mut headers = transport.default_headers().clone();
    if let Some(id) = request_id {
        headers.insert(REQUEST_ID, id.clone());
    }
    let request = PreparedRequest::version(url, headers);
    let attempt_timeout = transport.options().attempt_timeout;
    let limit = attempt_timeout.map_or(PROBE_LIMIT, |limit| limit.min(PROBE_LIMIT));
    let limit = transport.runtime().time_left(deadline, Some(limit));
    match transport.sender().attempt(&request, None, limit).await {
        Ok(response) => match response.body {
            ResponseBody::Whole(body) => {
                let version = ServerVersion::read(&body);
                Some(version.map(|version| transport.note_version(version).version))
            }
            ResponseBody::Streamed(_) => None,
        },
        // Any other failure may come from a proxy while the server is down.
        Err(failed) if failed.error.kind() == ErrorKind::NotFound => Some(None),
        Err(_) => None,
    }
}

/// Returns whether the server has no such route. Its web framework responds then: with 404 to an
/// unknown path, with 405 to an unknown method.
pub(crate) fn lacks_the_route(error: &Error) -> bool {
    error.server_exception().is_none()
        && match error.status() {
            Some(StatusCode::NOT_FOUND) => error.message() == "Not Found",
            Some(StatusCode::METHOD_NOT_ALLOWED) => true,
            _ => false,
        }
}

/// Returns the hint for a missing route, if the server explains it.
fn missing_route(
    api: &ApiConfig,
    operation: &str,
    request: &PreparedRequest,
    server: Option<&ServerVersion>,
) -> Option<String> {
    let server = match (api.kind, server) {
        (ApiKind::Workspace, Some(server)) => server,
        (ApiKind::Workspace, None) => {
            let hint = "there is no ZenML server at this URL; if it is the URL of the Pro API, use \
                        that of a workspace";
            return Some(hint.to_owned());
        }
        (ApiKind::Pro, server) => {
            let server = server?;
            return Some(format!(
                "this URL leads to a ZenML server ({server}); use the URL of the Pro API"
            ));
        }
    };
    let release = server.release();
    match Route::find(api.routes, &request.method, &request.template) {
        Some(route) if !route.versions.include(release) => {
            let is_too_old = route.versions.since.is_some_and(|since| release < since);
            let remedy = if is_too_old {
                "; upgrade the server"
            } else {
                ""
            };
            let versions = route.versions;
            Some(format!(
                "`{operation}` {versions}; the server is ZenML {server}{remedy}"
            ))
        }
        Some(route) if route.pro => {
            Some(format!("only workspaces of ZenML Pro have `{operation}`"))
        }
        _ => {
            let document = api.document_version?;
            server.compare(document).is_gt().then(|| {
                format!(
                    "the server is ZenML {server}, newer than {document}, which this client was \
                     generated for; it may have removed `{operation}`"
                )
            })
        }
    }
}

/// Puts a hint before the others of an error if the server is known to be older than all supported
/// ones.
pub(super) fn name_unsupported_server(transport: &Transport, error: Error) -> Error {
    let known = transport.known_version();
    let hint = known.and_then(|known| known.version.unsupported(transport.api()));
    match hint {
        // The error of a request for the version is part of the error of a call.
        Some(hint) if !error.hint().is_some_and(|known| known.contains(&hint)) => {
            error.with_special_hint(&hint)
        }
        _ => error,
    }
}

impl Transport {
    /// Returns the hint for a response that does not match its type: that the server has another version
    /// than the document that the client was generated from. Requests the version if it is unknown,
    /// once for all calls that need it.
    pub(crate) async fn mismatch_hint(&self, deadline: Option<Instant>) -> Option<String> {
        let document = self.api().document_version?;
        let server = match self.known_version() {
            Some(known) => known.version,
            None => {
                let once = self.with_options(CallOptions::default().retry(RetryPolicy::never()));
                let learned = once.learn_version(None, deadline, Some(PROBE_LIMIT));
                learned.await.ok()?.version
            }
        };
        let other = || match server.compare(document) {
            Ordering::Less => Some(format!(
                "the server is ZenML {server}, older than {document}, which this client was generated \
                 for"
            )),
            Ordering::Greater => Some(format!(
                "the server is ZenML {server}, newer than {document}, which this client was generated \
                 for; upgrade this crate"
            )),
            Ordering::Equal => None,
        };
        server.unsupported(self.api()).or_else(other)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
