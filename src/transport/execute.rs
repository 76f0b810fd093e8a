use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument;
use uuid::Uuid;

use crate::auth::session::Session;
use crate::client::builder::Connection;
use crate::retry::state::History;
use crate::runtime::clock::World;
use crate::streaming::byte_stream::{self as stream, BodyStream};
use crate::transport::api::Facts;
use crate::transport::base_url::BaseUrl;
use crate::transport::call_options::Settled;
use crate::transport::request::{Repeat, Request, set_header};
use crate::transport::sender::{Failed, Payload, Prepared, Received, Wire};
use crate::transport::trace;
use crate::{CallOptions, Error, ErrorKind, Result, RetryBudget};

/// Sends the requests of one client. Cheap to clone: all clones share connections and login.
///
/// It knows requests and answers, but neither types nor operations: it is the same for all APIs.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
    options: Arc<Settled>,
}

pub(crate) struct Shared {
    pub http: reqwest::Client,
    /// What `http` was made of, unless the caller brought it.
    pub connection: Option<Connection>,
    pub base: BaseUrl,
    /// Whether credentials may go out in clear text.
    pub insecure_http: bool,
    pub api: Facts,
    /// What every request carries.
    pub headers: HeaderMap,
    pub session: Session,
    pub budget: RetryBudget,
    pub world: World,
    /// Options of calls that nobody has given others.
    pub defaults: Arc<Settled>,
    /// Whether the server's version is still to be compared with the document's.
    pub check_version: AtomicBool,
}

/// How the body of an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    /// Whole.
    Json,
    /// Whole, and no JSON.
    Text,
    /// Whole, and whatever it is.
    Anything,
    /// As it comes.
    Bytes,
    /// As it comes, as `text/event-stream`.
    Events,
}

/// A successful answer.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub origin: Origin,
}

/// A successful answer whose body is still to be read.
pub(crate) struct StreamedAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: BodyStream,
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Transport {
    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            options: shared.defaults.clone(),
            shared: Arc::new(shared),
        }
    }

    /// The same transport, with other options for the calls through it.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            shared: self.shared.clone(),
            options: Arc::new(self.options.with(options)),
        }
    }

    /// Where the API is, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        self.shared.base.as_str()
    }

    /// Carries one call out, its answer's body included.
    pub(crate) async fn send(&self, request: Request, accept: Accept) -> Result<Answer> {
        let (received, origin) = self.carry_out(request, accept).await?;
        let body = match received.body {
            Payload::Whole(bytes) => bytes,
            Payload::Streamed(body) => stream::read(body, usize::MAX)
                .await
                .map_err(|error| origin.explain(error))?,
        };
        Ok(Answer {
            status: received.status,
            headers: received.headers,
            body,
            origin,
        })
    }

    /// Carries one call out up to the beginning of its answer's body.
    pub(crate) async fn open(&self, request: Request, accept: Accept) -> Result<StreamedAnswer> {
        let (received, origin) = self.carry_out(request, accept).await?;
        let body = match received.body {
            Payload::Whole(bytes) => bytes.into(),
            Payload::Streamed(body) => body,
        };
        Ok(StreamedAnswer {
            status: received.status,
            headers: received.headers,
            body: BodyStream::new(body, origin),
        })
    }

    /// Boxed, so that the future of each of the hundreds of operations is small and quick to
    /// compile; and because a login is a call too.
    fn carry_out(&self, request: Request, accept: Accept) -> BoxFuture<Result<(Received, Origin)>> {
        let transport = self.clone();
        let origin = Origin::new(request.operation.clone());
        let span = trace::call(&request, &origin, &self.shared.base);
        let prepared = self.prepare(request, accept, &origin);
        Box::pin(async move {
            let call = transport.run(prepared, origin).instrument(span.clone());
            let outcome = call.await;
            trace::outcome(&span, &outcome);
            outcome
        })
    }

    /// Tries until there is an answer that trying again would not make better.
    async fn run(
        &self,
        prepared: Result<Box<Prepared>>,
        mut origin: Origin,
    ) -> Result<(Received, Origin)> {
        let mut prepared = prepared.map_err(|error| origin.explain(error))?;
        let world = &self.shared.world;
        let begun = world.clock.now();
        let deadline = self
            .options
            .timeout
            .and_then(|limit| begun.checked_add(limit));
        let authenticated = prepared.authenticated;
        let is_repeatable = prepared
            .body
            .as_ref()
            .is_none_or(|body| body.is_repeatable());
        let mut history = History::default();
        let mut refused = None;
        let mut has_just_logged_in = false;
        let mut last: Option<Failed> = None;
        let failed = loop {
            let token = match authenticated {
                false => None,
                true => {
                    let token = self.token(refused.as_deref());
                    let token = world.within(self.left(deadline), pin!(token)).await;
                    let token = token.unwrap_or_else(|| Err(self.too_late("login")));
                    token.map_err(|error| origin.explain(error))?
                }
            };
            if let Some(token) = &token {
                let authorization = token.authorization.clone();
                prepared
                    .headers
                    .insert(header::AUTHORIZATION, authorization);
            }
            let attempt_begun = world.clock.now();
            // The wait or the login may have taken longer than the server remembers the last attempt.
            if let Some(failed) = last.take()
                && !history.may_repeat(prepared.repeat, &self.options.retry, attempt_begun)
            {
                let hint = "not repeated: by then the server had forgotten the call, which it may \
                            have carried out";
                return Err(origin.explain(failed.error.with_hint(Some(hint.to_owned()))));
            }
            origin.attempts += 1;
            let left = deadline.map(|deadline| deadline.saturating_duration_since(attempt_begun));
            let limit = [self.options.attempt_timeout, left];
            let limit = limit.into_iter().flatten().min();
            let attempt = self
                .wire()
                .attempt(&prepared, token.as_deref(), limit)
                .await;
            let failed = match attempt {
                Ok(received) => {
                    self.shared.budget.give_back();
                    if authenticated {
                        self.compare_versions();
                    }
                    return Ok((received, origin));
                }
                Err(failed) => failed,
            };
            history.note(attempt_begun, &failed.error);
            if let Some(token) = &token
                && failed.refuses_credentials
                && self.shared.session.is_renewable()
            {
                self.forget(token);
            }
            // A token that was got because another was refused, and is refused at once: no third.
            let can_log_in_again = !has_just_logged_in
                && authenticated
                && is_repeatable
                && self.shared.session.is_renewable();
            if failed.refuses_credentials && can_log_in_again {
                tracing::debug!(target: "zenml", "the server refuses the token; logging in again");
                refused = token;
                has_just_logged_in = true;
                last = Some(failed);
                continue;
            }
            match self.delay(&failed, &history, prepared.repeat, deadline) {
                Some(delay) if is_repeatable && self.shared.budget.take() => {
                    trace::retry(origin.attempts, delay, &failed.error);
                    world.clock.sleep(delay).await;
                    history.retries += 1;
                    has_just_logged_in = false;
                    last = Some(failed);
                }
                _ => break failed,
            }
        };
        // Boxed: a call that succeeds need not hold a place for it.
        let hint = Box::pin(self.hint(&failed, &prepared, &history, deadline)).await;
        Err(origin.explain(failed.error.with_hint(hint)))
    }

    fn delay(
        &self,
        failed: &Failed,
        history: &History,
        repeat: Repeat,
        deadline: Option<Instant>,
    ) -> Option<std::time::Duration> {
        let world = &self.shared.world;
        let (policy, now) = (&self.options.retry, world.clock.now());
        let delay = history.delay(failed, repeat, policy, now, (world.random)())?;
        // There is no sense in waiting for an attempt that may not take place.
        let then = now.checked_add(delay)?;
        let in_time = deadline.is_none_or(|deadline| then < deadline);
        in_time.then_some(delay)
    }

    /// Makes what all attempts of a call share.
    fn prepare(&self, request: Request, accept: Accept, origin: &Origin) -> Result<Box<Prepared>> {
        let query = request.query.iter();
        let query = query.map(|(name, value)| (&**name, value.as_str()));
        let url = self.shared.base.join(&request.path, query)?;
        // With place for the usual six: a clone has none to spare.
        let mut headers = HeaderMap::with_capacity(6);
        for (name, value) in &self.shared.headers {
            headers.append(name, value.clone());
        }
        // A caller's own comes first: it may repeat the call from another process. One for all calls
        // of a client would make them one.
        let has_key = request.headers.contains_key(IDEMPOTENCY_KEY);
        headers.extend(request.headers);
        headers.insert(header::ACCEPT, accept.header());
        headers.insert(REQUEST_ID, origin.header()?);
        if let Some(body) = &request.body {
            headers.insert(header::CONTENT_TYPE, body.content_type.clone());
        }
        if request.repeat == Repeat::Deduplicated && !has_key {
            set_header(&mut headers, IDEMPOTENCY_KEY, &Uuid::new_v4().to_string())?;
        }
        let mut secrets = request.secrets;
        if let Some(body) = &request.body {
            secrets.extend(body.secrets.iter().cloned());
        }
        Ok(Box::new(Prepared {
            method: request.method,
            url,
            headers,
            body: request.body,
            accept,
            repeat: request.repeat,
            authenticated: request.authenticated,
            secrets,
        }))
    }

    pub(crate) fn wire(&self) -> Wire<'_> {
        Wire {
            http: &self.shared.http,
            family: self.shared.api.family,
            world: &self.shared.world,
        }
    }

    pub(crate) fn left(&self, deadline: Option<Instant>) -> Option<std::time::Duration> {
        let now = self.shared.world.clock.now();
        deadline.map(|deadline| deadline.saturating_duration_since(now))
    }

    fn too_late(&self, what: &str) -> Error {
        let limit = self.options.timeout.unwrap_or_default().as_secs_f64();
        let message = format!("the {what} took longer than the {limit:.1} s that the call may");
        Error::new(ErrorKind::Timeout, message)
    }

    /// The same transport with the client's own options: for what is not one call's alone.
    pub(crate) fn with_defaults(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            options: self.shared.defaults.clone(),
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    #[cfg(test)]
    pub(crate) fn shared_by_all(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn session(&self) -> &Session {
        &self.shared.session
    }

    pub(crate) fn world(&self) -> &World {
        &self.shared.world
    }

    pub(crate) fn api(&self) -> &Facts {
        &self.shared.api
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.shared.base
    }

    /// A URL of the server's answers, which may be a path.
    pub(crate) fn absolute(&self, url: &str) -> String {
        match url.contains("://") {
            true => url.to_owned(),
            false => format!("{}/{}", self.shared.base, url.trim_start_matches('/')),
        }
    }
}

const IDEMPOTENCY_KEY: &str = "idempotency-key";
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An id that no other call has: random by a key that the operating system gives each thread once, so
/// that it need not be asked for each call.
fn random_id() -> Uuid {
    let key = RandomState::new();
    Uuid::from_u64_pair(key.hash_one(0), key.hash_one(1))
}

/// Which call an error belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub operation: Cow<'static, str>,
    pub request_id: String,
    /// How many requests have been sent for it.
    pub attempts: u32,
}

impl Origin {
    pub fn new(operation: Cow<'static, str>) -> Self {
        Self {
            operation,
            request_id: random_id().simple().to_string(),
            attempts: 0,
        }
    }

    pub fn explain(&self, error: Error) -> Error {
        error
            .with_operation(self.operation.clone())
            .with_request(&self.request_id, self.attempts)
    }

    fn header(&self) -> Result<HeaderValue> {
        HeaderValue::from_str(&self.request_id).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, error.to_string()).with_source(error)
        })
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base", &self.shared.base.to_string())
            .field("session", &self.shared.session)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod retry_tests;
