use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use crate::auth::credentials::Kind;
use crate::auth::token::Token;
use crate::{CallOptions, Credentials, Error, ErrorKind, Result, RetryPolicy, Transport};

/// What a client holds of its login, shared by all its clones.
#[derive(Debug)]
pub(crate) struct Session {
    credentials: Option<Credentials>,
    /// The Pro API, once it has turned out that the workspace is to be logged in to through it.
    pub through: OnceLock<Transport>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The login that is under way, if its sender still lives.
    login: Option<Login>,
    /// No login before this while the token is still valid: the last one failed.
    rest_until: Option<Instant>,
}

type Outcome = Result<Arc<Token>, Arc<Error>>;

/// A login that others may wait for too.
#[derive(Debug, Clone)]
struct Login {
    outcome: watch::Receiver<Option<Outcome>>,
    /// Whether it is one quick try, because there is a valid token.
    is_quick: bool,
}

/// How long a token that is about to end is used without another try, after a renewal failed.
const REST: Duration = Duration::from_secs(10);

/// How long a call waits for the renewal of a token that could still be used.
const RENEWAL_LIMIT: Duration = Duration::from_secs(10);

impl Session {
    pub fn new(credentials: Option<Credentials>) -> Self {
        Self {
            credentials,
            through: OnceLock::new(),
            state: Mutex::default(),
        }
    }

    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// What errors call the one who has logged in.
    pub fn name(&self) -> String {
        match &self.credentials {
            Some(credentials) => credentials.name(),
            None => "a client without credentials".to_owned(),
        }
    }

    /// Whether asking again can give another token.
    pub fn is_renewable(&self) -> bool {
        self.credentials
            .as_ref()
            .is_some_and(|credentials| !matches!(credentials.0, Kind::Token(_)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held; and each state is a good one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport {
    /// What authenticates a request; none for a client without credentials. Logs in if need be:
    /// once, for however many callers, and to the end, however many of them give up.
    ///
    /// A token that a server has just refused is not given out again.
    pub(crate) async fn token(&self, refused: Option<&Token>) -> Result<Option<Arc<Token>>> {
        let session = self.session();
        let Some(credentials) = &session.credentials else {
            return Ok(None);
        };
        loop {
            let (
                Login {
                    mut outcome,
                    is_quick,
                },
                fallback,
            ) = {
                let now = self.world().clock.now();
                let mut state = session.state();
                let fallback = state.usable(refused, now);
                if let Some(token) = &fallback
                    && (token.is_fresh(now) || state.rest_until.is_some_and(|until| now < until))
                {
                    return Ok(fallback);
                }
                let login = match state.login_under_way() {
                    Some(login) => login,
                    None => {
                        let login = self.begin_login(credentials, fallback.is_some())?;
                        state.login = Some(login.clone());
                        login
                    }
                };
                (login, fallback)
            };
            let Ok(outcome) = outcome.wait_for(Option::is_some).await else {
                // The runtime that it ran on is gone; there is another one now.
                continue;
            };
            return match (outcome.clone(), fallback) {
                (Some(Ok(token)), _) => Ok(Some(token)),
                (Some(Err(error)), Some(token)) => {
                    tracing::warn!(
                        error.kind = ?error.kind(),
                        "the login cannot be renewed; the token is used as long as it is valid"
                    );
                    Ok(Some(token))
                }
                // For this call one quick try is not enough.
                (Some(Err(error)), None) if is_quick && error.is_retryable() => continue,
                (Some(Err(error)), None) => Err(Error::shared(error)),
                (None, _) => continue,
            };
        }
    }

    /// Starts a login on the runtime, so that it does not depend on who waits for it.
    fn begin_login(&self, credentials: &Credentials, token_is_valid: bool) -> Result<Login> {
        let runtime = Handle::try_current().map_err(|error| {
            let message = format!("calls need a Tokio runtime: {error}");
            Error::new(ErrorKind::Configuration, message).with_source(error)
        })?;
        let (told, waits) = watch::channel(None);
        let credentials = credentials.clone();
        let options = CallOptions::default().timeout(None);
        let (options, limit) = match token_is_valid {
            // Each caller has a limit of its own.
            false => (options, None),
            // While there is a token that can be used, calls should not be held up for long.
            true => (options.retry(RetryPolicy::never()), Some(RENEWAL_LIMIT)),
        };
        let transport = self.with_defaults().with(options);
        let logs_in = transport.clone();
        let login = async move {
            let outcome = logs_in.log_in(&credentials);
            let outcome = logs_in.world().within(limit, pin!(outcome)).await;
            outcome.unwrap_or_else(|| {
                let limit = RENEWAL_LIMIT.as_secs();
                let message = format!("the login took longer than {limit} s");
                Err(Error::new(ErrorKind::Timeout, message))
            })
        };
        // No part of the call that began it: others wait for it too, and it may outlive that call.
        let span = tracing::info_span!(target: "zenml", parent: None, "login");
        let login = runtime.spawn(login.instrument(span).with_current_subscriber());
        runtime.spawn(async move {
            let outcome = match login.await {
                Ok(outcome) => outcome.map(Arc::new).map_err(Arc::new),
                Err(ended) if ended.is_panic() => Err(Arc::new(panicked())),
                // With the runtime: whoever waits begins another on the next one.
                Err(_) => return,
            };
            let mut state = transport.session().state();
            state.login = None;
            match &outcome {
                Ok(token) => {
                    state.token = Some(token.clone());
                    state.rest_until = None;
                }
                Err(_) => state.rest_until = transport.world().clock.now().checked_add(REST),
            }
            // In the same breath: nobody may see the one without the other.
            told.send_replace(Some(outcome));
        });
        Ok(Login {
            outcome: waits,
            is_quick: token_is_valid,
        })
    }

    /// Forgets a token that a server has refused: the next call logs in.
    pub(crate) fn forget(&self, refused: &Token) {
        let mut state = self.session().state();
        state
            .token
            .take_if(|token| std::ptr::eq(refused, &raw const **token));
    }
}

fn panicked() -> Error {
    Error::new(
        ErrorKind::Credentials,
        "the login panicked: see the credentials provider, or the function that shows where to log \
         in",
    )
}

impl State {
    fn usable(&self, refused: Option<&Token>, now: Instant) -> Option<Arc<Token>> {
        let token = self.token.as_ref().filter(|token| token.is_valid(now))?;
        let is_refused = refused.is_some_and(|refused| std::ptr::eq(refused, &**token));
        (!is_refused).then(|| token.clone())
    }

    fn login_under_way(&self) -> Option<Login> {
        // With its runtime, a login may end without having told anyone.
        let lives = |login: &&Login| login.outcome.has_changed().is_ok();
        self.login.as_ref().filter(lives).cloned()
    }
}

#[cfg(test)]
mod tests;
