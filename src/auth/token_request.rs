//! What is a request to the token endpoint of an API?

use std::time::Duration;

use http::{Method, header};
use serde_core::de::DeserializeOwned;
use serde_json::{Value, json};

use super::token::{Token, jwt_expiry, time_until};
use crate::codec::decode;
use crate::codec::object::readable;
use crate::error::body as error_body;
use crate::transport::authorization::bearer_header;
use crate::transport::body::Body;
use crate::transport::request::{Accept, Request};
use crate::transport::shared::Transport;
use crate::{Error, ErrorKind, Result, Secret};

/// Successful response of the token endpoint (RFC 6749, section 5.1).
pub(crate) struct TokenResponse {
    access_token: Secret,
    expires_in: Option<Duration>,
}

/// Members of the response.
struct Wire {
    access_token: Option<Secret>,
    expires_in: Option<Value>,
}

readable! {
    Wire
    required {}
    nullable { "access_token" access_token, "expires_in" expires_in }
    optional {}
}

impl TokenResponse {
    /// Reads a response, or returns `None` if it does not contain an access token.
    fn read(body: &[u8]) -> Option<Self> {
        let wire: Wire = decode::decode(body).ok()?;
        let access_token = wire.access_token?.trimmed();
        (!access_token.expose().is_empty()).then(|| Self {
            access_token,
            expires_in: wire.expires_in.as_ref().and_then(seconds),
        })
    }

    /// Returns the access token. A lifetime that the response does not contain is that of the JWT.
    pub fn into_token(self, transport: &Transport) -> Result<Token> {
        let clock = &*transport.runtime().clock;
        let lifetime = self
            .expires_in
            .or_else(|| jwt_expiry(&self.access_token).map(|expiry| time_until(expiry, clock)));
        Token::new(self.access_token, lifetime, clock.now())
    }
}

/// Reads a lifetime in seconds: a positive number, or text with one. Returns `None` for other values.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    (!duration.is_zero()).then_some(duration)
}

/// Request of a login. It does not carry the client's access token.
pub(crate) struct TokenRequest(Request);

impl TokenRequest {
    fn new(method: Method, path: &'static str) -> Self {
        Self(Request {
            authenticated: false,
            is_login: true,
            // Idempotent: a second login obtains a second token and has no other effect.
            ..Request::new("login", method, path)
        })
    }

    /// Creates a request without a body.
    pub fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates a request with a form.
    pub fn post(path: &'static str, form: &Value) -> Result<Self> {
        let mut request = Self::new(Method::POST, path);
        request.0.body = Some(Body::form(form)?);
        Ok(request)
    }

    /// Redacts a secret from errors.
    pub fn redact(mut self, secret: &Secret) -> Self {
        self.0.secrets.push(secret.clone());
        self
    }

    /// Authenticates the request itself by a token or key.
    pub fn bearer(mut self, secret: &Secret) -> Result<Self> {
        let header = bearer_header(secret)?;
        self.0.headers.insert(header::AUTHORIZATION, header);
        Ok(self)
    }

    /// Sends the request and reads the access token of its response.
    ///
    /// # Errors
    /// `Decode` if the response does not contain an access token; the message describes the response.
    pub async fn send_for_token(self, transport: &Transport) -> Result<TokenResponse> {
        let response = transport.send(self.0, Accept::Json).await?;
        TokenResponse::read(&response.body).ok_or_else(|| {
            let found = error_body::describe(&response.body);
            let message = format!(
                "the token endpoint returned {found} instead of an access token; check that the URL \
                 leads to the API and that no login page or proxy intercepts it"
            );
            let error = Error::new(ErrorKind::Decode, message).with_status(response.status);
            response.context.explain(error)
        })
    }

    /// Sends the request and decodes its response.
    pub async fn send<T: DeserializeOwned>(self, transport: &Transport) -> Result<T> {
        let response = transport.send(self.0, Accept::Json).await?;
        decode::decode(&response.body).map_err(|mismatch| {
            let error = Error::new(ErrorKind::Decode, mismatch.to_string());
            response.context.explain(error.with_status(response.status))
        })
    }
}

/// Exchanges a session of the Pro API for a token of a workspace.
pub(crate) async fn exchange_pro_session(
    transport: &Transport,
    session: &Secret,
) -> Result<TokenResponse> {
    let form = json!({ "grant_type": "zenml-external" });
    let request = TokenRequest::post(transport.api().login_path, &form)?;
    request
        .redact(session)
        .bearer(session)?
        .send_for_token(transport)
        .await
}
