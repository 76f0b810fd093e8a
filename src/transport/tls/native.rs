//! How does the operating system's library verify servers?

use super::Tls;
use crate::Result;
use crate::error::from_http::last_cause;

pub fn configure(tls: &Tls, http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
    let roots = tls.parse_roots(|pem| {
        reqwest::Certificate::from_pem_bundle(pem).map_err(|error| last_cause(&error))
    })?;
    // Another crate of the build may enable rustls, which must not change the library.
    Ok(http
        .tls_backend_native()
        .tls_certs_merge(roots)
        .tls_danger_accept_invalid_certs(tls.accept_invalid_certificates))
}
