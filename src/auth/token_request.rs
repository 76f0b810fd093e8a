//! What is a request to the token endpoint of an API?

use std::time::Duration;

use http::{HeaderMap, Method, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::token::Token;
use crate::codec::decode;
use crate::transport::authorization::bearer_header;
use crate::transport::body::Body;
use crate::transport::request::{Accept, Request};
use crate::transport::shared::Transport;
use crate::{Error, ErrorKind, Result, Secret};

/// Successful response of the token endpoint (RFC 6749, section 5.1).
#[derive(Deserialize)]
pub(crate) struct TokenResponse {
    access_token: Secret,
    /// Lifetime in seconds. A token without it does not expire.
    expires_in: Option<u64>,
}

impl TokenResponse {
    /// Returns the access token of the response.
    ///
    /// # Errors
    /// `Credentials`: the token contains characters that a header cannot carry.
    pub fn into_token(self, transport: &Transport) -> Result<Token> {
        let lifetime = self.expires_in.map(Duration::from_secs);
        let now = transport.runtime().clock.now();
        Token::new(self.access_token, lifetime, now)
    }
}

/// One request of a login.
pub(crate) struct TokenRequest {
    pub method: Method,
    pub path: &'static str,
    pub body: Option<Body>,
    pub headers: HeaderMap,
    pub secrets: Vec<Secret>,
}

impl TokenRequest {
    /// Creates a request that posts a form to the token endpoint.
    pub fn new(transport: &Transport, form: Body, secret: &Secret) -> Self {
        Self {
            method: Method::POST,
            path: transport.api().login_path,
            body: Some(form),
            headers: HeaderMap::new(),
            secrets: vec![secret.clone()],
        }
    }

    /// Authenticates the request itself by a token or key.
    pub fn bearer(mut self, secret: &Secret) -> Result<Self> {
        let header = bearer_header(secret)?;
        self.headers.insert(header::AUTHORIZATION, header);
        Ok(self)
    }

    /// Sends the request as a call of its own, with retries, and decodes the response.
    pub async fn send<T: DeserializeOwned>(self, transport: &Transport) -> Result<T> {
        let request = Request {
            headers: self.headers,
            body: self.body,
            secrets: self.secrets,
            authenticated: false,
            // Idempotent: a second login obtains a second token and has no other effect.
            ..Request::new("login", self.method, self.path)
        };
        let response = transport.send(request, Accept::Json).await?;
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
    let form = Body::form(&json!({ "grant_type": "zenml-external" }))?;
    let request = TokenRequest::new(transport, form, session).bearer(session)?;
    request.send(transport).await
}
