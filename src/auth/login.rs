//! From credentials to a token.
//!
//! The forms are those of ZenML 0.98.0 (`zen_server/routers/auth_endpoints.py`); for the Pro API,
//! those of its documentation and of `login/pro/client.py`.

use std::time::Duration;

use http::{HeaderMap, Method, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::auth::credentials::Kind;
use crate::auth::hint::{passing, refused_login};
use crate::auth::token::{Token, authorization, end_of_jwt, left_until};
use crate::codec::decode;
use crate::transport::api::Family;
use crate::transport::execute::Accept;
use crate::transport::request::{Body, Repeat, Request};
use crate::{Credentials, Error, ErrorKind, Result, Secret, Transport};

/// How long a provider of credentials may take.
const PROVIDER_LIMIT: Duration = Duration::from_secs(60);

/// How long a key goes out itself before its exchange is tried again.
const KEY_LIFETIME: Duration = Duration::from_secs(3600);

/// The answer to a login.
#[derive(Deserialize)]
pub(crate) struct Grant {
    access_token: Secret,
    /// Seconds; none means never.
    expires_in: Option<u64>,
}

/// One request of a login.
pub(crate) struct LoginStep {
    pub method: Method,
    pub path: &'static str,
    pub body: Option<Body>,
    pub headers: HeaderMap,
    pub secrets: Vec<Secret>,
}

impl Transport {
    /// Makes a token of the credentials. The errors are those of the caller's call.
    pub(crate) async fn log_in(&self, credentials: &Credentials) -> Result<Token> {
        let provided;
        let credentials = match &credentials.0 {
            Kind::Provider(provider) => {
                let provide = provider.provide();
                let outcome = self.world().within(Some(PROVIDER_LIMIT), provide).await;
                let outcome = outcome.ok_or_else(|| {
                    let limit = PROVIDER_LIMIT.as_secs();
                    let message = format!("{}: nothing within {limit} s", provider.name());
                    Error::new(ErrorKind::Credentials, message)
                })?;
                provided = outcome.map_err(|error| {
                    let message = format!("{}: {error}", provider.name());
                    Error::new(ErrorKind::Credentials, message).with_source(error)
                })?;
                &provided
            }
            _ => credentials,
        };
        #[cfg(feature = "pro")]
        if let Kind::Pro(pro) = &credentials.0 {
            return self.log_in_through(pro).await;
        }
        if let Some(pro) = self.session().through.get() {
            return self.log_in_through(pro).await;
        }
        let refusal = match self.exchange(credentials).await {
            Ok(token) => return Ok(token),
            Err(refusal) => refusal,
        };
        if let Kind::Key(key) = &credentials.0 {
            let pro = self.pro_of_an_older_workspace(key, &refusal).await;
            let pro = pro.map_err(|error| self.failed_login(&credentials.name(), error, None))?;
            if let Some(pro) = pro {
                let token = self.log_in_through(&pro).await?;
                // Whoever comes second has found the same.
                let _ = self.session().through.set(pro);
                return Ok(token);
            }
            if knows_no_keys(&refusal) {
                // For a while: it may have been a proxy's answer, while the server was away.
                return Token::new(key.clone(), Some(KEY_LIFETIME), self.world().clock.now());
            }
        }
        let remedy = refused_login(&credentials.0, self.api().family, &refusal);
        Err(self.failed_login(&credentials.name(), refusal, remedy))
    }

    /// What is said of a login's error: who logged in, and where.
    pub(crate) fn failed_login(&self, who: &str, error: Error, remedy: Option<String>) -> Error {
        // Trouble with the network or the URL is not said to be trouble with the credentials.
        let (kind, status) = match error.kind() {
            ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::InvalidRequest => {
                (ErrorKind::Credentials, error.status())
            }
            // There is no way to log in at all; it is not what the call asked for that is missing.
            ErrorKind::NotFound | ErrorKind::Unsupported => (ErrorKind::Unavailable, None),
            other => (other, error.status()),
        };
        let remedy = remedy.or_else(|| {
            let remedy = match error.kind() {
                ErrorKind::Forbidden => "ask an administrator for access",
                ErrorKind::PaymentRequired => {
                    "the administrator of the organization can change its plan"
                }
                ErrorKind::NotFound | ErrorKind::Unsupported => {
                    "does the URL lead to the API, and does its server run?"
                }
                _ => return None,
            };
            Some(remedy.to_owned())
        });
        let message = format!(
            "the login of {who} to {} failed: {}",
            self.base(),
            error.message()
        );
        let failed = Error::new(kind, message);
        let failed = match status {
            Some(status) => failed.with_status(status),
            None => failed,
        };
        let failed = match error.request_id() {
            Some(id) => failed.with_request(id, error.attempts()),
            None => failed,
        };
        failed
            .with_hint(error.hint().map(str::to_owned).or(remedy))
            .with_hint(passing(&error))
            .with_source(error)
    }

    async fn exchange(&self, credentials: &Credentials) -> Result<Token> {
        let granted = match &credentials.0 {
            Kind::Token(token) => return self.as_it_is(token),
            // At the Pro API itself there is nothing to exchange it for.
            Kind::ProSession(session) if self.api().family == Family::Pro => {
                return self.as_it_is(session);
            }
            Kind::ProSession(session) => self.grant_external(session).await?,
            Kind::Key(key) => self.exchange_key(key).await?,
            Kind::Password { user, password } => {
                let form = json!({
                    "grant_type": "password",
                    "username": user,
                    "password": password.expose(),
                });
                self.grant(Body::form(&form)?, None, password).await?
            }
            // The server ends the tokens of a device that asks for codes again (`DEVICE_STATUS` in
            // `routers/auth_endpoints.py`).
            Kind::Device(device) => {
                let granted = device.log_in(self).await?;
                return Ok(self.token_of(granted)?.until_its_end());
            }
            // A client's login of the Pro API is no answer of a provider either.
            _ => {
                return Err(Error::new(
                    ErrorKind::Credentials,
                    "a credentials provider must not return another one",
                ));
            }
        };
        self.token_of(granted)
    }

    fn as_it_is(&self, token: &Secret) -> Result<Token> {
        let clock = &*self.world().clock;
        let lifetime = end_of_jwt(token).map(|end| left_until(end, clock));
        Token::new(token.clone(), lifetime, clock.now())
    }

    pub(crate) fn token_of(&self, granted: Grant) -> Result<Token> {
        let lifetime = granted.expires_in.map(Duration::from_secs);
        Token::new(granted.access_token, lifetime, self.world().clock.now())
    }

    /// Exchanges a session of the Pro API for a token of this workspace.
    pub(crate) async fn grant_external(&self, session: &Secret) -> Result<Grant> {
        let form = Body::form(&json!({ "grant_type": "zenml-external" }))?;
        self.grant(form, Some(session), session).await
    }

    async fn exchange_key(&self, key: &Secret) -> Result<Grant> {
        match self.api().family {
            Family::Workspace => {
                let form = json!({ "grant_type": "zenml-api-key", "password": key.expose() });
                self.grant(Body::form(&form)?, None, key).await
            }
            // Official clients differ in the grant type here; without, it is guessed.
            Family::Pro => {
                let form = Body::form(&json!({ "password": key.expose() }))?;
                self.grant(form, Some(key), key).await
            }
        }
    }

    async fn grant(&self, form: Body, bearer: Option<&Secret>, secret: &Secret) -> Result<Grant> {
        let mut headers = HeaderMap::new();
        if let Some(bearer) = bearer {
            headers.insert(header::AUTHORIZATION, authorization(bearer)?);
        }
        self.login_step(LoginStep {
            method: Method::POST,
            path: self.api().login_path,
            body: Some(form),
            headers,
            secrets: vec![secret.clone()],
        })
        .await
    }

    /// Sends one request of a login, as a call of its own.
    pub(crate) async fn login_step<T: DeserializeOwned>(&self, step: LoginStep) -> Result<T> {
        let request = Request {
            operation: "login".into(),
            template: step.path.into(),
            method: step.method,
            path: step.path.to_owned(),
            query: Vec::new(),
            headers: step.headers,
            body: step.body,
            secrets: step.secrets,
            // A second login makes a second token, and nothing else.
            repeat: Repeat::Always,
            authenticated: false,
        };
        let answer = self.send(request, Accept::Json).await?;
        decode::decode(&answer.body).map_err(|mismatch| {
            let error = Error::new(ErrorKind::Decode, mismatch.to_string());
            answer.origin.explain(error.with_status(answer.status))
        })
    }
}

/// Whether a login's answer says nothing against the key, but that it is none to exchange keys by:
/// no such route, no such grant, or an answer without a token.
pub(crate) fn knows_no_keys(error: &Error) -> bool {
    match error.status().map(|status| status.as_u16()) {
        Some(400 | 404 | 405 | 422 | 501) => true,
        Some(200..=299) => error.kind() == ErrorKind::Decode,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
