//! How does the mock server process a request?

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tokio::runtime::Handle;

use super::body::{Pause, Pieces, read};
use super::check;
use super::check::table::Requests;
use super::clock::SkippingClock;
use super::fault::Fault;
use super::login::{Tokens, expired};
use super::paging;
use super::received::Received;
use super::reply::{Content, Reply};
use super::report;
use super::script::{Answer, Script};
use crate::runtime::Clock as _;

/// What the test and the connections of the server share.
pub(super) struct Shared {
    state: Mutex<State>,
    pub clock: SkippingClock,
}

pub(super) struct State {
    pub script: Script,
    pub tokens: Tokens,
    pub version: String,
}

/// The connection is to be reset.
pub(super) const RESET: io::ErrorKind = io::ErrorKind::ConnectionReset;

impl Shared {
    pub fn new(runtime: Handle) -> Self {
        Self {
            state: Mutex::new(State {
                script: Script::default(),
                tokens: Tokens::default(),
                version: crate::workspace::DOCUMENT_VERSION.to_owned(),
            }),
            clock: SkippingClock::new(runtime),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a request and returns the response.
    ///
    /// # Errors
    /// The connection is to be closed without a response: reset, if the error is [`RESET`].
    pub async fn respond(&self, request: Request<Incoming>) -> io::Result<Response<Pieces>> {
        let (head, body) = request.into_parts();
        let mut received = Received::new(head);
        if self.state().script.resets_before(&received) {
            return Err(RESET.into());
        }
        received.body = read(body).await?;
        let answer = self.state().answer(&received);
        self.pause(&received, answer.delay).await;
        self.response(&received, answer)
    }

    /// Lets time pass, on the clock that the client has.
    async fn pause(&self, received: &Received, duration: Duration) {
        if duration.is_zero() {
            return;
        }
        if received.shares_clock() {
            self.clock.sleep(duration).await;
        } else {
            tokio::time::sleep(duration).await;
        }
    }

    fn response(&self, received: &Received, answer: Answer) -> io::Result<Response<Pieces>> {
        let Reply {
            mut status,
            mut headers,
            content,
        } = answer.reply;
        let mut body = match content {
            Content::Whole(body) => body,
            Content::Items(items) => paging::array(&items, received),
            Content::Pages(items) => {
                let has_hydrate = has_parameter(received, "hydrate");
                match paging::page(&items, received, has_hydrate) {
                    Ok(page) => page,
                    Err(message) => {
                        let refusal = Reply::error(StatusCode::BAD_REQUEST, "ValueError", &message);
                        return self.response(received, refusal.into());
                    }
                }
            }
            Content::Events(events) => events.text(received).into(),
            Content::Reset => return Err(RESET.into()),
        };
        if let Some(start) = rest(received, status, &headers, &body) {
            status = StatusCode::PARTIAL_CONTENT;
            let range = format!("bytes {start}-{}/{}", body.len() - 1, body.len());
            if let Ok(range) = HeaderValue::try_from(range) {
                headers.insert(header::CONTENT_RANGE, range);
            }
            body = body.slice(start..);
        }
        let body = match answer.fault {
            Some(Fault::SlowBody { pause }) => {
                let pause: Pause = if received.shares_clock() {
                    Box::pin(self.clock.clone().pass_in_body(pause))
                } else {
                    Box::pin(tokio::time::sleep(pause))
                };
                Pieces::slow(&body, pause)
            }
            Some(Fault::CutBody) if body.is_empty() => return Err(RESET.into()),
            Some(Fault::CutBody) => Pieces::cut(&body),
            _ => Pieces::whole(body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl State {
    fn answer(&mut self, received: &Received) -> Answer {
        if let Some(rejection) = self.tokens.rejection(received) {
            return rejection.into();
        }
        let answer = self.script.answer(received).or_else(|| {
            let login = self.tokens.answer(received, &self.version)?;
            Some(login.into())
        });
        let Some(mut answer) = answer else {
            return self.script.unexpected(received);
        };
        if let Some(why) = wrong(received) {
            let problem = report::wrong(&report::received(received), &why);
            return self.script.problem(problem);
        }
        let fault = match answer.fault {
            Some(Fault::TooManyRequests { retry_after }) => {
                let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
                let status = StatusCode::TOO_MANY_REQUESTS;
                Reply::error(status, "RateLimitExceeded", "too many requests")
                    .header("retry-after", &seconds.to_string())
            }
            Some(Fault::Unavailable) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Reply::error(status, "RuntimeError", "the server is unavailable")
            }
            Some(Fault::ExpiredToken) => {
                self.tokens.expire();
                expired()
            }
            Some(Fault::ResetAfter | Fault::ResetBefore) => Reply::reset(),
            Some(Fault::SlowBody { .. } | Fault::CutBody) | None => return answer,
        };
        answer.reply = fault;
        answer
    }
}

/// Returns the position at which the client asks to continue a body that it has read in part.
fn rest(
    received: &Received,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
) -> Option<usize> {
    let range = received.header(&header::RANGE)?;
    let start: usize = range
        .strip_prefix("bytes=")?
        .strip_suffix('-')?
        .parse()
        .ok()?;
    let version = received.headers.get(header::IF_RANGE)?;
    let is_same = [header::ETAG, header::LAST_MODIFIED]
        .iter()
        .any(|name| headers.get(name) == Some(version));
    (status == StatusCode::OK && is_same && start < body.len()).then_some(start)
}

/// Returns what the API does not allow in a request to one of its operations. A test may also expect
/// requests to other routes, as raw requests.
fn wrong(received: &Received) -> Option<String> {
    let problems = check::problems_of_known(requests(received)?, &to_check(received));
    (!problems.is_empty()).then(|| problems.join("\n  "))
}

/// Returns whether the operation of a request has a query parameter.
fn has_parameter(received: &Received, name: &str) -> bool {
    requests(received)
        .is_some_and(|requests| check::has_parameter(requests, &to_check(received), name))
}

fn to_check(received: &Received) -> check::Request<'_> {
    check::Request {
        method: received.method.as_str(),
        path: &received.path,
        query: &received.query,
        content_type: received.header(&header::CONTENT_TYPE),
        body: &received.body,
    }
}

/// Returns what the API accepts that a path belongs to.
fn requests(received: &Received) -> Option<&'static Requests> {
    let workspace = crate::WorkspaceClient::CONFIG.path_suffix;
    if received.path.starts_with(workspace) {
        return Some(&super::workspace::REQUESTS);
    }
    #[cfg(feature = "pro")]
    return Some(&super::pro::REQUESTS);
    #[cfg(not(feature = "pro"))]
    None
}
