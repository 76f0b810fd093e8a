//! What is the base URL of an API, and may credentials be sent there?

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::{Error, ErrorKind, Result};

/// Scheme, host, port, and the path before the operations' paths.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl {
    /// Without a trailing slash.
    text: String,
    url: Url,
    /// The URL with a long path, so that its copies have room for those of calls.
    roomy: Url,
}

/// Usual length of a path with its query.
const ROOM: usize = 128;

impl BaseUrl {
    /// Parses a URL as users write it. `suffix` is the path that operations' paths begin with and
    /// that many users include in the base URL.
    ///
    /// # Errors
    /// `Configuration`: not an http or https URL, or one with credentials, query or fragment.
    pub fn parse(text: &str, suffix: &str) -> Result<Self> {
        // The URL may contain a password, so messages do not quote it.
        let refused = |why: &str| Error::new(ErrorKind::Configuration, why);
        let example = "write it like https://zenml.example.com";
        let mut url = Url::parse(text.trim()).map_err(|error| {
            refused(&format!(
                "the server's URL is not valid ({error}); {example}"
            ))
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused(&format!(
                "the server's URL starts with neither http:// nor https://; {example}"
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(
                "the server's URL contains credentials; pass them to `credentials` of the builder instead",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused(&format!(
                "the server's URL has a query or a fragment; {example}"
            )));
        }
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix(suffix).unwrap_or(path).to_owned();
        url.set_path(path.trim_end_matches('/'));
        let text = url.as_str().trim_end_matches('/').to_owned();
        let mut roomy = url.clone();
        roomy.set_path(&"-".repeat(ROOM));
        Ok(Self { text, url, roomy })
    }

    /// Parses the URL of a server that receives credentials.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse), and `Configuration` if credentials would travel in clear text
    /// and `insecure_http` does not allow it.
    pub fn for_credentials(text: &str, suffix: &str, insecure_http: bool) -> Result<Self> {
        let base = Self::parse(text, suffix)?;
        if base.is_clear_text_to_another_machine() && !insecure_http {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the credentials would travel in clear text; use https, or call \
                 `allow_insecure_http` if the network is trusted",
            ));
        }
        Ok(base)
    }

    /// Returns the URL of a path (percent-encoded, with a leading slash) and a query.
    ///
    /// # Errors
    /// `InvalidRequest`: the path does not start with a slash.
    pub fn join<'a>(
        &self,
        path: &str,
        query: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Url> {
        let invalid = |why: String| Error::new(ErrorKind::InvalidRequest, why);
        if !path.starts_with('/') {
            // The query may contain a secret, so the message does not quote it.
            let path = path.split(['?', '#']).next().unwrap_or_default();
            return Err(invalid(format!(
                "the path {path:?} does not start with a slash; write it like /api/v1/info"
            )));
        }
        let path = path.split('#').next().unwrap_or_default();
        let (path, given) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        // Parsing the host again would take a considerable part of the time of a small call.
        let mut url = self.roomy.clone();
        match self.url.path().trim_end_matches('/') {
            "" => url.set_path(path),
            base => url.set_path(&[base, path].concat()),
        }
        url.set_query(given);
        let mut query = query.peekable();
        if query.peek().is_some() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// Returns the path of a joined URL as servers understand it: decoded, without empty segments, and
    /// without the path of this base.
    pub fn path_of(&self, url: &Url) -> String {
        let path = percent_decode_str(url.path()).decode_utf8_lossy();
        let base = percent_decode_str(self.url.path()).decode_utf8_lossy();
        let (mut path, base) = (segments(&path), segments(&base));
        if path.starts_with(&base) {
            path.drain(..base.len());
        }
        format!("/{}", path.join("/"))
    }

    /// Returns the absolute form of a URL in a response, which may be a path.
    pub fn absolute(&self, url: &str) -> String {
        if url.contains("://") {
            url.to_owned()
        } else {
            format!("{self}/{}", url.trim_start_matches('/'))
        }
    }

    /// Returns the URL without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host name or address.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Returns the port, the default one of the scheme included.
    pub fn port(&self) -> Option<u16> {
        self.url.port_or_known_default()
    }

    /// Returns whether the network can read what is sent.
    fn is_clear_text_to_another_machine(&self) -> bool {
        self.url.scheme() == "http" && !is_loopback(&self.url)
    }

    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns whether what is sent is unencrypted but stays on this machine.
    pub fn is_clear_text_to_this_machine(&self) -> bool {
        self.url.scheme() == "http" && is_loopback(&self.url)
    }
}

/// Returns whether two texts are spellings of one base URL. Invalid URLs are compared as text.
pub(crate) fn is_same_base(one: &str, other: &str, suffix: &str) -> bool {
    normalized(one, suffix) == normalized(other, suffix)
}

/// Returns the text of the base URL without differences of spelling.
pub(crate) fn normalized(text: &str, suffix: &str) -> String {
    BaseUrl::parse(text, suffix).map_or_else(|_| text.to_owned(), |base| base.text)
}

/// Returns the segments of a decoded path. `..` removes the one before it.
fn segments(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    segments
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        None => false,
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(base: &str, path: &str) -> String {
        let base = BaseUrl::parse(base, "/api/v1").unwrap();
        base.join(path, [].into_iter()).unwrap().to_string()
    }

    #[test]
    fn a_path_follows_the_base_however_it_is_written() {
        for base in [
            "https://zenml.example.com",
            "https://zenml.example.com/",
            " HTTPS://ZENML.example.com:443// ",
            "https://zenml.example.com/api/v1",
            "https://zenml.example.com/api/v1/",
        ] {
            assert_eq!(
                joined(base, "/api/v1/info"),
                "https://zenml.example.com/api/v1/info"
            );
        }
        assert_eq!(
            joined("http://localhost:8237/zenml/", "/api/v1/info"),
            "http://localhost:8237/zenml/api/v1/info"
        );
    }

    #[test]
    fn a_base_path_that_is_not_the_suffix_stays() {
        let base = BaseUrl::parse("https://pro.example.com/api/v1/", "").unwrap();
        let url = base
            .join("/workspaces", [("q", "a b&c"), ("q", "ü")].into_iter())
            .unwrap();
        assert_eq!(
            url.as_str(),
            "https://pro.example.com/api/v1/workspaces?q=a+b%26c&q=%C3%BC"
        );
    }

    #[test]
    fn a_query_in_the_path_and_a_separate_one_are_joined() {
        let base = BaseUrl::parse("https://zenml.example.com", "").unwrap();
        let url = base.join("/a?b=1", [("c", "2")].into_iter()).unwrap();
        assert_eq!(url.as_str(), "https://zenml.example.com/a?b=1&c=2");
        let url = base.join("/a?#b", [].into_iter()).unwrap();
        assert_eq!(url.as_str(), "https://zenml.example.com/a?");
    }

    #[test]
    fn a_path_cannot_lead_to_another_host() {
        let base = BaseUrl::parse("https://zenml.example.com", "").unwrap();
        for path in [
            "https://evil.example",
            "?@evil.example",
            "@evil.example/",
            ".evil.example",
            ":81/",
            "",
        ] {
            let error = base.join(path, [].into_iter()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        }
        for path in [
            "//evil.example/a",
            "/\\evil.example",
            "/\t/evil.example",
            "/../../a",
        ] {
            let url = base.join(path, [].into_iter()).unwrap();
            assert_eq!(url.host_str(), Some("zenml.example.com"), "{path}");
        }
    }

    #[test]
    fn the_path_that_a_server_understands_is_decoded_and_below_the_base() {
        for base in ["http://localhost", "http://localhost/zen%6dl/x/"] {
            let base = BaseUrl::parse(base, "").unwrap();
            for path in [
                "/api/v1/a",
                "/api/v1/a/",
                "//api//v1/./a?x=/..",
                "/api/v1/b/../a",
                "/api/v1/b/%2e%2E/a",
                "/%61pi/v1%2Fa",
                "/api/v1/b/..%2fa",
                "/api\\v1/a#b",
            ] {
                let url = base.join(path, [].into_iter()).unwrap();
                assert_eq!(base.path_of(&url), "/api/v1/a", "{url}");
            }
        }
        let base = BaseUrl::parse("http://localhost/zenml", "").unwrap();
        for (path, understood) in [
            ("/../zenml/api/v1/a", "/api/v1/a"),
            ("/../api/v1/a", "/api/v1/a"),
            ("/zenml/api", "/zenml/api"),
            ("/", "/"),
        ] {
            let url = base.join(path, [].into_iter()).unwrap();
            assert_eq!(base.path_of(&url), understood, "{url}");
        }
    }

    #[test]
    fn spellings_of_one_base_are_the_same() {
        let is_same = |other| is_same_base("https://zenml.example.com", other, "/api/v1");
        assert!(is_same("HTTPS://ZenML.example.com:443/api/v1/"));
        assert!(!is_same("http://zenml.example.com") && !is_same("zenml.example.com"));
    }

    #[test]
    fn an_invalid_base_is_an_error_that_does_not_quote_it() {
        for text in [
            "zenml.example.com",
            "localhost:8237",
            "",
            "https://",
            "ftp://zenml.example.com",
            "https://me:hunter2@zenml.example.com",
            "https://zenml.example.com/?token=hunter2",
            "https://zenml.example.com/#hunter2",
        ] {
            let error = BaseUrl::parse(text, "").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn only_loopback_is_safe_without_tls() {
        let readable = |text| {
            BaseUrl::parse(text, "")
                .unwrap()
                .is_clear_text_to_another_machine()
        };
        for safe in [
            "https://zenml.example.com",
            "http://localhost:8237",
            "http://zenml.localhost",
            "http://127.0.0.1:8237",
            "http://127.9.9.9",
            "http://[::1]:8237",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(!readable(safe), "{safe}");
        }
        for unsafe_ in [
            "http://zenml.example.com",
            "http://10.0.0.1",
            "http://localhost.evil.example",
        ] {
            assert!(readable(unsafe_), "{unsafe_}");
        }
    }
}
