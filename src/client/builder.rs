use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};

use crate::auth::session::Session;
use crate::error::last_cause;
use crate::runtime::clock::{Clock, World};
use crate::transport::api::Facts;
use crate::transport::base_url::BaseUrl;
use crate::transport::call_options::Settled;
use crate::transport::execute::Shared;
use crate::{
    CallOptions, Credentials, Error, ErrorKind, Result, RetryBudget, RetryPolicy, Transport,
};

/// Configuration of a client.
///
/// `Debug` shows neither the credentials' secrets nor the URL and headers, which may hold some.
#[must_use = "a client comes of `build`"]
pub struct ClientBuilder<C> {
    url: String,
    credentials: Option<Credentials>,
    insecure_http: bool,
    options: CallOptions,
    budget: RetryBudget,
    connection: Connection,
    http: Option<reqwest::Client>,
    headers: HeaderMap,
    user_agent_suffix: Option<String>,
    version_warning: bool,
    world: World,
    client: PhantomData<fn() -> C>,
}

/// How connections are made, unless the caller brings a client that knows.
#[derive(Clone)]
pub(crate) struct Connection {
    connect_timeout: Duration,
    proxy: Option<String>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    root_certificates: Vec<Vec<u8>>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    accept_invalid_certificates: bool,
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            credentials: None,
            insecure_http: false,
            options: CallOptions::default(),
            budget: RetryBudget::default(),
            connection: Connection {
                connect_timeout: Duration::from_secs(10),
                proxy: None,
                #[cfg(any(feature = "rustls", feature = "native-tls"))]
                root_certificates: Vec::new(),
                #[cfg(any(feature = "rustls", feature = "native-tls"))]
                accept_invalid_certificates: false,
            },
            http: None,
            headers: HeaderMap::new(),
            user_agent_suffix: None,
            version_warning: true,
            world: World::real(),
            client: PhantomData,
        }
    }

    /// How the client proves who it is. Without, only operations that are open to everyone
    /// succeed (`server_info`, for example).
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Allows credentials to be sent in clear text, to a server that is reached by plain http and
    /// is not on this machine. Everyone on the way can read them.
    pub fn allow_insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// When and how soon failed attempts are repeated; [`RetryPolicy::default`] if not given. For
    /// single calls, [`CallOptions`] say otherwise.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options = self.options.retry(policy);
        self
    }

    /// How many retries all calls together may spend; [`RetryBudget::default`] if not given.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// How long a connection may take to come about. 10 s if not given.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connection.connect_timeout = limit;
        self
    }

    /// How long one attempt of a call may take: see [`CallOptions::attempt_timeout`]. 2 minutes if
    /// not given.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.options = self.options.attempt_timeout(limit);
        self
    }

    /// How long a call may take with all its attempts: see [`CallOptions::timeout`]. 10 minutes if
    /// not given.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.options = self.options.timeout(limit);
        self
    }

    /// The HTTP client to use. It should follow no redirects, keep no cookies and retry nothing by
    /// itself, as the one does that is made otherwise: this crate does what is right of that.
    ///
    /// `connect_timeout`, `proxy`, `root_certificate` and `accept_invalid_certificates` have no
    /// effect on it.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// The proxy of all connections (`http://proxy.example.com:3128`). If not given, the variables
    /// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` count, though not for plain http to this machine.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.connection.proxy = Some(url.into());
        self
    }

    /// Trusts also what these certificates have signed: PEM, one or several.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.connection.root_certificates.push(pem.into());
        self
    }

    /// Trusts every server, whoever it is. Anyone on the way can pose as the server and read the
    /// credentials: [`root_certificate`](Self::root_certificate) is better.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn accept_invalid_certificates(mut self, accept: bool) -> Self {
        self.connection.accept_invalid_certificates = accept;
        self
    }

    /// A header of every request, in place of an earlier value. Those that the client sets itself,
    /// it sets nevertheless.
    pub fn default_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// What stands behind `zenml-rust/<version> (<system>)` in the `User-Agent`: name and version
    /// of the program, say.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Whether to warn, by `tracing`, when the server is of another minor version than the document
    /// that the client was generated from. On by default. It takes one request more, after the
    /// first call that succeeds, unless nobody listens to warnings.
    pub fn version_warning(mut self, warn: bool) -> Self {
        self.version_warning = warn;
        self
    }

    /// What to take the time from.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.world.clock = Arc::new(clock);
        self
    }

    /// What to take the chance from that is in the waits between attempts: fractions from 0 to 1.
    /// Ids and keys of requests do not come from here; they must differ from everyone else's.
    pub fn random(mut self, fraction: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.world.random = Arc::new(fraction);
        self
    }

    /// The `User-Agent`, and what else every request carries.
    fn every_request(&self) -> Result<HeaderMap> {
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
            let message = "the suffix of the user agent cannot stand in a header";
            Error::new(ErrorKind::Configuration, message).with_source(error)
        })?;
        let mut headers = self.headers.clone();
        headers.insert(header::USER_AGENT, agent);
        Ok(headers)
    }

    /// Creates the transport of a client of this API.
    pub(crate) fn transport(self, api: Facts) -> Result<Transport> {
        let suffix = api.path_suffix;
        let base = match self.credentials {
            Some(_) => BaseUrl::for_credentials(&self.url, suffix, self.insecure_http)?,
            None => BaseUrl::parse(&self.url, suffix)?,
        };
        let headers = self.every_request()?;
        let (http, connection) = match self.http {
            Some(http) => (http, None),
            None => (self.connection.client(&base)?, Some(self.connection)),
        };
        Ok(Transport::new(Shared {
            http,
            connection,
            base,
            insecure_http: self.insecure_http,
            api,
            headers,
            session: Session::new(self.credentials),
            budget: self.budget,
            world: self.world,
            defaults: Arc::new(Settled::default().with(self.options)),
            check_version: AtomicBool::new(self.version_warning),
        }))
    }
}

impl Connection {
    pub fn client(&self, base: &BaseUrl) -> Result<reqwest::Client> {
        // Redirects and retries are the transport's: it knows which calls may be repeated. There is
        // no cookie jar: the server would let a cookie win over the Authorization header.
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // With none allowed, reqwest keeps no copy of each request for them either.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .connect_timeout(self.connect_timeout);
        // Features add up: a build that has both must not change what the default one does.
        #[cfg(feature = "rustls")]
        {
            http = http.tls_backend_rustls();
        }
        match &self.proxy {
            Some(url) => {
                let proxy = reqwest::Proxy::all(url);
                http = http.proxy(proxy.map_err(|error| unusable("the proxy", error))?);
            }
            // Clear text is for this machine only, whatever HTTP_PROXY says of other servers.
            None if base.is_clear_text_to_this_machine() => http = http.no_proxy(),
            None => {}
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        {
            for pem in &self.root_certificates {
                let certificates = reqwest::Certificate::from_pem_bundle(pem)
                    .map_err(|error| unusable("a root certificate", error))?;
                if certificates.is_empty() {
                    let message = "a root certificate is none: no PEM in it";
                    return Err(Error::new(ErrorKind::Configuration, message));
                }
                http = http.tls_certs_merge(certificates);
            }
            http = http.tls_danger_accept_invalid_certs(self.accept_invalid_certificates);
        }
        http.build()
            .map_err(|error| unusable("the HTTP client", error))
    }
}

fn unusable(what: &str, error: reqwest::Error) -> Error {
    // A proxy's URL may hold a password.
    let error = error.without_url();
    let message = format!("{what} cannot be used: {}", last_cause(&error));
    Error::new(ErrorKind::Configuration, message).with_source(error)
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("insecure_http", &self.insecure_http)
            .field("options", &self.options)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
