//! One try of a call: a request, the redirects that it meets, and what the answer is.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use url::Url;

use crate::auth::token::Token;
use crate::error::body as error_body;
use crate::retry::retry_after::retry_after;
use crate::runtime::clock::World;
use crate::streaming::byte_stream as stream;
use crate::transport::api::Family;
use crate::transport::execute::Accept;
use crate::transport::redirect;
use crate::transport::request::{Body, Repeat};
use crate::{Error, ErrorKind, Result, Secret};

/// A request with all that its attempts share.
pub(crate) struct Prepared {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Body>,
    pub accept: Accept,
    pub repeat: Repeat,
    /// Whether it goes with the session's token, and not with what it is to be got for.
    pub authenticated: bool,
    /// What must not come back in an error.
    pub secrets: Vec<Secret>,
}

/// A successful answer.
pub(crate) struct Received {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Payload,
}

pub(crate) enum Payload {
    Whole(Bytes),
    Streamed(reqwest::Body),
}

/// An attempt that failed.
pub(crate) struct Failed {
    pub error: Error,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// Whether the server says that the credentials are not valid, or not any more.
    pub refuses_credentials: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self {
            error,
            retry_after: None,
            refuses_credentials: false,
        }
    }
}

/// What attempts are made with.
pub(crate) struct Wire<'a> {
    pub http: &'a reqwest::Client,
    pub family: Family,
    pub world: &'a World,
}

impl Wire<'_> {
    /// Sends the request once, follows where it is redirected to, and tells success from failure.
    ///
    /// The token is the one in the request's headers: it must not come back in an error.
    pub async fn attempt(
        &self,
        request: &Prepared,
        token: Option<&Token>,
        limit: Option<Duration>,
    ) -> Result<Received, Failed> {
        // Boxed, so that no future is larger than what is allocated fast, 1 KiB.
        let received = Box::pin(self.exchange(request, token));
        let received = self.world.within(limit, received).await;
        received.unwrap_or_else(|| {
            let seconds = limit.unwrap_or_default().as_secs_f64();
            let message = format!("no complete answer within {seconds:.1} s");
            Err(Error::new(ErrorKind::Timeout, message).into())
        })
    }

    async fn exchange(
        &self,
        request: &Prepared,
        token: Option<&Token>,
    ) -> Result<Received, Failed> {
        let (answer, is_of_the_server) = self.follow(request).await?;
        if !answer.status().is_success() {
            let mut failed = self.failure(answer, request, token).await;
            // Another host, to which a redirect led, got no credentials that it could refuse.
            failed.refuses_credentials &= is_of_the_server;
            return Err(failed);
        }
        let answer = http::Response::from(answer);
        let (mut parts, body) = answer.into_parts();
        // A login's answer sets a cookie, which is its token.
        for (name, value) in &mut parts.headers {
            if name == header::SET_COOKIE {
                value.set_sensitive(true);
            }
        }
        Ok(Received {
            status: parts.status,
            headers: parts.headers,
            body: match request.accept.is_whole() {
                true => Payload::Whole(stream::read(body, usize::MAX).await?),
                false => Payload::Streamed(body),
            },
        })
    }

    /// The answer at the end of all redirects, and whether it is the server's own.
    async fn follow(&self, request: &Prepared) -> Result<(reqwest::Response, bool)> {
        let mut method = &request.method;
        let mut url = Cow::Borrowed(&request.url);
        let mut headers = Cow::Borrowed(&request.headers);
        let mut body = request.body.as_ref();
        let mut is_of_the_server = true;
        for _ in 0..=redirect::LIMIT {
            let mut wire = reqwest::Request::new(method.clone(), Url::clone(&url));
            *wire.headers_mut() = HeaderMap::clone(&headers);
            if let Some(body) = body {
                let sent = body.for_attempt().ok_or_else(|| {
                    let message = "a redirect, which a streamed body cannot follow";
                    Error::new(ErrorKind::Decode, message)
                })?;
                *wire.body_mut() = Some(sent);
            }
            let answer = self.http.execute(wire).await.map_err(Error::from_http)?;
            let hop = redirect::next_hop(&url, method, answer.status(), answer.headers())?;
            let Some(hop) = hop else {
                return Ok((answer, is_of_the_server));
            };
            if !hop.keeps_method {
                method = &Method::GET;
                body = None;
                headers.to_mut().remove(header::CONTENT_TYPE);
            }
            if !hop.same_host {
                is_of_the_server = false;
                // Keys and cookies, also those that the program has set, are not its business.
                let kept = [header::ACCEPT, header::USER_AGENT];
                let kept = kept.map(|name| headers.get(&name).cloned().map(|value| (name, value)));
                headers = Cow::Owned(kept.into_iter().flatten().collect());
            }
            url = Cow::Owned(hop.url);
        }
        let message = format!("more than {} redirects", redirect::LIMIT);
        Err(Error::new(ErrorKind::Decode, message))
    }

    /// What an unsuccessful answer stands for.
    async fn failure(
        &self,
        answer: reqwest::Response,
        request: &Prepared,
        token: Option<&Token>,
    ) -> Failed {
        let status = answer.status();
        let headers = answer.headers().clone();
        // A body that breaks off is read as far as it came: the status counts.
        let body = stream::read_beginning(answer.into(), error_body::BODY_LIMIT).await;
        let secrets = request
            .secrets
            .iter()
            .chain(token.map(|token| &token.secret));
        let mut error = failure_of(status, &body, secrets);
        if is_of_a_control_plane_that_is_down(&error) {
            error = error.with_kind(ErrorKind::Unavailable);
        }
        Failed {
            refuses_credentials: refuses_credentials(self.family, &headers, &error),
            retry_after: retry_after(&headers, self.world.clock.utc()),
            error,
        }
    }
}

/// Tells a 401 that another token helps against from one that means "not allowed": as the official
/// client does it (`_request` in `zen_stores/rest_zen_store.py`). The Pro API names no exception;
/// there another login is tried after every 401, as servers do it (`zen_server/cloud_utils.py`).
fn refuses_credentials(family: Family, headers: &HeaderMap, error: &Error) -> bool {
    error.kind() == ErrorKind::Unauthorized
        && match error.server_exception() {
            Some("CredentialsNotValid") => true,
            Some("AuthorizationException") => false,
            _ => family == Family::Pro || headers.contains_key(header::WWW_AUTHENTICATE),
        }
}

/// A workspace of ZenML Pro asks the control plane who somebody is, and answers 401 also when that
/// does not answer (`authenticate_external_user` in `zen_server/auth.py`).
pub(crate) fn is_of_a_control_plane_that_is_down(error: &Error) -> bool {
    error.status() == Some(StatusCode::UNAUTHORIZED)
        && error
            .message()
            .contains("Error fetching user information from external authenticator")
}

/// The error that an unsuccessful status and its body stand for.
pub(crate) fn failure_of<'a>(
    status: StatusCode,
    body: &[u8],
    secrets: impl Iterator<Item = &'a Secret> + Clone,
) -> Error {
    let body = String::from_utf8_lossy(body);
    let read = error_body::read(&without(&body, secrets.clone()));
    let message = match read.message.as_str() {
        "" => {
            let reason = status.canonical_reason().unwrap_or("no explanation");
            format!("the server answered: {reason}")
        }
        message => message.to_owned(),
    };
    // Once more: JSON may have held it with escapes.
    Error::new(ErrorKind::of_status(status), without(&message, secrets))
        .with_status(status)
        .with_server_exception(read.exception)
}

/// A debugging proxy, or the server, may answer with what it was asked. This comes before the
/// text is cut anywhere, so that no half of a secret stays.
fn without<'a, 's>(text: &'a str, secrets: impl Iterator<Item = &'s Secret>) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(text);
    for secret in secrets.map(Secret::expose) {
        // What is shorter is no secret, and might be a word of the answer's own grammar.
        if secret.len() < 4 {
            continue;
        }
        // As it is, and as it went out in a JSON body or a form.
        let json = serde_json::Value::from(secret).to_string();
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for written in [secret, json.trim_matches('"'), &form] {
            if text.contains(written) {
                text = text.replace(written, "[redacted]").into();
            }
        }
    }
    text
}

impl Accept {
    /// Whether the body belongs to the attempt.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Json | Self::Text | Self::Anything)
    }

    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Anything | Self::Bytes => "*/*",
            Self::Events => "text/event-stream",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_401_of_wrong_credentials_is_told_from_one_of_missing_rights() {
        let refuses = |family, challenge: bool, body: &str| {
            let challenge =
                challenge.then(|| (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
            let headers = HeaderMap::from_iter(challenge);
            let error = failure_of(StatusCode::UNAUTHORIZED, body.as_bytes(), [].into_iter());
            refuses_credentials(family, &headers, &error)
        };
        let invalid = r#"{"detail":["CredentialsNotValid","expired"]}"#;
        let not_allowed = r#"{"detail":["AuthorizationException","no"]}"#;
        let plain = r#"{"detail":"Not authenticated"}"#;
        assert!(refuses(Family::Workspace, false, invalid));
        assert!(refuses(Family::Workspace, true, plain));
        assert!(!refuses(Family::Workspace, false, plain));
        assert!(!refuses(Family::Workspace, false, not_allowed));
        assert!(refuses(Family::Pro, false, plain));
        assert!(!refuses(Family::Pro, false, not_allowed));
    }

    #[test]
    fn a_secret_that_comes_back_is_redacted_however_it_was_written() {
        let secrets = [Secret::from("a \"b\" c")];
        let body = r#"{"detail":"got a \"b\" c and {\"key\":\"a \\\"b\\\" c\"} and a+%22b%22+c"}"#;
        let error = failure_of(StatusCode::BAD_REQUEST, body.as_bytes(), secrets.iter());
        assert_eq!(
            error.message(),
            r#"got [redacted] and {"key":"[redacted]"} and [redacted]"#
        );
    }

    #[test]
    fn only_a_401_refuses_credentials() {
        let body = br#"{"detail":["CredentialsNotValid","x"]}"#;
        let error = failure_of(StatusCode::FORBIDDEN, body, [].into_iter());
        assert!(!refuses_credentials(Family::Pro, &HeaderMap::new(), &error));
    }
}
