//! How is a document fetched from a server?

use std::net::IpAddr;
use std::time::Duration;
use std::{env, fmt};

use anyhow::{Context, Result, anyhow, bail};
use reqwest::{Client, StatusCode, Url, redirect};
use zenml_test_server::Progress;

use super::Fetched;

/// Limits on the time and size of a download.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The time to connect.
    pub connect: Duration,
    /// The time to read the whole response.
    pub total: Duration,
    /// The number of bytes; ZenML's documents have about a million.
    pub bytes: u64,
    /// The number of redirects.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(60),
            bytes: 64 << 20,
            redirects: 5,
        }
    }
}

/// A bearer token. `Debug` does not show it.
#[derive(Clone)]
pub struct Token {
    /// The name of its environment variable.
    pub(super) variable: String,
    value: String,
}

impl Token {
    /// Reads the token from an environment variable.
    ///
    /// # Errors
    /// Returns an error if the variable is not set or empty.
    pub fn from_env(name: &str) -> Result<Self> {
        match env::var(name) {
            Ok(token) if !token.trim().is_empty() => Ok(Self {
                variable: name.to_owned(),
                value: token.trim().to_owned(),
            }),
            _ => {
                bail!("the environment variable {name} of --token-env is not set or empty; set it")
            }
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Returns the URL of the document: the given one if it ends in `.json`, otherwise with
/// `/openapi.json` appended.
pub(super) fn document_url(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !url.path().ends_with(".json") {
        let path = format!("{}/openapi.json", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    Ok(url)
}

/// Returns a URL without user, password, query and fragment, which may be secret.
pub(super) fn without_secrets(url: &Url) -> String {
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

pub(super) async fn fetch(
    url: &Url,
    token: Option<&Token>,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<Fetched> {
    let origin = without_secrets(url);
    if token.is_some() && url.scheme() == "http" && !is_loopback(url) {
        bail!(
            "{origin} is not encrypted, so that the token of --token-env could be read on the way; \
             give an https: URL"
        );
    }
    progress.stage(&format!("Downloading {origin}"));
    // The provider of the process, which reqwest needs. A second call finds it installed.
    let _is_first = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .redirect(redirects(limits.redirects))
        // The URL may hold a secret, which must not follow a redirect.
        .referer(false)
        .user_agent(concat!("zenml-sync-spec/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("cannot create an HTTP client")?;
    let mut request = client.get(url.clone()).header("Accept", "application/json");
    if let Some(token) = token {
        request = request.bearer_auth(&token.value);
    }
    let explain = |error: reqwest::Error| explain(&error, &origin, limits);
    let mut response = request.send().await.map_err(explain)?;
    check_status(response.status(), &origin, token.is_some())?;
    let mut raw = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(explain)? {
        raw.extend_from_slice(&chunk);
        if raw.len() as u64 > limits.bytes {
            bail!(
                "{origin} has sent more than {} bytes, more than any document of ZenML; give the URL \
                 of a document",
                limits.bytes
            );
        }
        progress.detail(&format!("{} kB", raw.len() / 1000));
    }
    Ok(Fetched {
        raw,
        origin,
        printed_by: None,
    })
}

/// Returns whether a request stays on this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Follows a few redirects, but never from https to http.
fn redirects(most: usize) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        let is_downgrade = attempt.url().scheme() == "http"
            && attempt.previous().iter().any(|url| url.scheme() == "https");
        if is_downgrade {
            attempt.error("it redirects from https to http")
        } else if attempt.previous().len() > most {
            attempt.error(format!("it redirects more than {most} times"))
        } else {
            attempt.follow()
        }
    })
}

/// Returns an error for a status other than success.
fn check_status(status: StatusCode, origin: &str, has_token: bool) -> Result<()> {
    if status.is_success() {
        return Ok(());
    }
    let reason = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if has_token => {
            "the server rejects the token of --token-env or hides its document; check the token"
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "the server shows its document to users only; put a token into an environment \
             variable and name it with --token-env"
        }
        StatusCode::NOT_FOUND => {
            "there is no document, or the server hides it; give the URL of a ZenML server or of the \
             document itself"
        }
        _ if status.is_server_error() => "the server failed; try again later",
        _ => "this is not a document; check the URL",
    };
    Err(anyhow!(
        "{origin} responded with {status}: {reason}, or give a file with `--from FILE`"
    ))
}

/// Explains a failed request, without the URL, which reqwest would show with its secrets.
fn explain(error: &reqwest::Error, origin: &str, limits: &Limits) -> anyhow::Error {
    let offline = "check the network, or give a file with `--from FILE`";
    if error.is_connect() {
        return anyhow!(
            "{origin} cannot be reached: {}; {offline}",
            root_cause(error)
        );
    }
    if error.is_timeout() {
        let limit = limits.total.as_secs_f64();
        return anyhow!("{origin} did not send a whole response within {limit} s; {offline}");
    }
    if error.is_body() || error.is_decode() {
        return anyhow!(
            "{origin} closed the connection in the middle of the response: {}; try again",
            root_cause(error)
        );
    }
    anyhow!("{origin} cannot be read: {}", root_cause(error))
}

/// Returns the innermost cause, which is the most precise one.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
