//! How connections are made.

use std::time::Duration;

use super::base_url::BaseUrl;
use crate::error::from_http::last_cause;
use crate::{Error, ErrorKind, Result};

/// Settings of connections. Without effect if the caller provides an HTTP client.
#[derive(Clone)]
pub(crate) struct Connection {
    pub connect_timeout: Duration,
    pub proxy: Option<String>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub root_certificates: Vec<Vec<u8>>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub accept_invalid_certificates: bool,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            proxy: None,
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            root_certificates: Vec::new(),
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            accept_invalid_certificates: false,
        }
    }
}

impl Connection {
    /// Creates the HTTP client for a server.
    ///
    /// # Errors
    /// `Configuration`: the proxy or a certificate cannot be used.
    pub fn client(&self, base: &BaseUrl) -> Result<reqwest::Client> {
        // Redirects and retries are the transport's task: it knows which requests are idempotent.
        // There is no cookie jar: the server would prefer a cookie to the Authorization header.
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Without retries of its own, reqwest does not keep a copy of each request.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .connect_timeout(self.connect_timeout);
        // Cargo unifies features: a build that has both must not change the default backend.
        #[cfg(feature = "rustls")]
        {
            http = http.tls_backend_rustls();
        }
        match &self.proxy {
            Some(url) => {
                let proxy = reqwest::Proxy::all(url);
                http = http.proxy(proxy.map_err(|error| unusable("the proxy", error))?);
            }
            // Clear text must not leave this machine, whatever HTTP_PROXY says.
            None if base.is_clear_text_to_this_machine() => http = http.no_proxy(),
            None => {}
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        {
            for pem in &self.root_certificates {
                let certificates = reqwest::Certificate::from_pem_bundle(pem)
                    .map_err(|error| unusable("a root certificate", error))?;
                if certificates.is_empty() {
                    let message = "a root certificate contains no PEM block; pass a file that \
                                   starts with -----BEGIN CERTIFICATE-----";
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
    // The URL of a proxy may hold a password.
    let error = error.without_url();
    let message = format!("{what} cannot be used: {}", last_cause(&error));
    Error::new(ErrorKind::Configuration, message).with_source(error)
}
