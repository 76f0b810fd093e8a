//! What do all calls to one API share? Authentication is a trait, which `auth` implements.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, Method, header};
use tokio::sync::Semaphore;

use super::api::{ApiConfig, ApiKind};
use super::authorization::Authorization;
use super::base_url::BaseUrl;
use super::call_options::{CallOptions, ResolvedOptions};
use super::connection::{HttpClients, Permit};
use super::sender::HttpSender;
use super::version_cache::VersionCache;
use crate::retry::budget::RetryBudget;
use crate::runtime::Runtime;
use crate::{Error, ErrorKind, Result, Secret};

/// Sends calls to one API. Clones share connections, login and retry budget.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
    options: Arc<ResolvedOptions>,
}

/// State that all clones of a client share.
pub(crate) struct Shared {
    pub http: HttpClients,
    /// Permits of concurrent requests; `None` for no limit.
    pub permits: Option<Arc<Semaphore>>,
    pub base: BaseUrl,
    /// Whether credentials may travel in clear text.
    pub insecure_http: bool,
    pub api: ApiConfig,
    /// Project of lists whose calls do not name one.
    pub project: Option<String>,
    /// Headers of every request.
    pub headers: HeaderMap,
    /// Values of headers to redact from errors.
    pub secrets: Vec<Secret>,
    pub authenticator: Arc<dyn Authenticator>,
    pub budget: RetryBudget,
    pub runtime: Runtime,
    pub versions: VersionCache,
    /// Options of calls without options of their own.
    pub defaults: Arc<ResolvedOptions>,
}

pub(crate) type AuthorizationFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Arc<Authorization>>>> + Send + 'a>>;

/// Source of access tokens for a transport and all its clones.
pub(crate) trait Authenticator: fmt::Debug + Send + Sync {
    /// Returns the cached access token if it need not be renewed, unless it is the rejected one.
    fn cached(&self, rejected: Option<&Authorization>, now: Instant) -> Option<Arc<Authorization>>;

    /// Returns an access token, after a login through the transport if one is needed. Returns
    /// `None` without credentials.
    fn authorize<'a>(
        &'a self,
        transport: &'a Transport,
        rejected: Option<&'a Authorization>,
    ) -> AuthorizationFuture<'a>;

    /// Forgets an access token that a server has rejected.
    fn invalidate(&self, rejected: &Authorization);

    /// Returns whether another login can obtain another access token.
    fn is_renewable(&self) -> bool;

    /// Returns the name of the principal for error messages.
    fn name(&self) -> String;

    /// Returns the hint for an access token that this server rejects.
    fn rejection_hint(&self, base: &BaseUrl, api: ApiKind, now: SystemTime) -> String;
}

impl Transport {
    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            options: shared.defaults.clone(),
            shared: Arc::new(shared),
        }
    }

    /// Returns the same transport with other options.
    #[must_use]
    pub(crate) fn with_options(&self, options: CallOptions) -> Self {
        Self {
            shared: self.shared.clone(),
            options: Arc::new(self.options.with(options)),
        }
    }

    /// Returns the same transport with a limit of the time without any byte, also before a response.
    pub(crate) fn with_stall_limit(&self, limit: Duration) -> Self {
        let attempt = self.options.attempt_timeout;
        let options = CallOptions::default()
            .attempt_timeout(attempt.map_or(limit, |attempt| attempt.min(limit)))
            .idle_timeout(limit);
        self.with_options(options)
    }

    /// Returns the same transport with the client's own options.
    pub(crate) fn with_defaults(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            options: self.shared.defaults.clone(),
        }
    }

    /// Returns a transport to another server with the settings of this one.
    ///
    /// # Errors
    /// `Configuration`: the URL is not usable, or credentials would travel in clear text.
    pub(crate) fn to_server(
        &self,
        url: &str,
        api: ApiConfig,
        authenticator: Arc<dyn Authenticator>,
    ) -> Result<Self> {
        let shared = &*self.shared;
        let user_agent = shared.headers.get(header::USER_AGENT).cloned();
        let user_agent = user_agent
            .into_iter()
            .map(|agent| (header::USER_AGENT, agent));
        let base = BaseUrl::for_credentials(url, api.path_suffix, shared.insecure_http)?;
        let is_local = BaseUrl::is_clear_text_to_this_machine;
        let http = match &shared.http.connection {
            // One of the two goes through the system's proxy, the other must not.
            Some(connection) if is_local(&base) != is_local(&shared.base) => {
                HttpClients::connecting(connection.clone(), &base)?
            }
            connection => HttpClients::new(self.http(), connection.clone()),
        };
        Ok(Self::new(Shared {
            http,
            permits: shared.permits.clone(),
            base,
            insecure_http: shared.insecure_http,
            api,
            // Projects are those of one server.
            project: None,
            // Default headers of the program are only for the server that it has configured.
            headers: user_agent.collect(),
            secrets: Vec::new(),
            authenticator,
            budget: shared.budget.fresh(),
            runtime: shared.runtime.clone(),
            versions: VersionCache::default(),
            defaults: shared.defaults.clone(),
        }))
    }

    fn http(&self) -> reqwest::Client {
        self.shared.http.current(&self.shared.base)
    }

    /// Returns the sender of attempts.
    pub(crate) fn sender(&self) -> HttpSender<'_> {
        HttpSender {
            http: self.http(),
            api: self.shared.api.kind,
            runtime: &self.shared.runtime,
        }
    }

    /// Returns the access token for a request, after a login if one is needed.
    pub(crate) async fn authorize(
        &self,
        rejected: Option<&Authorization>,
    ) -> Result<Option<Arc<Authorization>>> {
        let authenticator = &self.shared.authenticator;
        let now = self.shared.runtime.clock.now();
        match authenticator.cached(rejected, now) {
            Some(authorization) => Ok(Some(authorization)),
            None => authenticator.authorize(self, rejected).await,
        }
    }

    pub(crate) fn options(&self) -> &ResolvedOptions {
        &self.options
    }

    pub(crate) fn budget(&self) -> &RetryBudget {
        &self.shared.budget
    }

    pub(crate) fn authenticator(&self) -> &dyn Authenticator {
        &*self.shared.authenticator
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.shared.runtime
    }

    pub(crate) fn api(&self) -> &ApiConfig {
        &self.shared.api
    }

    /// Returns whether the server deduplicates a request to a path, which may have a query.
    pub(crate) fn deduplicates(&self, method: &Method, path: &str) -> bool {
        let base = self.base();
        // A path that cannot be sent is refused later.
        let url = base.join(path, std::iter::empty());
        url.is_ok_and(|url| self.api().deduplicates(method, &base.path_of(&url)))
    }

    /// Returns the project of lists whose calls do not name one.
    pub(crate) fn project(&self) -> Option<&str> {
        self.shared.project.as_deref()
    }

    pub(crate) fn versions(&self) -> &VersionCache {
        &self.shared.versions
    }

    /// Returns the headers of every request.
    pub(crate) fn default_headers(&self) -> &HeaderMap {
        &self.shared.headers
    }

    /// Returns values of the default headers to redact from errors.
    pub(crate) fn default_secrets(&self) -> &[Secret] {
        &self.shared.secrets
    }

    /// Waits until the client may send another concurrent request.
    ///
    /// # Errors
    /// `Timeout`: it may not before the deadline.
    pub(crate) async fn permit(&self, deadline: Option<Instant>) -> Result<Option<Permit>> {
        let Some(permits) = &self.shared.permits else {
            return Ok(None);
        };
        let runtime = &self.shared.runtime;
        let permit = pin!(permits.clone().acquire_owned());
        let permit = runtime
            .within(runtime.time_left(deadline, None), permit)
            .await;
        match permit {
            Some(permit) => Ok(permit.ok()),
            None => {
                let message = "the call waited until its deadline for one of the concurrent requests to \
                               end; raise `max_concurrent_requests`";
                Err(Error::new(ErrorKind::Timeout, message))
            }
        }
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.shared.base
    }

    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base", &self.shared.base.to_string())
            .field("authenticator", &self.shared.authenticator)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
