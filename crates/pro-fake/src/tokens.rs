//! Which credentials are valid, and to whom do they belong?

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{
    api_error::ApiError,
    model::{Caller, Principal, Token, TokenKind},
    state::State,
};

/// The beginning of API keys and personal access tokens.
const KEY_PREFIX: &str = "ZENPROKEY_";

impl State {
    /// Creates a token: a JWT with an `exp` claim, which clients can read.
    pub fn issue(&mut self, kind: TokenKind, principal: Principal, lifetime: Duration) -> String {
        let expires = self.now() + TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
        let (Principal::Account(subject) | Principal::Server(subject)) = principal;
        let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let value = format!(
            "{}.{}.{}",
            part(json!({"alg": "none", "typ": "JWT"})),
            part(json!({"sub": subject, "exp": expires.timestamp(), "jti": Uuid::new_v4()})),
            BASE64_URL_SAFE_NO_PAD.encode("unsigned"),
        );
        self.tokens.push(Token {
            value: value.clone(),
            caller: Caller { principal, kind },
            expires,
            revoked: false,
        });
        value
    }

    /// Returns the owner of the credentials of a request.
    pub fn authenticate(&self, credentials: &str) -> Result<Caller, ApiError> {
        if credentials.starts_with(KEY_PREFIX) {
            return Ok(Caller {
                principal: Principal::Account(self.owner_of_key(credentials)?),
                kind: TokenKind::ApiKey,
            });
        }
        let now = self.now();
        match self.tokens.iter().find(|token| token.value == credentials) {
            None => Err(ApiError::unauthorized("the token is unknown")),
            Some(token) if token.revoked => Err(ApiError::unauthorized("the token was revoked")),
            Some(token) if token.expires <= now => {
                Err(ApiError::unauthorized("the token has expired"))
            }
            Some(token) => Ok(token.caller),
        }
    }

    /// Returns the owner of an API key; fails if the key does not work any more.
    pub fn owner_of_key(&self, value: &str) -> Result<Uuid, ApiError> {
        let valid_until = self.keys.iter().find_map(|key| match &key.previous {
            _ if key.value == value => Some((key, key.expires)),
            Some((previous, until)) if previous == value => Some((key, Some(*until))),
            _ => None,
        });
        let (key, valid_until) =
            valid_until.ok_or_else(|| ApiError::unauthorized("the API key is unknown"))?;
        if !key.active {
            return Err(ApiError::unauthorized("the API key is not active"));
        }
        match valid_until {
            Some(end) if end <= self.now() => {
                Err(ApiError::unauthorized("the API key has expired"))
            }
            _ => Ok(key.owner),
        }
    }
}

/// Returns the value of a new API key.
pub(crate) fn new_key_value() -> String {
    let secret = Uuid::new_v4().as_bytes().repeat(2);
    format!("{KEY_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(secret))
}

/// Returns an unguessable code or secret.
pub(crate) fn new_secret() -> String {
    Uuid::new_v4().simple().to_string()
}
