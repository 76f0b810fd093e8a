//! What helps against refused credentials.

use http::StatusCode;

use crate::auth::credentials::Kind;
use crate::auth::token::{end_of_jwt, shown};
use crate::transport::api::Family;
use crate::transport::sender::is_of_a_control_plane_that_is_down;
use crate::{Error, ErrorKind, Secret, Transport};

/// Begins the keys of ZenML Pro: those of service accounts, and personal access tokens
/// (`ZENML_PRO_API_KEY_PREFIX` in `constants.py`).
const PRO_KEY: &str = "ZENPROKEY_";

pub(crate) fn is_key_of_pro(key: &Secret) -> bool {
    key.expose().starts_with(PRO_KEY)
}

impl Transport {
    /// Against the refusal of a call's credentials.
    pub(crate) fn remedy(&self) -> String {
        let base = self.base();
        let session = self.session();
        let token = match session.credentials().map(|credentials| &credentials.0) {
            None => return "the client has no credentials".to_owned(),
            Some(Kind::Token(token)) => token,
            Some(Kind::Provider(provider)) => {
                let whose = format!("they are of {}", provider.name());
                return match provider.hint() {
                    Some(hint) => format!("{whose}: {hint}"),
                    None => whose,
                };
            }
            // The key itself was refused, where a login knows no keys, or a token made of it.
            Some(Kind::Key(key)) => {
                let (name, advice) = (session.name(), instead_of_key(key, self.api().family));
                return format!(
                    "{base} does not take {name}, or what it was exchanged for: {advice}"
                );
            }
            Some(_) => {
                let name = session.name();
                return format!(
                    "{name} could log in to {base}, which refuses the token that it gave for that"
                );
            }
        };
        let text = token.expose();
        if text.to_ascii_lowercase().starts_with("bearer ") {
            return "give the token alone, without \"Bearer\" before it".to_owned();
        }
        if text.contains(['"', '\'', ' ']) {
            return "the token has quotes or spaces: give it alone".to_owned();
        }
        let renewal = match self.api().family {
            Family::Workspace => {
                "make another one (`GET /api/v1/api_token`, or the dashboard), or give the client \
                 an API key, which it renews by itself"
            }
            Family::Pro => {
                "make another one (API Tokens, in the settings of the organization), or give the \
                 client the API key of a service account, which it renews by itself"
            }
        };
        match end_of_jwt(token) {
            Some(end) if end <= self.world().clock.utc() => {
                format!("the API token expired at {}; {renewal}", shown(end))
            }
            _ => {
                let other = match self.api().family {
                    Family::Workspace => "a token of the Pro API opens no workspace",
                    Family::Pro => "a workspace's token does not open the Pro API",
                };
                format!("the API token is not valid at {base} ({other}); {renewal}")
            }
        }
    }
}

/// Against the refusal of a key that may have worked once.
fn instead_of_key(key: &Secret, family: Family) -> String {
    let advice = match (is_key_of_pro(key), family) {
        (true, Family::Pro) => {
            "the key has expired, is switched off, deleted or rotated, or its owner has no access: \
             make another one, in the settings of the organization at ZenML Pro"
        }
        // The workspace does not say why.
        (true, Family::Workspace) => {
            "the key has expired, is switched off, deleted or rotated, or its owner has no access: \
             make another one, in the settings of the organization at ZenML Pro; if it opens the \
             Pro API, has its owner a role on the workspace, and is that active?"
        }
        (false, _) => {
            "the key is switched off, deleted or rotated: make another one \
             (`zenml service-account api-key`, or the dashboard)"
        }
    };
    advice.to_owned()
}

/// Against the refusal of a login, if anything is known.
pub(crate) fn refused_login(credentials: &Kind, family: Family, error: &Error) -> Option<String> {
    let is_refused = error.kind() == ErrorKind::Unauthorized;
    Some(match (credentials, family) {
        (Kind::Key(key), Family::Workspace) if is_key_of_pro(key) && cannot_read_keys(error) => {
            "the key is one of ZenML Pro, to which this server does not belong".to_owned()
        }
        (Kind::Key(key), Family::Pro) if is_refused && !is_key_of_pro(key) => {
            "the key is one of a ZenML server; the Pro API takes the keys of an organization's \
             service accounts and personal access tokens (ZENPROKEY_…)"
                .to_owned()
        }
        (Kind::Key(key), family) if is_refused => instead_of_key(key, family),
        (Kind::ProSession(_), _) if is_refused => {
            "has the user a role on the workspace? If the login has ended, run `zenml login` again"
                .to_owned()
        }
        (Kind::Password { .. }, Family::Workspace)
            if error.message().starts_with("Unsupported grant type") =>
        {
            "workspaces of ZenML Pro take no passwords: give the API key of a service account"
                .to_owned()
        }
        (Kind::Password { .. }, _) if is_refused => {
            "check the name and the password; is the user active?".to_owned()
        }
        (Kind::Device(_), _) if was_not_confirmed(error) => {
            "confirm the login in the browser: the next call shows where, with another code"
                .to_owned()
        }
        (Kind::Device(_), Family::Workspace) if error.status() == Some(StatusCode::FORBIDDEN) => {
            "workspaces of ZenML Pro take no part in logins by device: log in to the Pro API so, \
             and go on by its client's connect_workspace"
                .to_owned()
        }
        _ => return None,
    })
}

/// Against what refuses nobody, and keeps everybody from logging in for a while.
pub(crate) fn passing(error: &Error) -> Option<String> {
    if is_of_a_control_plane_that_is_down(error) {
        // The workspace says the same of a Pro API that is down and of one that refuses to answer.
        let hint = "the workspace could not learn from ZenML Pro who this is: try again later, and \
                    if that does not help, ask the administrator of the organization";
        return Some(hint.to_owned());
    }
    error
        .is_retryable()
        .then(|| "nothing was said against the credentials: try again later".to_owned())
}

/// Whether a server says that the key is none: as those do to which ZenML Pro's look so
/// (`authenticate_api_key` in `zen_server/auth.py`).
pub(crate) fn cannot_read_keys(error: &Error) -> bool {
    error.kind() == ErrorKind::Unauthorized && error.message().contains("error decoding API key")
}

/// Whether somebody denied a login on a device, or nobody confirmed it in time.
fn was_not_confirmed(error: &Error) -> bool {
    error.kind() == ErrorKind::Credentials
        || matches!(
            error.server_exception(),
            Some("access_denied" | "expired_token")
        )
}
