//! How is a client configured?

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use tokio::sync::Semaphore;

use crate::auth::session::Session;
use crate::runtime::Runtime;
use crate::runtime::clock::Clock;
use crate::transport::api::ApiConfig;
use crate::transport::base_url::BaseUrl;
use crate::transport::call_options::ResolvedOptions;
use crate::transport::connection::{Connection, HttpClients};
use crate::transport::request::header_secrets;
use crate::transport::shared::{Shared, Transport};
use crate::transport::version_cache::VersionCache;
use crate::{CallOptions, Credentials, Error, ErrorKind, Result, RetryBudget, RetryPolicy};

/// Builder of a client.
///
/// Call `build` to create the client. `Debug` does not show secrets, nor the URL and the headers,
/// which may contain secrets.
///
/// ```
/// use std::time::Duration;
/// use zenml::{Credentials, WorkspaceClient};
///
/// let client = WorkspaceClient::builder("https://zenml.example.com")
///     .credentials(Credentials::api_key("ZENKEY_…"))
///     .timeout(Duration::from_secs(60))
///     .user_agent_suffix("nightly-report/1.2")
///     .build()?;
/// # Ok::<(), zenml::Error>(())
/// ```
#[must_use = "call `build` to create the client"]
pub struct ClientBuilder<C> {
    url: String,
    credentials: Option<Credentials>,
    project: Option<String>,
    insecure_http: bool,
    options: CallOptions,
    budget: RetryBudget,
    connection: Connection,
    http: Option<reqwest::Client>,
    max_concurrent_requests: Option<usize>,
    headers: HeaderMap,
    user_agent_suffix: Option<String>,
    runtime: Runtime,
    client: PhantomData<fn() -> C>,
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            credentials: None,
            project: None,
            insecure_http: false,
            options: CallOptions::default(),
            budget: RetryBudget::default(),
            connection: Connection::default(),
            http: None,
            max_concurrent_requests: None,
            headers: HeaderMap::new(),
            user_agent_suffix: None,
            runtime: Runtime::tokio(),
            client: PhantomData,
        }
    }

    /// Sets the credentials. Defaults to none; then only public operations succeed, such as
    /// `server_info`.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Allows sending credentials in clear text: over http to a server on another machine. Anyone on
    /// the network path can read them.
    ///
    /// By default, `build` returns [`ErrorKind::Configuration`] for such a URL.
    pub fn allow_insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// Sets the retry policy. Defaults to [`RetryPolicy::default`]; [`CallOptions`] change it for
    /// single calls.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options = self.options.retry(policy);
        self
    }

    /// Sets the budget for the retries of all calls together. Defaults to [`RetryBudget::default`].
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Sets the time limit for establishing a connection. Defaults to 10 seconds.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connection.connect_timeout = Some(limit);
        self
    }

    /// Sets the time limit of one attempt of a call. Defaults to 2 minutes; see
    /// [`CallOptions::attempt_timeout`].
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.options = self.options.attempt_timeout(limit);
        self
    }

    /// Sets the time limit of a call with all its attempts. Defaults to 10 minutes; see
    /// [`CallOptions::timeout`].
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.options = self.options.timeout(limit);
        self
    }

    /// Sets the maximum time that a response may stay silent after it has begun. Defaults to 60 seconds;
    /// see [`CallOptions::idle_timeout`].
    pub fn idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.options = self.options.idle_timeout(limit);
        self
    }

    /// Sets the maximum size of a response that is read as a whole. Defaults to 256 MiB; see
    /// [`CallOptions::max_response_size`].
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.options = self.options.max_response_size(bytes);
        self
    }

    /// Sets the maximum number of concurrent requests of the client and its clones; further ones wait.
    /// Each request needs a connection, and with it a file descriptor. Defaults to no limit.
    ///
    /// ```
    /// use zenml::WorkspaceClient;
    ///
    /// let client = WorkspaceClient::builder("https://zenml.example.com")
    ///     .max_concurrent_requests(100)
    ///     .build()?;
    /// # Ok::<(), zenml::Error>(())
    /// ```
    pub fn max_concurrent_requests(mut self, requests: usize) -> Self {
        self.max_concurrent_requests = Some(requests.clamp(1, Semaphore::MAX_PERMITS));
        self
    }

    /// Sets the HTTP client. Defaults to one that the other settings of this builder configure.
    ///
    /// Create that client with [`http_client_builder`](Self::http_client_builder). Otherwise, disable its
    /// redirects, cookies, retries and decompression: this crate follows redirects and retries where that is
    /// safe, and a download is resumed at a position in the bytes that the server sends.
    /// `connect_timeout`, `proxy`, `root_certificate` and `accept_invalid_certificates` have no effect on it.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Returns a builder of an HTTP client for this server, with the settings of this builder: proxy,
    /// `connect_timeout`, CA certificates, and no redirects, cookies, retries and decompression. Change it,
    /// and pass the result to [`http_client`](Self::http_client).
    ///
    /// Use it in place of `reqwest::Client::builder` in programs that enable no TLS library of reqwest. With
    /// the feature `rustls` of this crate, reqwest itself has no cryptography provider and panics.
    ///
    /// Returns [`ErrorKind::Configuration`] if the URL, the proxy or a certificate cannot be used.
    ///
    /// ```
    /// use zenml::WorkspaceClient;
    ///
    /// let builder = WorkspaceClient::builder("https://zenml.example.com");
    /// let http = builder.http_client_builder()?.pool_max_idle_per_host(2).build()?;
    /// let client = builder.http_client(http).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn http_client_builder(&self) -> Result<reqwest::ClientBuilder> {
        self.connection
            .client_builder(&BaseUrl::parse(&self.url, "")?)
    }

    /// Sets the proxy of all connections, such as `http://proxy.example.com:3128`.
    ///
    /// Defaults to the environment variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, which do not
    /// apply to http connections to this machine.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.connection.proxy = Some(url.into());
        self
    }

    /// Adds one or several trusted CA certificates in PEM format. Call it again to add more.
    #[cfg(feature = "__tls")]
    #[cfg_attr(
        docsrs,
        doc(cfg(any(feature = "rustls", feature = "aws-lc-rs", feature = "native-tls")))
    )]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.connection.tls.root_certificates.push(pem.into());
        self
    }

    /// Sets whether to accept any certificate. Defaults to `false`.
    ///
    /// Anyone on the network path can then impersonate the server and read the credentials. Prefer
    /// [`root_certificate`](Self::root_certificate).
    #[cfg(feature = "__tls")]
    #[cfg_attr(
        docsrs,
        doc(cfg(any(feature = "rustls", feature = "aws-lc-rs", feature = "native-tls")))
    )]
    pub fn accept_invalid_certificates(mut self, accept: bool) -> Self {
        self.connection.tls.accept_invalid_certificates = accept;
        self
    }

    /// Sets a header of every request. Headers that the client sets itself take precedence.
    pub fn default_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets a suffix of the `User-Agent`, for instance the name and version of the program. The suffix
    /// follows `zenml-rust/<version> (<system>)`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sets the source of time. Defaults to Tokio's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.runtime.clock = Arc::new(clock);
        self
    }

    /// Sets the jitter source for retry delays: a function that returns fractions from 0 to 1. Defaults
    /// to a random number generator.
    ///
    /// Request ids and idempotency keys, which must be unique, do not use it.
    pub fn jitter(mut self, fraction: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.runtime.random = Arc::new(fraction);
        self
    }

    /// Sets the default project, or none.
    pub(crate) fn project_or_none(mut self, project: Option<String>) -> Self {
        self.project = project;
        self
    }

    /// Removes the time limit for establishing a connection.
    #[cfg(test)]
    pub(crate) fn without_connect_timeout(mut self) -> Self {
        self.connection.connect_timeout = None;
        self
    }

    /// Returns the headers of every request.
    fn default_headers(&self) -> Result<HeaderMap> {
        let mut agent = format!(
            "zenml-rust/{} ({}; {})",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        );
        if let Some(suffix) = &self.user_agent_suffix {
            agent.push(' ');
            agent.push_str(suffix);
        }
        let agent = HeaderValue::from_str(&agent).map_err(|error| {
            let message =
                "the suffix of the user agent contains characters that a header cannot carry; \
                 use visible ASCII characters";
            Error::new(ErrorKind::Configuration, message).with_source(error)
        })?;
        let mut headers = self.headers.clone();
        headers.insert(header::USER_AGENT, agent);
        Ok(headers)
    }

    /// Creates the transport of a client of this API.
    pub(crate) fn transport(self, api: ApiConfig) -> Result<Transport> {
        let suffix = api.path_suffix;
        let base = match self.credentials {
            Some(_) => BaseUrl::for_credentials(&self.url, suffix, self.insecure_http)?,
            None => BaseUrl::parse(&self.url, suffix)?,
        };
        let headers = self.default_headers()?;
        let http = match self.http {
            Some(http) => HttpClients::new(http, None),
            None => HttpClients::connecting(self.connection, &base)?,
        };
        // Default headers of the program may contain keys.
        let values = self.headers.values();
        let secrets = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(header_secrets);
        let secrets = secrets.collect();
        Ok(Transport::new(Shared {
            http,
            permits: self
                .max_concurrent_requests
                .map(|n| Arc::new(Semaphore::new(n))),
            base,
            insecure_http: self.insecure_http,
            api,
            project: self.project,
            headers,
            secrets,
            authenticator: Arc::new(Session::new(self.credentials)),
            budget: self.budget,
            runtime: self.runtime,
            versions: VersionCache::default(),
            defaults: Arc::new(ResolvedOptions::default().with(self.options)),
        }))
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("project", &self.project)
            .field("insecure_http", &self.insecure_http)
            .field("options", &self.options)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
