//! How does a client connect to a server?

use std::time::Duration;

use super::base_url::BaseUrl;
use crate::error::from_http::last_cause;
use crate::{Error, ErrorKind, Result};

/// Settings of connections. They have no effect on an HTTP client that the caller provides.
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
        // The transport follows redirects and retries: it knows which requests are idempotent.
        // Cookies stay disabled: the server would prefer a cookie to the Authorization header.
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Otherwise reqwest would keep a copy of each request.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .connect_timeout(self.connect_timeout);
        // Another crate of the build may enable `native-tls`, which must not change the backend.
        #[cfg(feature = "rustls")]
        {
            http = http.tls_backend_rustls();
        }
        match &self.proxy {
            Some(url) => {
                let proxy = reqwest::Proxy::all(url);
                http = http.proxy(proxy.map_err(|error| unusable("the proxy", error))?);
            }
            // A proxy on another machine must not read clear text that is meant for this one.
            None if base.is_clear_text_to_this_machine() => http = http.no_proxy(),
            None => {}
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        {
            for pem in &self.root_certificates {
                let certificates = reqwest::Certificate::from_pem_bundle(pem)
                    .map_err(|error| unusable("a root certificate", error))?;
                if certificates.is_empty() {
                    let message = "a root certificate does not contain a PEM block; pass a file that \
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
    // The URL of a proxy may contain a password.
    let error = error.without_url();
    let message = format!("{what} cannot be used: {}", last_cause(&error));
    Error::new(ErrorKind::Configuration, message).with_source(error)
}
