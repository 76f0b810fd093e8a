//! A document from a server.

use std::net::IpAddr;
use std::time::Duration;
use std::{env, fmt};

use anyhow::{Context, Result, anyhow, bail};
use reqwest::{Client, StatusCode, Url, redirect};
use zenml_test_server::Progress;

use super::Fetched;

/// How long a server may take, and how much it may say.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until everything is there.
    pub total: Duration,
    /// The most that is read; ZenML's documents have about a million bytes.
    pub bytes: u64,
    /// How many redirects are followed.
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

/// A bearer token. It is never shown.
#[derive(Clone)]
pub struct Token {
    /// The environment variable that it is from.
    pub(super) variable: String,
    value: String,
}

impl Token {
    /// Reads it from an environment variable.
    ///
    /// # Errors
    /// When there is no such variable, or it is empty.
    pub fn from_env(name: &str) -> Result<Self> {
        match env::var(name) {
            Ok(token) if !token.trim().is_empty() => Ok(Self {
                variable: name.to_owned(),
                value: token.trim().to_owned(),
            }),
            _ => bail!("the environment variable {name} of --token-env is not set, or empty"),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The document's URL: the one that is given if it names a JSON file, otherwise that of the server
/// with `/openapi.json`.
pub(super) fn document_url(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !url.path().ends_with(".json") {
        let path = format!("{}/openapi.json", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    Ok(url)
}

/// A URL without what may be secret in it.
pub(super) fn shown(url: &Url) -> String {
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
    let origin = shown(url);
    if token.is_some() && url.scheme() == "http" && !is_loopback(url) {
        bail!(
            "{origin} is not encrypted, and anybody on the way could read the token of --token-env: \
             give an https: URL"
        );
    }
    progress.stage(&format!("Downloading {origin}"));
    let client = Client::builder()
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .redirect(redirects(limits.redirects))
        // What is secret in the URL must not follow a redirect.
        .referer(false)
        .user_agent(concat!("zenml-sync-spec/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("cannot make an HTTP client")?;
    let mut request = client.get(url.clone()).header("Accept", "application/json");
    if let Some(token) = token {
        request = request.bearer_auth(&token.value);
    }
    let explain = |error: reqwest::Error| explain(&error, &origin, limits);
    let mut answer = request.send().await.map_err(explain)?;
    refuse(answer.status(), &origin, token.is_some())?;
    let mut raw = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(explain)? {
        raw.extend_from_slice(&chunk);
        if raw.len() as u64 > limits.bytes {
            bail!(
                "{origin} has sent more than {} bytes, and was not read further: no document of \
                 ZenML is that long",
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

/// Whether a request stays on this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Follows a few, but never to where anybody can listen.
fn redirects(most: usize) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        let unprotected = attempt.url().scheme() == "http"
            && attempt.previous().iter().any(|url| url.scheme() == "https");
        if unprotected {
            attempt.error("it redirects from https to http")
        } else if attempt.previous().len() > most {
            attempt.error(format!("it redirects more than {most} times"))
        } else {
            attempt.follow()
        }
    })
}

/// What a status that is no success says about the document.
fn refuse(status: StatusCode, origin: &str, has_token: bool) -> Result<()> {
    if status.is_success() {
        return Ok(());
    }
    let reason = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if has_token => {
            "it does not accept the token of --token-env, or shows its document to nobody"
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "it shows its document only to those who have logged in: put a token into an \
             environment variable, and name that with --token-env"
        }
        StatusCode::NOT_FOUND => {
            "there is no document: give the URL of a ZenML server, or of the document itself; a \
             server can also hide it"
        }
        _ if status.is_server_error() => "the server has failed: try again later",
        _ => "that is no answer to a request for a document",
    };
    Err(anyhow!(
        "{origin} answers {status}: {reason}. A document in a file can be given with `--from FILE`"
    ))
}

/// Why there is no answer, without the URL, which reqwest would show with all that is in it.
fn explain(error: &reqwest::Error, origin: &str, limits: &Limits) -> anyhow::Error {
    let offline = "Offline? A document in a file can be given with `--from FILE`";
    if error.is_connect() {
        return anyhow!("{origin} cannot be reached: {}. {offline}", causes(error));
    }
    if error.is_timeout() {
        let limit = limits.total.as_secs_f64();
        return anyhow!("{origin} has not answered in full within {limit} s. {offline}");
    }
    if error.is_body() || error.is_decode() {
        return anyhow!(
            "{origin} broke off in the middle of its answer: {}. Try again",
            causes(error)
        );
    }
    anyhow!("{origin} cannot be read: {}", causes(error))
}

/// The innermost cause, which is the one that says something.
fn causes(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
