//! Which login does a client need? The clones of a client share it.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use super::credentials::{Credentials, Kind};
use super::hint;
use super::login::{exchange, failed_login, provided, refuses_grant_type};
use super::pro_token_exchange::{log_in_through, pro_api_of_older_workspace};
use super::token::Token;
use super::token_cache::TokenCache;
use crate::transport::api::{ApiConfig, ApiKind};
use crate::transport::authorization::Authorization;
use crate::transport::base_url::BaseUrl;
use crate::transport::shared::{Authenticator, AuthorizationFuture, Transport};
use crate::{CallOptions, Result, RetryPolicy};

/// Time for which a key itself is sent before the client tries to exchange it again.
const KEY_LIFETIME: Duration = Duration::from_secs(3600);

/// Credentials of a client, and the access token that they were exchanged for.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    credentials: Option<Credentials>,
    /// The Pro API, after the workspace has turned out to need a login through it.
    pro: Arc<OnceLock<Transport>>,
    tokens: Arc<TokenCache>,
}

impl Session {
    pub fn new(credentials: Option<Credentials>) -> Self {
        Self {
            credentials,
            pro: Arc::default(),
            tokens: Arc::default(),
        }
    }

    /// Logs in and returns the access token. Errors name the login, not the call that needs it.
    async fn log_in(&self, transport: &Transport, credentials: &Credentials) -> Result<Token> {
        let from_provider;
        let credentials = match &credentials.0 {
            Kind::Provider(provider) => {
                from_provider = provided(transport, &**provider).await?;
                &from_provider
            }
            _ => credentials,
        };
        #[cfg(feature = "pro")]
        if let Kind::Pro(pro) = &credentials.0 {
            return log_in_through(transport, pro).await;
        }
        if let Some(pro) = self.pro.get() {
            return log_in_through(transport, pro).await;
        }
        let refusal = match exchange(transport, credentials).await {
            Ok(token) => return Ok(token),
            Err(refusal) => refusal,
        };
        let who = credentials.name();
        if let Kind::Key(key) = &credentials.0 {
            let pro_url = pro_api_of_older_workspace(transport, key, &refusal).await;
            let pro = pro_url.and_then(|url| {
                let session = || Arc::new(Self::new(self.credentials.clone()));
                url.map(|url| transport.to_server(&url, ApiConfig::PRO, session()))
                    .transpose()
            });
            if let Some(pro) = pro.map_err(|error| failed_login(transport, &who, error, None))? {
                let token = log_in_through(transport, &pro).await?;
                // A concurrent login has found the same API.
                let _ = self.pro.set(pro);
                return Ok(token);
            }
            if refuses_grant_type(&refusal) {
                tracing::warn!(
                    target: "zenml",
                    server = %transport.base(),
                    "the server does not exchange API keys: the key itself is sent with each request"
                );
                let now = transport.runtime().clock.now();
                return Token::new(key.clone(), Some(KEY_LIFETIME), now);
            }
        }
        let advice = hint::rejected_login(&credentials.0, transport.api().kind, &refusal);
        Err(failed_login(transport, &who, refusal, advice))
    }
}

impl Authenticator for Session {
    fn cached(&self, rejected: Option<&Authorization>, now: Instant) -> Option<Arc<Authorization>> {
        self.tokens.cached(rejected, now)
    }

    fn authorize<'a>(
        &'a self,
        transport: &'a Transport,
        rejected: Option<&'a Authorization>,
    ) -> AuthorizationFuture<'a> {
        Box::pin(async move {
            let Some(credentials) = &self.credentials else {
                return Ok(None);
            };
            let log_in = |is_renewal| {
                let mut options = CallOptions::default().timeout(None);
                if is_renewal {
                    // Calls that have a valid token should not wait for retries.
                    options = options.retry(RetryPolicy::never());
                }
                let transport = transport.with_defaults().with_options(options);
                let (session, credentials) = (self.clone(), credentials.clone());
                async move { session.log_in(&transport, &credentials).await }
            };
            let authorization = self.tokens.get(transport.runtime(), rejected, log_in);
            authorization.await.map(Some)
        })
    }

    fn invalidate(&self, rejected: &Authorization) {
        self.tokens.invalidate(rejected);
    }

    fn is_renewable(&self) -> bool {
        self.credentials
            .as_ref()
            .is_some_and(|credentials| !matches!(credentials.0, Kind::Token(_)))
    }

    fn name(&self) -> String {
        match &self.credentials {
            Some(credentials) => credentials.name(),
            None => "a client without credentials".to_owned(),
        }
    }

    fn rejection_hint(&self, base: &BaseUrl, api: ApiKind, now: SystemTime) -> String {
        hint::rejected_token(self.credentials.as_ref(), base, api, now)
    }
}

#[cfg(test)]
mod tests;
