//! What is one attempt of a call? A request, its redirects, and the response.

use std::borrow::Cow;
use std::pin::pin;
use std::time::{Duration, Instant};

use http::{HeaderMap, Method, header};
use url::Url;

use super::api::ApiKind;
use super::authorization::Authorization;
use super::body_stream::read_beginning;
use super::content_coding::ContentCoding;
use super::redirect;
use super::request::PreparedRequest;
use super::response::{AttemptResponse, ResponseBody};
use crate::error::body as error_body;
use crate::error::from_http::request_error;
use crate::retry::attempt_error::AttemptError;
use crate::retry::retry_after::retry_after;
use crate::runtime::Runtime;
use crate::{Error, ErrorKind, Result};

/// Sends attempts over HTTP.
pub(crate) struct HttpSender<'a> {
    pub http: reqwest::Client,
    pub api: ApiKind,
    pub runtime: &'a Runtime,
}

impl HttpSender<'_> {
    /// Sends the request once and follows redirects. An unsuccessful response is an error.
    ///
    /// `authorization` is the one in the request's headers: its token is redacted from errors.
    pub async fn attempt(
        &self,
        request: &PreparedRequest,
        authorization: Option<&Authorization>,
        limit: Option<Duration>,
    ) -> Result<AttemptResponse, AttemptError> {
        let deadline = limit.and_then(|limit| self.runtime.clock.now().checked_add(limit));
        // Boxed, so that no future exceeds 1 KiB, the size that allocators serve fast.
        let exchange = Box::pin(self.exchange(request, authorization, deadline));
        let outcome = self.runtime.within(limit, exchange).await;
        outcome.unwrap_or_else(|| {
            let seconds = limit.unwrap_or_default().as_secs_f64();
            let message = format!("no complete response within {seconds:.1} s");
            Err(Error::new(ErrorKind::Timeout, message).into())
        })
    }

    /// Sends the request. The deadline limits only the time for the body of an unsuccessful response.
    async fn exchange(
        &self,
        request: &PreparedRequest,
        authorization: Option<&Authorization>,
        deadline: Option<Instant>,
    ) -> Result<AttemptResponse, AttemptError> {
        let (response, other_host) = self.follow(request).await?;
        if !response.status().is_success() {
            let failed = self.failure(response, request, authorization, deadline);
            let mut failed = failed.await;
            if let Some(other_host) = other_host {
                // That host did not receive credentials that it could reject.
                failed.rejects_credentials = false;
                failed.error = failed.error.with_hint(Some(other_host.hint()));
            }
            return Err(failed);
        }
        let (mut parts, body) = http::Response::from(response).into_parts();
        let coding = ContentCoding::of(&parts.headers);
        if !coding.is_readable(request.accept) {
            let message = format!(
                "the response is compressed ({}), which the client did not ask for; check the proxy \
                 between client and server",
                coding.name()
            );
            let error = Error::new(ErrorKind::Decode, message).with_status(parts.status);
            return Err(error.into());
        }
        if coding != ContentCoding::Identity {
            // They describe the body before it is decoded.
            parts.headers.remove(header::CONTENT_ENCODING);
            parts.headers.remove(header::CONTENT_LENGTH);
        }
        // The response to a login sets a cookie that holds the token.
        for (name, value) in &mut parts.headers {
            if name == header::SET_COOKIE {
                value.set_sensitive(true);
            }
        }
        let body = if request.accept.is_whole() {
            let (limit, idle_timeout) = (request.max_size, request.idle_timeout);
            let whole = coding.read(body, limit, self.runtime, idle_timeout);
            ResponseBody::Whole(whole.await?)
        } else {
            ResponseBody::Streamed(body)
        };
        Ok(AttemptResponse {
            status: parts.status,
            headers: parts.headers,
            body,
            permit: None,
        })
    }

    /// Returns the response at the end of all redirects, and the host that sent it if it is not the
    /// one that the request was for.
    async fn follow(
        &self,
        request: &PreparedRequest,
    ) -> Result<(reqwest::Response, Option<OtherHost>)> {
        let mut method = &request.method;
        let mut url = Cow::Borrowed(&request.url);
        let mut headers = Cow::Borrowed(&request.headers);
        let mut body = request.body.as_ref();
        let mut other_host = None;
        for _ in 0..=redirect::LIMIT {
            let mut sent = reqwest::Request::new(method.clone(), Url::clone(&url));
            *sent.headers_mut() = HeaderMap::clone(&headers);
            if let Some(body) = body {
                let content = body.for_attempt().ok_or_else(|| {
                    let message = "the server redirects the request, but a streamed body cannot \
                                   be sent again; use the URL that the redirect leads to";
                    Error::new(ErrorKind::Decode, message)
                })?;
                *sent.body_mut() = Some(content);
            }
            let response = self.http.execute(sent).await.map_err(|error| {
                let error = request_error(&error, &url);
                error.with_hint(other_host.as_ref().map(OtherHost::hint))
            })?;
            let hop = redirect::next_hop(&url, method, response.status(), response.headers())?;
            let Some(hop) = hop else {
                return Ok((response, other_host));
            };
            if !hop.keeps_method || !hop.same_server {
                method = if hop.keeps_method {
                    method
                } else {
                    &Method::GET
                };
                body = None;
                headers.to_mut().remove(header::CONTENT_TYPE);
            }
            if !hop.same_server {
                // Credentials and headers of the program are only for the first server.
                let kept = [header::ACCEPT, header::ACCEPT_ENCODING, header::USER_AGENT];
                let kept = kept.map(|name| headers.get(&name).cloned().map(|value| (name, value)));
                headers = Cow::Owned(kept.into_iter().flatten().collect());
                other_host = Some(OtherHost(redirect::authority(&hop.url)));
            }
            url = Cow::Owned(hop.url);
        }
        let message = format!(
            "the server redirected the request more than {} times; check the URL",
            redirect::LIMIT
        );
        Err(Error::new(ErrorKind::Decode, message))
    }

    /// Turns an unsuccessful response into an error.
    async fn failure(
        &self,
        response: reqwest::Response,
        request: &PreparedRequest,
        authorization: Option<&Authorization>,
        deadline: Option<Instant>,
    ) -> AttemptError {
        let status = response.status();
        let headers = response.headers().clone();
        let secrets = request
            .secrets
            .iter()
            .chain(authorization.map(|authorization| &authorization.token));
        // The status is what matters, however much of the body arrives in time.
        let mut coded = Vec::new();
        let left = self.runtime.time_left(deadline, None);
        let limit = left.map_or(ERROR_BODY_LIMIT, |left| {
            left.mul_f32(0.9).min(ERROR_BODY_LIMIT)
        });
        {
            let reading = read_beginning(response.into(), error_body::BODY_LIMIT, &mut coded);
            let _ = self.runtime.within(Some(limit), pin!(reading)).await;
        }
        let mut body = ContentCoding::of(&headers).beginning(coded);
        if request.is_login && error_body::is_unknown_json(&body) {
            // It may contain a token.
            body = error_body::describe(&body).into_bytes();
        }
        let mut error = error_body::to_error(status, &body, secrets);
        if error.is_control_plane_outage() {
            error = error.with_kind(ErrorKind::Unavailable);
        }
        AttemptError {
            rejects_credentials: rejects_credentials(self.api, &headers, &error),
            retry_after: retry_after(&headers, self.runtime.clock.utc()),
            error,
        }
    }
}

/// Time limit for the body of an unsuccessful response.
const ERROR_BODY_LIMIT: Duration = Duration::from_secs(10);

/// Host that a redirect led to.
struct OtherHost(String);

impl OtherHost {
    fn hint(&self) -> String {
        format!(
            "the server redirected to {}, which did not receive the credentials; if that is the \
             right server, use its URL",
            self.0
        )
    }
}

/// Returns whether a new login may help. A workspace responds with 401 to missing permissions, too;
/// the official client distinguishes them the same way (`_request` in
/// `zen_stores/rest_zen_store.py`). The Pro API does not name an exception: a 401 there always
/// triggers a new login, as it does for servers (`zen_server/cloud_utils.py`).
fn rejects_credentials(api: ApiKind, headers: &HeaderMap, error: &Error) -> bool {
    error.kind() == ErrorKind::Unauthorized
        && match error.server_exception() {
            Some("CredentialsNotValid") => true,
            Some("AuthorizationException") => false,
            _ => api == ApiKind::Pro || headers.contains_key(header::WWW_AUTHENTICATE),
        }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::*;

    #[test]
    fn a_401_for_invalid_credentials_differs_from_one_for_missing_permissions() {
        let rejects = |api, challenge: bool, body: &str| {
            let challenge =
                challenge.then(|| (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
            let headers = HeaderMap::from_iter(challenge);
            let status = StatusCode::UNAUTHORIZED;
            let error = error_body::to_error(status, body.as_bytes(), [].into_iter());
            rejects_credentials(api, &headers, &error)
        };
        let invalid = r#"{"detail":["CredentialsNotValid","expired"]}"#;
        let not_allowed = r#"{"detail":["AuthorizationException","no"]}"#;
        let plain = r#"{"detail":"Not authenticated"}"#;
        assert!(rejects(ApiKind::Workspace, false, invalid));
        assert!(rejects(ApiKind::Workspace, true, plain));
        assert!(!rejects(ApiKind::Workspace, false, plain));
        assert!(!rejects(ApiKind::Workspace, false, not_allowed));
        assert!(rejects(ApiKind::Pro, false, plain));
        assert!(!rejects(ApiKind::Pro, false, not_allowed));
    }

    #[test]
    fn only_a_401_rejects_credentials() {
        let body = br#"{"detail":["CredentialsNotValid","x"]}"#;
        let error = error_body::to_error(StatusCode::FORBIDDEN, body, [].into_iter());
        assert!(!rejects_credentials(
            ApiKind::Pro,
            &HeaderMap::new(),
            &error
        ));
    }
}
