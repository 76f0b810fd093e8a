//! Credentials: keys, tokens, devices, and who they belong to.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{
    call::Refusal,
    state::{State, Time},
};

/// The key of a service account, or a personal access token.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub id: Uuid,
    pub owner: Uuid,
    pub name: String,
    pub description: Option<String>,
    pub value: String,
    /// The value before the last rotation, and until when it works.
    pub previous: Option<(String, Time)>,
    pub active: bool,
    pub expires: Option<Time>,
    pub created: Time,
    pub updated: Time,
    pub last_login: Option<Time>,
    pub last_rotated: Option<Time>,
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub value: String,
    pub kind: Kind,
    pub who: Who,
    pub expires: Time,
    pub revoked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of a login with key or password, or of a workspace server.
    Session,
    /// Of a login in the browser.
    Device,
    /// From `GET /auth/api_token`.
    Generic,
    /// From `/auth/workspace_authorization`, good for that workspace alone.
    Workspace(Uuid),
    /// The key itself, sent with every request.
    Key,
}

/// Whom credentials belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// A user or a service account.
    Account(Uuid),
    /// The server of a workspace.
    Server(Uuid),
}

/// Who calls, and by which credentials.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub who: Who,
    pub kind: Kind,
}

/// A machine that somebody logs in on through a browser.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub id: Uuid,
    pub client: Uuid,
    pub user_code: String,
    pub device_code: String,
    /// Who has confirmed the login, and nobody yet.
    pub user: Option<Uuid>,
    pub denied: bool,
    pub trusted: bool,
    pub locked: bool,
    pub metadata: Option<serde_json::Value>,
    pub created: Time,
    /// Until when the login can be confirmed; then, until when its token works.
    pub expires: Time,
}

impl Caller {
    /// The account of a caller that is no workspace server.
    pub fn account(self) -> Result<Uuid, Refusal> {
        match self.who {
            Who::Account(id) => Ok(id),
            Who::Server(_) => Err(Refusal::forbidden("not for workspace servers")),
        }
    }

    /// The workspace of a caller that is its server.
    pub fn server(self) -> Result<Uuid, Refusal> {
        match self.who {
            Who::Server(id) => Ok(id),
            Who::Account(_) => Err(Refusal::forbidden("for workspace servers only")),
        }
    }
}

impl Token {
    pub fn belongs_to(&self, account: Uuid) -> bool {
        self.who == Who::Account(account)
    }
}

impl State {
    /// A new token: a JSON Web Token for those who read when it ends, and opaque otherwise.
    pub fn issue(&mut self, kind: Kind, who: Who, lifetime: Duration) -> String {
        let expires = self.now() + TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
        let (Who::Account(subject) | Who::Server(subject)) = who;
        let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let value = format!(
            "{}.{}.{}",
            part(json!({"alg": "none", "typ": "JWT"})),
            part(json!({"sub": subject, "exp": expires.timestamp(), "jti": Uuid::new_v4()})),
            BASE64_URL_SAFE_NO_PAD.encode("unsigned"),
        );
        self.tokens.push(Token {
            value: value.clone(),
            kind,
            who,
            expires,
            revoked: false,
        });
        value
    }

    /// Who sends these credentials.
    pub fn authenticate(&mut self, credentials: &str) -> Result<Caller, Refusal> {
        if credentials.starts_with(KEY_PREFIX) {
            let who = Who::Account(self.owner_of_key(credentials)?);
            let kind = Kind::Key;
            return Ok(Caller { who, kind });
        }
        let now = self.now();
        let token = self.tokens.iter().find(|token| token.value == credentials);
        match token {
            None => Err(Refusal::unauthorized("the token is unknown")),
            Some(token) if token.revoked => Err(Refusal::unauthorized("the token was revoked")),
            Some(token) if token.expires <= now => {
                Err(Refusal::unauthorized("the token has expired"))
            }
            Some(token) => {
                let (who, kind) = (token.who, token.kind);
                if let Who::Account(id) = who {
                    self.refuse_inactive(id)?;
                }
                Ok(Caller { who, kind })
            }
        }
    }

    /// The account that a key belongs to, if the key still works.
    pub fn owner_of_key(&mut self, value: &str) -> Result<Uuid, Refusal> {
        let now = self.now();
        let key = self
            .keys
            .iter_mut()
            .find(|key| {
                let previous = key.previous.as_ref();
                key.value == value || previous.is_some_and(|(old, _)| old == value)
            })
            .ok_or_else(|| Refusal::unauthorized("the API key is unknown"))?;
        let ends = match &key.previous {
            Some((old, until)) if old == value => Some(*until),
            _ => key.expires,
        };
        if !key.active {
            return Err(Refusal::unauthorized("the API key is not active"));
        }
        if ends.is_some_and(|ends| ends <= now) {
            return Err(Refusal::unauthorized("the API key has expired"));
        }
        key.last_login = Some(now);
        let owner = key.owner;
        self.refuse_inactive(owner)?;
        self.account(owner)?.last_login = Some(now);
        Ok(owner)
    }

    fn refuse_inactive(&mut self, account: Uuid) -> Result<(), Refusal> {
        match self.account(account) {
            Ok(account) if account.is_active => Ok(()),
            _ => Err(Refusal::unauthorized("the account is not active")),
        }
    }
}

/// What the keys of organizations and personal access tokens begin with.
const KEY_PREFIX: &str = "ZENPROKEY_";

/// The value of a new key.
pub(crate) fn key_value() -> String {
    let secret = Uuid::new_v4().as_bytes().repeat(2);
    format!("{KEY_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(secret))
}

/// What nobody can guess, for codes and secrets.
pub(crate) fn secret() -> String {
    Uuid::new_v4().simple().to_string()
}
