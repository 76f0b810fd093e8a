use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use url::Url;
use uuid::Uuid;

use crate::base_url::BaseUrl;
use crate::credentials::Credentials;
use crate::request::{Body, Request, set_header};
use crate::session::{self, Grant, Proof, Session, Token};
use crate::stream::{self, BodyStream};
use crate::{Error, ErrorKind, Result, Secret, decode, error_body, redirect};

/// Sends the requests of one client. Cheap to clone: all clones share connections and login.
///
/// It knows requests and answers, but neither types nor operations: it is the same for all APIs.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base: BaseUrl,
    /// Path of the login, and what a clone of the client has logged in.
    login_path: &'static str,
    session: Session,
}

/// How the body of an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    /// Whole.
    Json,
    /// Whole, and no JSON.
    Text,
    /// As it comes.
    Bytes,
    /// As it comes, as `text/event-stream`.
    Events,
}

/// A successful answer whose body is still to be read.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: BodyStream,
}

type AnswerFuture = Pin<Box<dyn Future<Output = Result<Answer>> + Send>>;

impl Transport {
    pub(crate) fn new(
        http: reqwest::Client,
        base: BaseUrl,
        login_path: &'static str,
        credentials: Option<Credentials>,
    ) -> Self {
        Self(Arc::new(Inner {
            http,
            base,
            login_path,
            session: Session::new(credentials),
        }))
    }

    /// Carries one call out.
    ///
    /// Boxed, so that the future of each of the hundreds of operations is small and quick to
    /// compile.
    pub(crate) fn send(&self, request: Request, accept: Accept) -> AnswerFuture {
        let transport = self.clone();
        Box::pin(async move {
            let origin = Origin::new(request.operation.clone());
            let prepared = transport.prepare(request, accept, &origin).await;
            let prepared = prepared.map_err(|error| origin.explain(error, 0))?;
            let sent = transport.attempt(&prepared).await;
            sent.map_err(|error| origin.explain(error, 1))
                .map(|parts| Answer {
                    status: parts.status(),
                    headers: parts.headers().clone(),
                    body: BodyStream::new(parts.into_body(), origin),
                })
        })
    }

    /// Makes what all attempts of a call share.
    async fn prepare(&self, request: Request, accept: Accept, origin: &Origin) -> Result<Prepared> {
        let query = request.query.iter();
        let query = query.map(|(name, value)| (&**name, value.as_str()));
        let url = self.0.base.join(&request.path, query)?;
        let bearer = match request.authenticated {
            true => self.bearer().await?,
            false => None,
        };
        let mut headers = request.headers;
        headers.insert(header::ACCEPT, accept.header());
        set_header(&mut headers, "x-request-id", &origin.request_id)?;
        if request.deduplicated {
            let key = Uuid::new_v4().to_string();
            set_header(&mut headers, "idempotency-key", &key)?;
        }
        let mut secrets = request.secrets;
        if let Some(bearer) = bearer {
            headers.insert(header::AUTHORIZATION, authorization(&bearer)?);
            secrets.push(bearer);
        }
        Ok(Prepared {
            method: request.method,
            url,
            headers,
            body: request.body,
            secrets,
        })
    }

    /// Sends the request once, follows where it is redirected to, and tells success from failure.
    async fn attempt(&self, request: &Prepared) -> Result<http::Response<reqwest::Body>> {
        let mut method = request.method.clone();
        let mut url = request.url.clone();
        let mut headers = request.headers.clone();
        let mut body = request.body.clone();
        for _ in 0..=redirect::LIMIT {
            let mut wire = reqwest::Request::new(method.clone(), url.clone());
            *wire.headers_mut() = headers.clone();
            if let Some(body) = &body {
                let content_type = HeaderValue::from_static(body.content_type);
                wire.headers_mut()
                    .insert(header::CONTENT_TYPE, content_type);
                *wire.body_mut() = Some(body.bytes.clone().into());
            }
            let answer = self.0.http.execute(wire).await.map_err(Error::from_http)?;
            let hop = redirect::next_hop(&url, &method, answer.status(), answer.headers())?;
            let Some(hop) = hop else {
                return match answer.status().is_success() {
                    true => Ok(answer.into()),
                    false => Err(failure(answer, &request.secrets).await),
                };
            };
            if !hop.keeps_method {
                method = Method::GET;
                body = None;
            }
            if !hop.same_host {
                headers.remove(header::AUTHORIZATION);
            }
            url = hop.url;
        }
        let message = format!("more than {} redirects", redirect::LIMIT);
        Err(Error::new(ErrorKind::Decode, message))
    }

    /// What authenticates a request, after a login if one is due.
    async fn bearer(&self) -> Result<Option<Secret>> {
        let session = &self.0.session;
        let (user, password) = match session.proof() {
            Proof::None => return Ok(None),
            Proof::Bearer(secret) => return Ok(Some(secret.clone())),
            Proof::Login { user, password } => (user, password),
        };
        let mut token = session.token.lock().await;
        if let Some(token) = token
            .as_ref()
            .filter(|token| token.is_fresh(Instant::now()))
        {
            return Ok(Some(token.secret.clone()));
        }
        let grant = self.login(user, password).await.map_err(|error| {
            let kind = match error.is_retryable() {
                true => error.kind(),
                false => ErrorKind::Credentials,
            };
            let message = format!("the login of user {user:?} failed: {}", error.message());
            Error::new(kind, message).with_source(error)
        })?;
        let granted = Token::new(grant, Instant::now());
        let secret = granted.secret.clone();
        *token = Some(granted);
        Ok(Some(secret))
    }

    async fn login(&self, user: &str, password: &Secret) -> Result<Grant> {
        let origin = Origin::new("login".into());
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, Accept::Json.header());
        set_header(&mut headers, "x-request-id", &origin.request_id)?;
        let prepared = Prepared {
            method: Method::POST,
            url: self.0.base.join(self.0.login_path, std::iter::empty())?,
            headers,
            body: Some(session::password_form(user, password)?),
            secrets: vec![password.clone()],
        };
        let granted = async {
            let body = self.attempt(&prepared).await?.into_body();
            let body = stream::read(body, error_body::BODY_LIMIT).await?;
            decode::decode(&body)
                .map_err(|mismatch| Error::new(ErrorKind::Decode, mismatch.to_string()))
        };
        granted.await.map_err(|error| origin.explain(error, 1))
    }
}

/// A request with all that its attempts share.
struct Prepared {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Body>,
    /// What must not come back in an error.
    secrets: Vec<Secret>,
}

/// The error that an unsuccessful answer stands for.
async fn failure(answer: reqwest::Response, secrets: &[Secret]) -> Error {
    let status = answer.status();
    // A body that breaks off is read as far as it came: the status counts.
    let body = stream::read_beginning(answer.into(), error_body::BODY_LIMIT).await;
    failure_of(status, &body, secrets)
}

/// The error that an unsuccessful status and its body stand for.
pub(crate) fn failure_of(status: StatusCode, body: &[u8], secrets: &[Secret]) -> Error {
    let body = String::from_utf8_lossy(body);
    let read = error_body::read(&without(&body, secrets));
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
fn without<'a>(text: &'a str, secrets: &[Secret]) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(text);
    for secret in secrets.iter().map(Secret::expose) {
        // What is shorter is no secret, and might be a word of the answer's own grammar.
        if secret.len() >= 4 && text.contains(secret) {
            text = text.replace(secret, "[redacted]").into();
        }
    }
    text
}

fn authorization(secret: &Secret) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.expose())).map_err(|_| {
        Error::new(
            ErrorKind::Credentials,
            "the token or key has characters that cannot stand in a header, a line break perhaps",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl Accept {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Bytes => "*/*",
            Self::Events => "text/event-stream",
        })
    }
}

/// Which call an error belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    operation: Cow<'static, str>,
    pub request_id: String,
}

impl Origin {
    pub fn new(operation: Cow<'static, str>) -> Self {
        Self {
            operation,
            request_id: Uuid::new_v4().simple().to_string(),
        }
    }

    pub fn explain(&self, error: Error, attempts: u32) -> Error {
        error
            .with_operation(self.operation.clone())
            .with_request(&self.request_id, attempts)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base", &self.0.base.to_string())
            .field("session", &self.0.session)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
