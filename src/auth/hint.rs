//! What can users do about rejected credentials?

use std::time::SystemTime;

use http::StatusCode;

use super::credentials::{Credentials, Kind};
use super::token::{jwt_expiry, to_utc_text};
use crate::transport::api::ApiKind;
use crate::transport::base_url::BaseUrl;
use crate::{Error, ErrorKind, Secret};

/// Prefix of the keys of ZenML Pro: API keys of service accounts and personal access tokens
/// (`ZENML_PRO_API_KEY_PREFIX` in `constants.py`).
const PRO_KEY: &str = "ZENPROKEY_";

/// Returns whether the key is one of ZenML Pro.
pub(crate) fn is_pro_key(key: &Secret) -> bool {
    key.expose().starts_with(PRO_KEY)
}

/// Returns advice for an access token that a server rejects.
pub(crate) fn rejected_token(
    credentials: Option<&Credentials>,
    base: &BaseUrl,
    api: ApiKind,
    now: SystemTime,
) -> String {
    let Some(credentials) = credentials else {
        return "the client has no credentials; pass them to `credentials` of the builder"
            .to_owned();
    };
    match &credentials.0 {
        Kind::Token(token) => rejected_api_token(token, base, api, now),
        Kind::Provider(provider) => {
            let source = format!("they come from {}", provider.name());
            match provider.hint() {
                Some(hint) => format!("{source}: {hint}"),
                None => source,
            }
        }
        // A server that does not exchange keys rejects the key itself.
        Kind::Key(key) => format!(
            "{base} rejects {}, or the token that it was exchanged for: {}",
            credentials.name(),
            rejected_key(key, api)
        ),
        _ => format!(
            "{} logged in to {base}, which rejects the token that it issued; check that the URL \
             always leads to the same server",
            credentials.name()
        ),
    }
}

fn rejected_api_token(token: &Secret, base: &BaseUrl, api: ApiKind, now: SystemTime) -> String {
    let text = token.expose();
    if text.to_ascii_lowercase().starts_with("bearer ") {
        return "pass the token without the prefix \"Bearer\"".to_owned();
    }
    if text.contains(['"', '\'', ' ']) {
        return "the token contains quotes or spaces; pass the token alone".to_owned();
    }
    let renewal = match api {
        ApiKind::Workspace => {
            "create a new one (`GET /api/v1/api_token`, or the dashboard), or use an API key, which \
             the client renews by itself"
        }
        ApiKind::Pro => {
            "create a new one (API Tokens in the settings of the organization), or use the API key \
             of a service account, which the client renews by itself"
        }
    };
    match jwt_expiry(token) {
        Some(expiry) if expiry <= now => {
            format!(
                "the API token expired at {}; {renewal}",
                to_utc_text(expiry)
            )
        }
        _ => {
            let other = match api {
                ApiKind::Workspace => "a token of the Pro API is not valid at a workspace",
                ApiKind::Pro => "a token of a workspace is not valid at the Pro API",
            };
            format!("the API token is not valid at {base} ({other}); {renewal}")
        }
    }
}

/// Returns advice for a rejected key that may have been valid before.
fn rejected_key(key: &Secret, api: ApiKind) -> String {
    let advice = match (is_pro_key(key), api) {
        (true, ApiKind::Pro) => {
            "the key has expired, was deactivated, deleted or rotated, or its owner lacks access; \
             create a new one in the settings of the organization at ZenML Pro"
        }
        // The workspace does not give the reason.
        (true, ApiKind::Workspace) => {
            "the key has expired, was deactivated, deleted or rotated, or its owner lacks access; \
             create a new one in the settings of the organization at ZenML Pro; if the key works at \
             the Pro API, check that its owner is active and has a role on the workspace"
        }
        (false, _) => {
            "the key was deactivated, deleted or rotated; create a new one \
             (`zenml service-account api-key`, or the dashboard)"
        }
    };
    advice.to_owned()
}

/// Returns advice for a login that the token endpoint rejects, or `None` if the reason is unknown.
pub(crate) fn rejected_login(credentials: &Kind, api: ApiKind, error: &Error) -> Option<String> {
    let is_rejected = error.kind() == ErrorKind::Unauthorized;
    let advice = match (credentials, api) {
        (Kind::Key(key), ApiKind::Workspace) if is_pro_key(key) && cannot_read_keys(error) => {
            "the key is a key of ZenML Pro, but this server does not belong to ZenML Pro; use an API \
             key of this server"
        }
        (Kind::Key(key), ApiKind::Pro) if is_rejected && !is_pro_key(key) => {
            "the key is a key of a ZenML server; the Pro API accepts API keys of an organization's \
             service accounts and personal access tokens (ZENPROKEY_…)"
        }
        (Kind::Key(key), api) if is_rejected => return Some(rejected_key(key, api)),
        #[cfg(feature = "cli-login")]
        (Kind::ProSession(_), _) if is_rejected => {
            "check that the user has a role on the workspace; if the login has expired, run `zenml \
             login` again"
        }
        (Kind::Password { .. }, ApiKind::Workspace)
            if error.message().starts_with("Unsupported grant type") =>
        {
            "workspaces of ZenML Pro do not accept passwords; use the API key of a service account"
        }
        (Kind::Password { .. }, _) if is_rejected => {
            "check the user name, the password, and that the user is active"
        }
        (Kind::Device(_), _) if was_not_confirmed(error) => {
            "confirm the login in the browser; the next call shows a new code"
        }
        (Kind::Device(_), ApiKind::Workspace) if error.status() == Some(StatusCode::FORBIDDEN) => {
            "workspaces of ZenML Pro do not support device logins; log in to the Pro API by device \
             and call `connect_workspace` of its client"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

/// Returns advice for a transient failure of a login, which does not concern the credentials.
pub(crate) fn transient_failure(error: &Error) -> Option<String> {
    if error.is_control_plane_outage() {
        // The workspace does not distinguish an outage of the Pro API from a request it rejects.
        let hint = "the workspace could not ask ZenML Pro who this is; try again later, and if that \
                    does not help, ask the administrator of the organization";
        return Some(hint.to_owned());
    }
    error
        .is_retryable()
        .then(|| "the credentials were not rejected; try again later".to_owned())
}

/// Returns whether a server says that it cannot decode the key. Servers outside ZenML Pro say so of a
/// key of ZenML Pro (`authenticate_api_key` in `zen_server/auth.py`).
pub(crate) fn cannot_read_keys(error: &Error) -> bool {
    error.kind() == ErrorKind::Unauthorized && error.message().contains("error decoding API key")
}

/// Returns whether a device login was denied, or was not confirmed in time.
fn was_not_confirmed(error: &Error) -> bool {
    error.kind() == ErrorKind::Credentials
        || matches!(
            error.server_exception(),
            Some("access_denied" | "expired_token")
        )
}
