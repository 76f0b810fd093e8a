//! What the failures of the HTTP library mean.

use std::error::Error as StdError;
use std::io;

use url::Url;

use super::body::one_line;
use crate::{Error, ErrorKind};

/// What the connector says about an https URL if no crate of the program enables TLS of reqwest. The
/// error has no type.
const WITHOUT_TLS: &str = "scheme is not http";

/// Classifies the failure of a request to this URL.
///
/// Not a `From`: which HTTP library is inside is not part of the interface.
pub(crate) fn request_error(error: &reqwest::Error, url: &Url) -> Error {
    let cause = last_cause(error);
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let lower = cause.to_ascii_lowercase();
    let says = |text: &str| lower.contains(text);
    let (kind, message) = if find_io(error, is_out_of_files).is_some() {
        (
            ErrorKind::Connect,
            "too many open files; raise the limit of the process (`ulimit -n`), or set \
             `max_concurrent_requests` of the builder"
                .to_owned(),
        )
    } else if says("proxy authorization required") || says("proxy authentication required") {
        (
            ErrorKind::Configuration,
            format!(
                "the proxy on the way to {host} requires credentials (407); put them into its URL: \
                 http://user:password@proxy.example.com:3128"
            ),
        )
    } else if says("unsupported scheme") {
        (
            ErrorKind::Configuration,
            "the proxy has an unsupported scheme; use http:// or https://".to_owned(),
        )
    } else if error.is_connect() && says(WITHOUT_TLS) {
        return Error::new(
            ErrorKind::Configuration,
            format!("a connection to {host}:{port} needs TLS"),
        )
        .with_hint(Some(
            "this program was built without TLS: enable the feature `rustls`, `aws-lc-rs` or \
             `native-tls` of zenml"
                .to_owned(),
        ))
        .with_source(Cause::of(error));
    } else if error.is_connect() && is_about_tls(error) {
        (ErrorKind::Tls, one_line(&cause))
    } else if error.is_connect() && chain_says(error, "dns error") {
        (
            ErrorKind::Connect,
            format!("the host {host} cannot be resolved: {}", one_line(&cause)),
        )
    } else if error.is_connect() && says("tunnel error: unsuccessful") {
        (
            ErrorKind::Connect,
            format!("the proxy on the way to {host} refuses or cannot open the connection"),
        )
    } else if error.is_connect() && chain_says(error, "tunnel error") {
        (
            ErrorKind::Connect,
            format!(
                "the proxy on the way to {host} cannot be reached: {}",
                one_line(&cause)
            ),
        )
    } else if error.is_connect() && error.is_timeout() {
        (
            ErrorKind::Connect,
            format!("no connection to {host}:{port} within `connect_timeout`"),
        )
    } else if error.is_connect() {
        (
            ErrorKind::Connect,
            format!("no connection to {host}:{port}: {}", one_line(&cause)),
        )
    } else if let Some(hyper) = find::<hyper::Error>(error).filter(|hyper| hyper.is_parse()) {
        let message = format!(
            "{host}:{port} does not send valid HTTP: {hyper}; check scheme and port of the URL"
        );
        (ErrorKind::Configuration, message)
    } else if error.is_builder() {
        (ErrorKind::Configuration, one_line(&cause))
    } else {
        return transfer_error(error);
    };
    Error::new(kind, message).with_source(Cause::of(error))
}

/// Classifies a failure after the request was sent.
pub(crate) fn transfer_error(error: &reqwest::Error) -> Error {
    let kind = if error.is_timeout() {
        ErrorKind::Timeout
    } else {
        ErrorKind::Interrupted
    };
    Error::new(kind, one_line(&last_cause(error))).with_source(Cause::of(error))
}

/// Returns the text of the innermost cause: what reqwest itself says ("error sending request") does
/// not help.
pub(crate) fn last_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// A cause of an error, as escaped text. The HTTP library's own errors are not kept: their text may
/// quote URLs, and with them passwords.
#[derive(Debug)]
struct Cause {
    text: String,
    source: Option<Box<Cause>>,
}

impl Cause {
    fn of(error: &reqwest::Error) -> Self {
        Self {
            // The outermost text may quote the URL.
            text: "the HTTP request failed".to_owned(),
            source: error.source().map(Self::inner),
        }
    }

    fn inner(error: &dyn StdError) -> Box<Self> {
        Box::new(Self {
            text: one_line(&error.to_string()),
            source: error.source().map(Self::inner),
        })
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Connectors report invalid certificates and broken handshakes as invalid data.
fn is_about_tls(error: &reqwest::Error) -> bool {
    find_io(error, |io| io.kind() == io::ErrorKind::InvalidData).is_some()
}

/// Whether the text of one of the causes starts like this.
fn chain_says(error: &reqwest::Error, text: &str) -> bool {
    let mut cause: Option<&dyn StdError> = Some(error);
    while let Some(next) = cause {
        if next.to_string().starts_with(text) {
            return true;
        }
        cause = next.source();
    }
    false
}

/// EMFILE and ENFILE of Unix, WSAEMFILE of Windows.
fn is_out_of_files(error: &io::Error) -> bool {
    match error.raw_os_error() {
        Some(23 | 24) => cfg!(unix),
        // EBUSY: glibc cannot open its configuration to resolve a name. Connections do not fail so.
        Some(16) => cfg!(target_os = "linux"),
        Some(10024) => cfg!(windows),
        _ => false,
    }
}

fn find<'e, E: StdError + 'static>(error: &'e reqwest::Error) -> Option<&'e E> {
    let mut cause: Option<&'e (dyn StdError + 'static)> = Some(error);
    while let Some(next) = cause {
        if let Some(found) = next.downcast_ref() {
            return Some(found);
        }
        cause = next.source();
    }
    None
}

fn find_io(error: &reqwest::Error, wanted: fn(&io::Error) -> bool) -> Option<&io::Error> {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(next) = cause {
        cause = next.source();
        if let Some(io) = next.downcast_ref::<io::Error>() {
            if wanted(io) {
                return Some(io);
            }
            // `source` of an I/O error skips the error that it wraps.
            cause = io.get_ref().map(|inner| inner as _);
        }
    }
    None
}

#[cfg(test)]
mod tests;
