//! How does a client connect to a server?

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::OwnedSemaphorePermit;

use super::base_url::BaseUrl;
#[cfg(feature = "__tls")]
use super::tls::Tls;
use crate::error::from_http::last_cause;
use crate::{Error, ErrorKind, Result};

/// Settings of connections. They have no effect on an HTTP client that the caller provides.
#[derive(Clone)]
pub(crate) struct Connection {
    pub connect_timeout: Option<Duration>,
    pub proxy: Option<String>,
    #[cfg(feature = "__tls")]
    pub tls: Tls,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            connect_timeout: Some(Duration::from_secs(10)),
            proxy: None,
            #[cfg(feature = "__tls")]
            tls: Tls::default(),
        }
    }
}

/// Whether this crate configures TLS.
const HAS_TLS: bool = cfg!(feature = "__tls");

impl Connection {
    /// Creates the HTTP client for a server.
    ///
    /// # Errors
    /// `Configuration`: the proxy or a certificate cannot be used.
    pub fn client(&self, base: &BaseUrl) -> Result<reqwest::Client> {
        self.client_builder(base)?.build().map_err(|error| {
            let message = format!("the HTTP client cannot be used: {}", last_cause(&error));
            Error::new(ErrorKind::Configuration, message)
        })
    }

    /// Returns the settings of the HTTP client for a server.
    ///
    /// # Errors
    /// `Configuration`: the proxy or a certificate cannot be used.
    pub fn client_builder(&self, base: &BaseUrl) -> Result<reqwest::ClientBuilder> {
        // The transport follows redirects and retries: it knows which requests are idempotent.
        // Cookies stay disabled: the server would prefer a cookie to the Authorization header.
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Otherwise reqwest would keep a copy of each request.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            // Another crate of the program may enable these features of reqwest. The transport decodes
            // bodies itself: a download must keep its bytes.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            // uvicorn closes idle connections after 5 s: a request sent at that moment is lost.
            .pool_idle_timeout(Duration::from_secs(4));
        if let Some(limit) = self.connect_timeout {
            http = http.connect_timeout(limit);
        }
        match &self.proxy {
            Some(url) => {
                // The URL may contain a password, and so may the error of the library: neither is quoted.
                let is_supported = url::Url::parse(url)
                    .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
                let proxy = || {
                    // Without TLS, reqwest would send requests to https URLs to the proxy in clear text.
                    if HAS_TLS {
                        reqwest::Proxy::all(url)
                    } else {
                        reqwest::Proxy::http(url)
                    }
                };
                let proxy = is_supported.then(|| proxy().ok()).flatten();
                let proxy = proxy.ok_or_else(|| {
                    let message = "the URL of the proxy is not valid or has an unsupported scheme; \
                                   write it like http://proxy.example.com:3128";
                    Error::new(ErrorKind::Configuration, message)
                })?;
                http = http.proxy(proxy);
            }
            // A proxy on another machine must not read clear text that is meant for this one.
            None if base.is_clear_text_to_this_machine() => http = http.no_proxy(),
            // The same is true of what is meant for TLS.
            None if base.is_https() && !HAS_TLS => http = http.no_proxy(),
            None => {}
        }
        #[cfg(feature = "__tls")]
        {
            http = self.tls.configure(http)?;
        }
        Ok(http)
    }
}

/// HTTP clients of a server, one for each Tokio runtime.
///
/// The connections of a client belong to tasks of the runtime that opened them. A request on another
/// runtime would wait for tasks that may not run.
pub(crate) struct HttpClients {
    first: reqwest::Client,
    /// Settings of further clients; `None` if the caller provided the client.
    pub connection: Option<Connection>,
    first_runtime: OnceLock<runtime::Id>,
    others: Mutex<Vec<(runtime::Id, reqwest::Client)>>,
}

/// Maximum number of clients of further runtimes.
const MAX_OTHERS: usize = 8;

impl HttpClients {
    /// Creates the HTTP client of the first runtime.
    ///
    /// # Errors
    /// `Configuration`: the proxy or a certificate cannot be used.
    pub fn connecting(connection: Connection, base: &BaseUrl) -> Result<Self> {
        Ok(Self::new(connection.client(base)?, Some(connection)))
    }

    pub fn new(client: reqwest::Client, connection: Option<Connection>) -> Self {
        Self {
            first: client,
            connection,
            first_runtime: OnceLock::new(),
            others: Mutex::default(),
        }
    }

    /// Returns the client of the current runtime.
    pub fn current(&self, base: &BaseUrl) -> reqwest::Client {
        let (Some(connection), Ok(handle)) = (&self.connection, runtime::Handle::try_current())
        else {
            return self.first.clone();
        };
        let id = handle.id();
        if *self.first_runtime.get_or_init(|| id) == id {
            return self.first.clone();
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = others.iter().find(|(other, _)| *other == id) {
            return client.clone();
        }
        // Creating a client with these settings succeeded before.
        let Ok(client) = connection.client(base) else {
            return self.first.clone();
        };
        if others.len() == MAX_OTHERS {
            others.remove(0);
        }
        others.push((id, client.clone()));
        client
    }
}

/// Permission for one of the concurrent requests of a client.
pub(crate) type Permit = OwnedSemaphorePermit;
