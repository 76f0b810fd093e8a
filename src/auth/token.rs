use std::time::{Duration, Instant, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use http::HeaderValue;
use serde::Deserialize;

use crate::runtime::clock::Clock;
use crate::{Error, ErrorKind, Result, Secret};

/// What authenticates requests for a while.
#[derive(Debug)]
pub(crate) struct Token {
    pub secret: Secret,
    /// `Bearer …`
    pub authorization: HeaderValue,
    /// When to look for another, and when this one stops to be valid; none for never.
    renew_at: Option<Instant>,
    ends_at: Option<Instant>,
}

impl Token {
    /// # Errors
    /// `Credentials`: the token cannot stand in a header.
    pub fn new(secret: Secret, lifetime: Option<Duration>, now: Instant) -> Result<Self> {
        let at = |lifetime| now.checked_add(lifetime);
        Ok(Self {
            authorization: authorization(&secret)?,
            secret,
            renew_at: lifetime.and_then(|lifetime| at(lifetime - leeway(lifetime))),
            ends_at: lifetime.and_then(at),
        })
    }

    /// The same token, used until its very end: looking for another would end it.
    pub fn until_its_end(self) -> Self {
        Self {
            renew_at: self.ends_at,
            ..self
        }
    }

    /// Whether it can be used without looking for another.
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.renew_at.is_none_or(|renew_at| now < renew_at)
    }

    /// Whether it can be used at all.
    pub fn is_valid(&self, now: Instant) -> bool {
        self.ends_at.is_none_or(|ends_at| now < ends_at)
    }
}

/// How long before its end a token is renewed: as the official client does it
/// (`login/credentials_store.py`), but never more than the token lives.
fn leeway(lifetime: Duration) -> Duration {
    if lifetime < Duration::from_secs(3600) {
        lifetime.min(Duration::from_secs(30))
    } else {
        Duration::from_secs(lifetime.as_secs() / 20)
    }
}

/// # Errors
/// `Credentials`: the secret cannot stand in a header.
pub(crate) fn authorization(secret: &Secret) -> Result<HeaderValue> {
    let text = zeroize::Zeroizing::new(format!("Bearer {}", secret.expose()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        Error::new(
            ErrorKind::Credentials,
            "the token or key has characters that cannot stand in a header, a line break perhaps",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// When a token says that it ends, if it is a JSON Web Token that does.
pub(crate) fn end_of_jwt(token: &Secret) -> Option<SystemTime> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
    }
    let claims = token.expose().split('.').nth(1)?;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    let since_epoch = Duration::try_from_secs_f64(claims.exp).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

/// What is left of a lifetime that ends then.
pub(crate) fn left_until(end: SystemTime, clock: &dyn Clock) -> Duration {
    end.duration_since(clock.utc()).unwrap_or_default()
}

/// `2026-11-21T20:04:49Z`
pub(crate) fn shown(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(lifetime: Option<u64>, now: Instant) -> Token {
        Token::new("t".into(), lifetime.map(Duration::from_secs), now).unwrap()
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
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
    fn a_token_without_an_end_stays() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1 << 40);
        assert!(token(None, now).is_fresh(later) && token(None, now).is_valid(later));
        assert!(token(Some(u64::MAX), now).is_fresh(now));
    }

    #[test]
    fn the_end_of_a_jwt_is_read_and_of_anything_else_unknown() {
        let jwt = |claims: &str| {
            let claims = BASE64_URL_SAFE_NO_PAD.encode(claims);
            end_of_jwt(&format!("e30.{claims}.sig").into())
        };
        let end = jwt(r#"{"sub":"x","exp":1795291489}"#).unwrap();
        assert_eq!(shown(end), "2026-11-21T20:04:49Z");
        assert_eq!(jwt("{}"), None);
        assert_eq!(jwt(r#"{"exp":-1}"#), None);
        assert_eq!(jwt(r#"{"exp":1e300}"#), None);
        for other in ["", "ZENKEY_abc", "a.%.c", "a.b.c"] {
            assert_eq!(end_of_jwt(&other.into()), None, "{other}");
        }
    }
}
