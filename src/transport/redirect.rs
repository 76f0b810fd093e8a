//! Where does a redirect lead, and may it be followed?
//!
//! reqwest's own redirects follow the habits of browsers. They turn a redirected POST into a GET, for
//! instance from http to https, and send a body on to any host.

use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

use crate::{Error, ErrorKind, Result};

/// Maximum number of redirects, that of the official client.
pub(crate) const LIMIT: usize = 3;

/// Request that a redirect asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Hop {
    pub url: Url,
    /// `false` after `303 See Other`, which asks for a GET without a body.
    pub keeps_method: bool,
    /// Whether the target may receive credentials.
    pub same_server: bool,
}

/// Reads the redirect of a response, or returns `None` if it is not one.
///
/// # Errors
/// `Decode`: the redirect has no usable target, leads to an unencrypted connection, or would send a
/// request that changes something to another host.
pub(crate) fn next_hop(
    from: &Url,
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Option<Hop>> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let refused = |why: String| Err(Error::new(ErrorKind::Decode, why).with_status(status));
    let location = headers
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok());
    let Some(url) = location.and_then(|location| from.join(location).ok()) else {
        return refused("a redirect without a usable Location header".to_owned());
    };
    let host = url.host_str().unwrap_or_default();
    if !matches!(url.scheme(), "http" | "https") || host.is_empty() {
        return refused("a redirect to a URL that is neither http nor https".to_owned());
    }
    if from.scheme() == "https" && url.scheme() == "http" {
        return refused(format!(
            "a redirect from https to unencrypted http at {host}; it is not followed"
        ));
    }
    let same_server = is_same_server(from, &url);
    let keeps_method = status != StatusCode::SEE_OTHER;
    if !same_server && keeps_method && !method.is_safe() {
        return refused(format!(
            "a redirect to another host, {host}; if that is the server, use its URL instead"
        ));
    }
    Ok(Some(Hop {
        url,
        keeps_method,
        same_server,
    }))
}

/// Returns whether credentials for one URL may be sent to the other. Scheme, host and port must be the
/// same, as for curl. As in the Python library `requests`, http may change to https of the same host
/// if both use the default port.
fn is_same_server(from: &Url, to: &Url) -> bool {
    let is_upgrade = (from.scheme(), to.scheme()) == ("http", "https")
        && (from.port_or_known_default(), to.port_or_known_default()) == (Some(80), Some(443));
    from.host_str() == to.host_str()
        && (is_upgrade
            || from.scheme() == to.scheme()
                && from.port_or_known_default() == to.port_or_known_default())
}

/// Returns host and port, for messages.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(from: &str, method: Method, status: u16, to: &str) -> Result<Option<Hop>> {
        let headers = HeaderMap::from_iter([(header::LOCATION, to.parse().unwrap())]);
        next_hop(
            &from.parse().unwrap(),
            &method,
            StatusCode::from_u16(status).unwrap(),
            &headers,
        )
    }

    #[test]
    fn a_relative_location_stays_on_the_server() {
        let hop = hop("https://a.example/x/", Method::POST, 307, "/x")
            .unwrap()
            .unwrap();
        assert_eq!(hop.url.as_str(), "https://a.example/x");
        assert!(hop.same_server && hop.keeps_method);
    }

    #[test]
    fn a_redirect_to_https_keeps_method_and_credentials() {
        let hop = hop(
            "http://a.example/x",
            Method::POST,
            301,
            "https://a.example/x",
        );
        let hop = hop.unwrap().unwrap();
        assert!(hop.same_server && hop.keeps_method);
    }

    #[test]
    fn another_host_or_port_gets_no_credentials() {
        for to in [
            "https://b.example/x",
            "https://a.example:8443/x",
            "//b.example/x",
        ] {
            let hop = hop("https://a.example/x", Method::GET, 302, to)
                .unwrap()
                .unwrap();
            assert!(!hop.same_server, "{to}");
        }
    }

    #[test]
    fn only_the_default_ports_of_a_host_are_an_upgrade_to_https() {
        for (from, to, same) in [
            ("http://a.example/", "https://a.example/", true),
            ("http://a.example:80/", "https://a.example:443/", true),
            ("http://a.example:8000/", "https://a.example/", false),
            ("http://a.example/", "https://a.example:8443/", false),
            ("http://a.example/", "http://a.example:81/", false),
            ("http://a.example/", "https://b.example/", false),
        ] {
            let hop = hop(from, Method::GET, 302, to).unwrap().unwrap();
            assert_eq!(hop.same_server, same, "{from} {to}");
        }
    }

    #[test]
    fn a_request_that_changes_something_does_not_go_to_another_host() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let error = hop(
                "https://a.example/",
                method,
                308,
                "https://b.example/?t=hunter2",
            );
            let error = error.unwrap_err().to_string();
            assert!(
                error.contains("b.example") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn see_other_turns_the_request_into_a_get() {
        let hop = hop("https://a.example/", Method::POST, 303, "/done")
            .unwrap()
            .unwrap();
        assert!(!hop.keeps_method);
    }

    #[test]
    fn a_redirect_from_https_to_http_is_refused() {
        hop("https://a.example/", Method::GET, 302, "http://a.example/").unwrap_err();
    }

    #[test]
    fn a_redirect_without_a_usable_target_is_an_error() {
        hop("https://a.example/", Method::GET, 302, "https://").unwrap_err();
        hop("https://a.example/", Method::GET, 302, "mailto:a@b.example").unwrap_err();
        let url = "https://a.example/".parse().unwrap();
        let status = StatusCode::FOUND;
        next_hop(&url, &Method::GET, status, &HeaderMap::new()).unwrap_err();
    }

    #[test]
    fn other_statuses_are_not_redirects() {
        for status in [200, 304, 300, 404] {
            assert_eq!(
                hop("https://a.example/", Method::GET, status, "/b").unwrap(),
                None
            );
        }
    }
}
