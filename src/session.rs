use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::credentials::Kind;
use crate::request::Body;
use crate::{Credentials, Secret};

/// What a client holds of its login, shared by all its clones.
#[derive(Debug, Default)]
pub(crate) struct Session {
    credentials: Option<Credentials>,
    // Held across a login, so that calls that come meanwhile wait for its token.
    pub token: Mutex<Option<Token>>,
}

impl Session {
    pub fn new(credentials: Option<Credentials>) -> Self {
        Self {
            credentials,
            token: Mutex::new(None),
        }
    }

    /// What has to be done for a request to be authenticated.
    pub fn proof(&self) -> Proof<'_> {
        match self.credentials.as_ref().map(|credentials| &credentials.0) {
            None => Proof::None,
            Some(Kind::Bearer(secret)) => Proof::Bearer(secret),
            Some(Kind::Password { user, password }) => Proof::Login { user, password },
        }
    }
}

pub(crate) enum Proof<'a> {
    None,
    Bearer(&'a Secret),
    Login { user: &'a str, password: &'a Secret },
}

/// The form of a login by user and password (`zen_server/routers/auth_endpoints.py`).
pub(crate) fn password_form(user: &str, password: &Secret) -> crate::Result<Body> {
    Body::form(&json!({
        "grant_type": "password",
        "username": user,
        "password": password.expose(),
    }))
}

/// The answer to a login.
#[derive(Deserialize)]
pub(crate) struct Grant {
    access_token: Secret,
    /// Seconds; none means never.
    expires_in: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Token {
    pub secret: Secret,
    renew_at: Option<Instant>,
}

impl Token {
    pub fn new(grant: Grant, now: Instant) -> Self {
        Self {
            secret: grant.access_token,
            renew_at: grant.expires_in.and_then(|seconds| {
                now.checked_add(Duration::from_secs(seconds - leeway(seconds)))
            }),
        }
    }

    pub fn is_fresh(&self, now: Instant) -> bool {
        self.renew_at.is_none_or(|renew_at| now < renew_at)
    }
}

/// How long before its end a token is renewed, in seconds: as the official client does it
/// (`login/credentials_store.py`), but never more than the token lives.
fn leeway(expires_in: u64) -> u64 {
    if expires_in < 3600 {
        expires_in.min(30)
    } else {
        expires_in / 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(expires_in: Option<u64>, now: Instant) -> Token {
        let access_token = Secret::from("t");
        Token::new(
            Grant {
                access_token,
                expires_in,
            },
            now,
        )
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        let now = Instant::now();
        for (lifetime, renewed_after) in [(3600, 3420), (60, 30), (86_400, 82_080)] {
            let token = token(Some(lifetime), now);
            assert!(token.is_fresh(now + Duration::from_secs(renewed_after - 1)));
            assert!(!token.is_fresh(now + Duration::from_secs(renewed_after)));
        }
    }

    #[test]
    fn a_token_that_lives_shorter_than_the_leeway_is_used_once() {
        let now = Instant::now();
        assert!(!token(Some(10), now).is_fresh(now));
    }

    #[test]
    fn a_token_without_an_end_stays() {
        let now = Instant::now();
        assert!(token(None, now).is_fresh(now + Duration::from_secs(1 << 40)));
        assert!(token(Some(u64::MAX), now).is_fresh(now));
    }
}
