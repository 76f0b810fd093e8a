//! How long is an access token valid?

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};

use crate::codec::object::readable;
use crate::runtime::clock::Clock;
use crate::transport::authorization::Authorization;
use crate::{Result, Secret};

/// An access token with its lifetime.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub authorization: Arc<Authorization>,
    /// Time of the next renewal; `None` for never.
    renew_at: Option<Instant>,
    /// Expiry; `None` for never.
    expires_at: Option<Instant>,
}

impl Token {
    /// Creates a token that was issued now. `None` is a lifetime without end.
    ///
    /// # Errors
    /// `Credentials`: the token contains characters that a header cannot carry.
    pub fn new(secret: Secret, lifetime: Option<Duration>, now: Instant) -> Result<Self> {
        let at = |lifetime| now.checked_add(lifetime);
        Ok(Self {
            authorization: Arc::new(Authorization::bearer(secret)?),
            renew_at: lifetime.and_then(|lifetime| at(lifetime - leeway(lifetime))),
            expires_at: lifetime.and_then(at),
        })
    }

    /// Returns the same token without renewal before it expires.
    pub fn without_early_renewal(self) -> Self {
        Self {
            renew_at: self.expires_at,
            ..self
        }
    }

    /// Returns whether the token is valid and need not be renewed yet.
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.renew_at.is_none_or(|renew_at| now < renew_at)
    }

    /// Returns whether the token has not expired.
    pub fn is_valid(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }

    /// Returns whether the authorization is that of this token.
    pub fn is(&self, authorization: &Authorization) -> bool {
        std::ptr::eq(authorization, &raw const *self.authorization)
    }
}

/// Returns the time between the renewal of a token and its expiry. It is that of the official client
/// (`login/credentials_store.py`), limited to the lifetime of the token.
fn leeway(lifetime: Duration) -> Duration {
    if lifetime < Duration::from_secs(3600) {
        lifetime.min(Duration::from_secs(30))
    } else {
        Duration::from_secs(lifetime.as_secs() / 20)
    }
}

/// Returns the expiry of a JWT (RFC 7519), or `None` if the token is not a JWT or has no `exp` claim.
pub(crate) fn jwt_expiry(token: &Secret) -> Option<SystemTime> {
    struct Claims {
        exp: f64,
    }

    readable! { Claims required { "exp" exp } nullable {} optional {} }

    let claims = token.expose().split('.').nth(1)?;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    let since_epoch = Duration::try_from_secs_f64(claims.exp).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

/// Returns the time until an expiry.
pub(crate) fn time_until(expiry: SystemTime, clock: &dyn Clock) -> Duration {
    expiry.duration_since(clock.utc()).unwrap_or_default()
}

/// Formats a time for messages: `2026-11-21 20:04:49 UTC`.
pub(crate) fn to_utc_text(time: SystemTime) -> String {
    let text = DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Secs, true);
    text.replace('T', " ").replace('Z', " UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(lifetime: Option<u64>, now: Instant) -> Token {
        Token::new("t".into(), lifetime.map(Duration::from_secs), now).unwrap()
    }

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let now = Instant::now();
        for (lifetime, renewed_after) in [(3600, 3420), (60, 30), (86_400, 82_080)] {
            let token = token(Some(lifetime), now);
            let after = |seconds| now + Duration::from_secs(seconds);
            assert!(token.is_fresh(after(renewed_after - 1)));
            assert!(!token.is_fresh(after(renewed_after)));
            assert!(token.is_valid(after(lifetime - 1)));
            assert!(!token.is_valid(after(lifetime)));
        }
    }

    #[test]
    fn a_token_that_lives_shorter_than_the_leeway_is_used_once() {
        let now = Instant::now();
        let token = token(Some(10), now);
        assert!(!token.is_fresh(now) && token.is_valid(now));
    }

    #[test]
    fn a_token_without_expiry_stays_valid() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1 << 40);
        assert!(token(None, now).is_fresh(later) && token(None, now).is_valid(later));
        assert!(token(Some(u64::MAX), now).is_fresh(now));
    }

    #[test]
    fn the_expiry_of_a_jwt_is_read_and_that_of_other_tokens_is_unknown() {
        let jwt = |claims: &str| {
            let claims = BASE64_URL_SAFE_NO_PAD.encode(claims);
            jwt_expiry(&format!("e30.{claims}.sig").into())
        };
        let expiry = jwt(r#"{"sub":"x","exp":1795291489}"#).unwrap();
        assert_eq!(to_utc_text(expiry), "2026-11-21 20:04:49 UTC");
        assert_eq!(jwt("{}"), None);
        assert_eq!(jwt(r#"{"exp":-1}"#), None);
        assert_eq!(jwt(r#"{"exp":1e300}"#), None);
        for other in ["", "ZENKEY_abc", "a.%.c", "a.b.c"] {
            assert_eq!(jwt_expiry(&other.into()), None, "{other}");
        }
    }
}
