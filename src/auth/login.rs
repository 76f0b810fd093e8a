//! How are credentials exchanged for a token?
//!
//! The form fields are those of ZenML 0.98.0 (`zen_server/routers/auth_endpoints.py`). For the Pro API, they
//! follow its documentation and `login/pro/client.py`.

use std::time::Duration;

use serde_json::json;

use super::credentials::{Credentials, CredentialsProvider, Kind};
use super::hint;
use super::token::{Token, jwt_expiry, time_until};
use super::token_request::TokenRequest;
#[cfg(feature = "cli-login")]
use super::token_request::exchange_pro_session;
use crate::transport::api::ApiKind;
use crate::transport::shared::Transport;
use crate::{Error, ErrorKind, Result, Secret};

/// Time limit of a credentials provider.
const PROVIDER_LIMIT: Duration = Duration::from_secs(60);

/// Returns the credentials of a provider.
///
/// # Errors
/// `Credentials`: the provider failed, or took longer than 60 seconds.
pub(crate) async fn provided(
    transport: &Transport,
    provider: &dyn CredentialsProvider,
) -> Result<Credentials> {
    let provide = provider.provide();
    let outcome = transport.runtime().within(Some(PROVIDER_LIMIT), provide);
    let outcome = outcome.await.ok_or_else(|| {
        let limit = PROVIDER_LIMIT.as_secs();
        let message = format!("{} did not respond within {limit} s", provider.name());
        Error::new(ErrorKind::Credentials, message)
    })?;
    outcome.map_err(|error| {
        let message = format!("{}: {error}", provider.name());
        Error::new(ErrorKind::Credentials, message).with_source(error)
    })
}

/// Exchanges credentials for a token at the API of the transport.
pub(crate) async fn exchange(transport: &Transport, credentials: &Credentials) -> Result<Token> {
    let api = transport.api();
    let login_path = api.login_path;
    let response = match &credentials.0 {
        Kind::Token(token) => return unchanged(transport, token),
        // At the Pro API, the session is the access token.
        #[cfg(feature = "cli-login")]
        Kind::ProSession(session) if api.kind == ApiKind::Pro => {
            return unchanged(transport, session);
        }
        #[cfg(feature = "cli-login")]
        Kind::ProSession(session) => exchange_pro_session(transport, session).await?,
        Kind::Key(key) => {
            let form = match api.kind {
                ApiKind::Workspace => {
                    json!({ "grant_type": "zenml-api-key", "password": key.expose() })
                }
                // Official clients differ in the grant type; without one, the server derives it.
                ApiKind::Pro => json!({ "password": key.expose() }),
            };
            let request = TokenRequest::post(login_path, &form)?.redact(key);
            let request = match api.kind {
                ApiKind::Workspace => request,
                ApiKind::Pro => request.bearer(key)?,
            };
            request.send_for_token(transport).await?
        }
        Kind::Password { user, password } => {
            let form = json!({
                "grant_type": "password",
                "username": user,
                "password": password.expose(),
            });
            let request = TokenRequest::post(login_path, &form)?.redact(password);
            request.send_for_token(transport).await?
        }
        // A new device login invalidates the tokens of the device (`DEVICE_STATUS` in
        // `routers/auth_endpoints.py`).
        Kind::Device(device) => {
            let response = device.log_in(transport).await?;
            return Ok(response.into_token(transport)?.without_early_renewal());
        }
        // The only kinds left are a provider, and the login of a Pro client.
        _ => {
            return Err(Error::new(
                ErrorKind::Credentials,
                "a credentials provider must not return another provider",
            ));
        }
    };
    response.into_token(transport)
}

/// Returns the token of credentials that are sent as they are.
fn unchanged(transport: &Transport, token: &Secret) -> Result<Token> {
    let clock = &*transport.runtime().clock;
    let lifetime = jwt_expiry(token).map(|expiry| time_until(expiry, clock));
    Token::new(token.clone(), lifetime, clock.now())
}

/// Turns the error of a request into the error of a login, which names principal and server.
pub(crate) fn failed_login(
    transport: &Transport,
    who: &str,
    error: Error,
    advice: Option<String>,
) -> Error {
    // A network failure or a wrong URL is not reported as invalid credentials.
    let (kind, status) = match error.kind() {
        ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::InvalidRequest => {
            (ErrorKind::Credentials, error.status())
        }
        // Not `NotFound`, which would mean the resource of the call.
        ErrorKind::NotFound | ErrorKind::Unsupported => (ErrorKind::Unavailable, None),
        other => (other, error.status()),
    };
    let advice = advice.or_else(|| {
        let advice = match error.kind() {
            ErrorKind::Forbidden => "ask an administrator for access",
            ErrorKind::PaymentRequired => {
                "ask the administrator of the organization to change its plan"
            }
            ErrorKind::NotFound | ErrorKind::Unsupported => {
                "check that the URL leads to the API and that its server runs"
            }
            _ => return None,
        };
        Some(advice.to_owned())
    });
    let message = format!(
        "the login of {who} to {} failed: {}",
        transport.base(),
        error.message()
    );
    let mut failed = Error::new(kind, message);
    if let Some(status) = status {
        failed = failed.with_status(status);
    }
    if let Some(id) = error.request_id() {
        failed = failed.with_request(id, error.attempts());
    }
    failed
        .with_hint(error.hint().map(str::to_owned).or(advice))
        .with_hint(hint::transient_failure(&error))
        .with_source(error)
}

/// Returns whether the token endpoint rejects the grant type: the server does not exchange keys, and
/// the key may be valid.
///
/// ZenML names the grant type in the text, and OAuth has a code for it (RFC 6749, section 5.2). Any
/// other response may come from a proxy.
pub(crate) fn refuses_grant_type(error: &Error) -> bool {
    let is_client_error = matches!(
        error.status().map(|status| status.as_u16()),
        Some(400 | 401 | 422)
    );
    let text = error.message().to_ascii_lowercase();
    // A proxy that quotes the request names the grant type, too, but does not begin with these words.
    let refusals = [
        "unsupported grant type",
        "invalid grant type",
        "body.grant_type: ",
    ];
    is_client_error
        && (error.server_exception() == Some("unsupported_grant_type")
            || refusals.iter().any(|refusal| text.starts_with(refusal)))
}

#[cfg(test)]
mod tests;
