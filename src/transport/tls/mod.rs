//! How does a client verify the certificates of servers?
//!
//! | module | has |
//! | --- | --- |
//! | [`rustls`] | the settings of rustls, with an explicit cryptography provider |
//! | [`any_certificate`] | the verifier of rustls for `accept_invalid_certificates` |
//! | [`native`] | the settings of the operating system's library |

#[cfg(feature = "__rustls")]
mod any_certificate;
#[cfg(not(feature = "__rustls"))]
mod native;
#[cfg(feature = "__rustls")]
mod rustls;

use std::fmt;

#[cfg(not(feature = "__rustls"))]
use self::native as backend;
#[cfg(feature = "__rustls")]
use self::rustls as backend;
use crate::{Error, ErrorKind, Result};

/// TLS settings of a client.
#[derive(Clone, Default)]
pub(crate) struct Tls {
    /// Additional CA certificates: files or texts in PEM format.
    pub root_certificates: Vec<Vec<u8>>,
    pub accept_invalid_certificates: bool,
}

impl Tls {
    /// Applies the settings to an HTTP client.
    ///
    /// # Errors
    /// `Configuration`: a certificate cannot be used.
    pub fn configure(&self, http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        backend::configure(self, http)
    }

    /// Parses the additional CA certificates with the function of the library.
    fn parse_roots<C, E: fmt::Display>(
        &self,
        parse: impl Fn(&[u8]) -> std::result::Result<Vec<C>, E>,
    ) -> Result<Vec<C>> {
        let mut roots = Vec::new();
        for pem in &self.root_certificates {
            let certificates = parse(pem).map_err(unusable_root)?;
            if certificates.is_empty() {
                let message = "a root certificate does not contain a PEM block; pass a file that \
                               starts with -----BEGIN CERTIFICATE-----";
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            roots.extend(certificates);
        }
        Ok(roots)
    }
}

fn unusable_root(error: impl fmt::Display) -> Error {
    let message = format!("a root certificate cannot be used: {error}");
    Error::new(ErrorKind::Configuration, message)
}
