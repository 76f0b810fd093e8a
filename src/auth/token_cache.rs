//! The access token of a client, renewed by one login at a time.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use super::token::Token;
use crate::runtime::Runtime;
use crate::transport::authorization::Authorization;
use crate::{Error, ErrorKind, Result};

/// Delay after a failed renewal before the next one. The token stays in use meanwhile.
const RENEWAL_BACKOFF: Duration = Duration::from_secs(10);

/// Time limit for the renewal of a token that is still valid.
const RENEWAL_LIMIT: Duration = Duration::from_secs(10);

/// Time limit for waiting for a login on another Tokio runtime, which may be idle.
const OTHER_RUNTIME_LIMIT: Duration = Duration::from_secs(10);

/// The access token that all clones of a client share.
#[derive(Debug, Default)]
pub(crate) struct TokenCache(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    /// The login in progress. It has ended without an outcome if its sender is gone.
    login: Option<PendingLogin>,
    /// Earliest time of the next renewal, after one that failed.
    renew_after: Option<Instant>,
}

type Outcome = Result<Token, Arc<Error>>;

/// A login that any number of calls wait for.
#[derive(Debug, Clone)]
struct PendingLogin {
    outcome: watch::Receiver<Option<Outcome>>,
    /// Whether the login has one attempt only, because there is a valid token.
    is_renewal: bool,
    /// Runtime that the login runs on.
    runtime: Option<tokio::runtime::Id>,
}

fn current_runtime() -> Option<tokio::runtime::Id> {
    Handle::try_current().ok().map(|handle| handle.id())
}

impl TokenCache {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock, and every state is consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the token if it need not be renewed now.
    pub fn cached(
        &self,
        rejected: Option<&Authorization>,
        now: Instant,
    ) -> Option<Arc<Authorization>> {
        self.state().cached(rejected, now)
    }

    /// Returns a token, after a login if one is needed. Never returns the rejected token.
    ///
    /// Any number of callers share one login, which continues after they have been dropped. `log_in`
    /// creates it; its argument is whether the login renews a valid token.
    pub async fn get<F>(
        self: &Arc<Self>,
        runtime: &Runtime,
        rejected: Option<&Authorization>,
        log_in: impl Fn(bool) -> F,
    ) -> Result<Arc<Authorization>>
    where
        F: Future<Output = Result<Token>> + Send + 'static,
    {
        loop {
            let (mut login, fallback) = {
                let now = runtime.clock.now();
                let mut state = self.state();
                if let Some(authorization) = state.cached(rejected, now) {
                    return Ok(authorization);
                }
                let fallback = state.valid(rejected, now).cloned();
                let login = match state.login_in_progress() {
                    Some(login) => login,
                    None => {
                        let is_renewal = fallback.is_some();
                        let login = self.start(runtime, is_renewal, log_in(is_renewal))?;
                        state.login = Some(login.clone());
                        login
                    }
                };
                (login, fallback)
            };
            // A login on another runtime makes no progress while that runtime is idle.
            let limit = (login.runtime != current_runtime()).then_some(OTHER_RUNTIME_LIMIT);
            let outcome = pin!(login.outcome.wait_for(Option::is_some));
            let outcome = match runtime.within(limit, outcome).await {
                Some(Ok(outcome)) => outcome,
                // The runtime of the login has shut down or is idle. Start a login on this one.
                Some(Err(_)) | None => {
                    self.state().login = None;
                    continue;
                }
            };
            return match (outcome.clone(), fallback) {
                (Some(Ok(token)), _) => Ok(token.authorization),
                (Some(Err(error)), Some(token)) => {
                    tracing::warn!(
                        error.kind = ?error.kind(),
                        "the access token cannot be renewed; it is used until it expires"
                    );
                    Ok(token.authorization)
                }
                // A renewal has one attempt only; this call needs a login with retries.
                (Some(Err(error)), None) if login.is_renewal && error.is_retryable() => continue,
                (Some(Err(error)), None) => Err(Error::shared(error)),
                (None, _) => continue,
            };
        }
    }

    /// Starts a login on the Tokio runtime, so that it does not depend on the calls that wait.
    fn start(
        self: &Arc<Self>,
        runtime: &Runtime,
        is_renewal: bool,
        log_in: impl Future<Output = Result<Token>> + Send + 'static,
    ) -> Result<PendingLogin> {
        let handle = Handle::try_current().map_err(|error| {
            let message = format!("a call requires a Tokio runtime: {error}");
            Error::new(ErrorKind::Configuration, message).with_source(error)
        })?;
        // Without a valid token, each caller waits until its own deadline.
        let limit = is_renewal.then_some(RENEWAL_LIMIT);
        let (tx, rx) = watch::channel(None);
        let login = {
            let runtime = runtime.clone();
            async move {
                let outcome = runtime.within(limit, pin!(log_in)).await;
                outcome.unwrap_or_else(|| {
                    let limit = RENEWAL_LIMIT.as_secs();
                    let message = format!("the login took longer than {limit} s");
                    Err(Error::new(ErrorKind::Timeout, message))
                })
            }
        };
        // The span has no parent: other calls wait for the login too, and it may outlive them all.
        let span = tracing::info_span!(target: "zenml", parent: None, "login");
        let login = handle.spawn(login.instrument(span).with_current_subscriber());
        let (cache, clock) = (self.clone(), runtime.clock.clone());
        handle.spawn(async move {
            let outcome = match login.await {
                Ok(outcome) => outcome.map_err(Arc::new),
                Err(ended) if ended.is_panic() => Err(Arc::new(panicked())),
                // The runtime shuts down: waiting callers start another login.
                Err(_) => return,
            };
            let mut state = cache.state();
            state.login = None;
            match &outcome {
                Ok(token) => {
                    state.token = Some(token.clone());
                    state.renew_after = None;
                }
                Err(_) => state.renew_after = clock.now().checked_add(RENEWAL_BACKOFF),
            }
            // The lock is held: no caller sees the new state without the outcome.
            tx.send_replace(Some(outcome));
        });
        Ok(PendingLogin {
            outcome: rx,
            is_renewal,
            runtime: current_runtime(),
        })
    }

    /// Forgets a rejected token: the next call logs in.
    pub fn invalidate(&self, rejected: &Authorization) {
        let mut state = self.state();
        state.token.take_if(|token| token.is(rejected));
    }
}

fn panicked() -> Error {
    Error::new(
        ErrorKind::Credentials,
        "the login panicked in the credentials provider or in the function that shows a device \
         login",
    )
}

impl State {
    fn cached(&self, rejected: Option<&Authorization>, now: Instant) -> Option<Arc<Authorization>> {
        let token = self.valid(rejected, now)?;
        let backs_off = self
            .renew_after
            .is_some_and(|renew_after| now < renew_after);
        (token.is_fresh(now) || backs_off).then(|| token.authorization.clone())
    }

    /// Returns the token if it is valid, unless it is the rejected one.
    fn valid(&self, rejected: Option<&Authorization>, now: Instant) -> Option<&Token> {
        let token = self.token.as_ref().filter(|token| token.is_valid(now))?;
        let is_rejected = rejected.is_some_and(|rejected| token.is(rejected));
        (!is_rejected).then_some(token)
    }

    fn login_in_progress(&self) -> Option<PendingLogin> {
        let is_alive = |login: &&PendingLogin| login.outcome.has_changed().is_ok();
        self.login.as_ref().filter(is_alive).cloned()
    }
}
