use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use crate::credentials::Kind;
use crate::token::{Token, end_of_jwt, shown};
use crate::{CallOptions, Credentials, Error, ErrorKind, Result, RetryPolicy, Transport};

/// What a client holds of its login, shared by all its clones.
#[derive(Debug)]
pub(crate) struct Session {
    credentials: Option<Credentials>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The login that is under way, if its sender still lives.
    login: Option<watch::Receiver<Option<Outcome>>>,
    /// No login before this while the token is still valid: the last one failed.
    rest_until: Option<Instant>,
}

type Outcome = Result<Arc<Token>, Arc<Error>>;

/// How long a token that is about to end is used without another try, after a renewal failed.
const REST: Duration = Duration::from_secs(10);

/// How long a call waits for the renewal of a token that could still be used.
const RENEWAL_LIMIT: Duration = Duration::from_secs(10);

impl Session {
    pub fn new(credentials: Option<Credentials>) -> Self {
        Self {
            credentials,
            state: Mutex::default(),
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

    /// What helps against a refusal of the credentials, if anything is known.
    pub fn remedy(&self, transport: &Transport) -> Option<String> {
        let Some(credentials) = &self.credentials else {
            return Some("the client has no credentials".to_owned());
        };
        let token = match &credentials.0 {
            Kind::Token(token) => token,
            Kind::Provider(provider) => return Some(format!("they are of {}", provider.name())),
            _ => return None,
        };
        let text = token.expose();
        if text.to_ascii_lowercase().starts_with("bearer ") {
            return Some("give the token alone, without \"Bearer\" before it".to_owned());
        }
        if text.contains(['"', '\'', ' ']) {
            return Some("the token has quotes or spaces: give it alone".to_owned());
        }
        let renewal = "make another one (`GET /api/v1/api_token`, or the dashboard), or give the \
                       client an API key, which it renews by itself";
        Some(match end_of_jwt(token) {
            Some(end) if end <= transport.world().clock.utc() => {
                format!("the API token expired at {}; {renewal}", shown(end))
            }
            _ => format!("the API token cannot be renewed by the client; {renewal}"),
        })
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
            let (mut login, fallback) = {
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
            let Ok(outcome) = login.wait_for(Option::is_some).await else {
                // The runtime that it ran on is gone; there is another one now.
                continue;
            };
            return match (outcome.clone(), fallback) {
                (Some(Ok(token)), _) => Ok(Some(token)),
                (Some(Err(error)), Some(token)) if error.is_retryable() => {
                    tracing::warn!(
                        error.kind = ?error.kind(),
                        "the login cannot be renewed; the token is used as long as it is valid"
                    );
                    Ok(Some(token))
                }
                (Some(Err(error)), _) => Err(Error::shared(error)),
                (None, _) => continue,
            };
        }
    }

    /// Starts a login on the runtime, so that it does not depend on who waits for it.
    fn begin_login(
        &self,
        credentials: &Credentials,
        token_is_valid: bool,
    ) -> Result<watch::Receiver<Option<Outcome>>> {
        let runtime = Handle::try_current().map_err(|error| {
            let message = format!("calls need a Tokio runtime: {error}");
            Error::new(ErrorKind::Configuration, message).with_source(error)
        })?;
        let (told, waits) = watch::channel(None);
        let credentials = credentials.clone();
        let options = match token_is_valid {
            // Each caller has a limit of its own.
            false => CallOptions::default().timeout(None),
            // While there is a token that can be used, calls should not be held up for long.
            true => CallOptions::default()
                .retry(RetryPolicy::never())
                .timeout(RENEWAL_LIMIT),
        };
        let transport = self.with_defaults().with(options);
        let login = async move {
            let outcome = transport.log_in(&credentials).await;
            let outcome = outcome.map(Arc::new).map_err(Arc::new);
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
        };
        // No part of the call that began it: others wait for it too, and it may outlive that call.
        let span = tracing::info_span!(target: "zenml", parent: None, "login");
        runtime.spawn(login.instrument(span).with_current_subscriber());
        Ok(waits)
    }
}

impl State {
    fn usable(&self, refused: Option<&Token>, now: Instant) -> Option<Arc<Token>> {
        let token = self.token.as_ref().filter(|token| token.is_valid(now))?;
        let is_refused = refused.is_some_and(|refused| std::ptr::eq(refused, &**token));
        (!is_refused).then(|| token.clone())
    }

    fn login_under_way(&self) -> Option<watch::Receiver<Option<Outcome>>> {
        // With its runtime, a login may end without having told anyone.
        let lives = |login: &&watch::Receiver<_>| login.has_changed().is_ok();
        self.login.as_ref().filter(lives).cloned()
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
