//! How are the attempts of a call made, one after the other? This is the retry loop.

use std::time::{Duration, Instant};

use super::attempt_error::AttemptError;
use super::budget::RetryBudget;
use super::idempotency::Idempotency;
use super::policy::RetryPolicy;
use super::state::RetryState;
use crate::runtime::Runtime;
use crate::{Error, Result};

/// Call that the loop attempts.
pub(crate) trait Call {
    type Response;

    /// Obtains the authorization of the next attempt, for which a login may be needed.
    ///
    /// # Errors
    /// An error ends the call: a login has retries of its own.
    fn authorize(&mut self, limit: Option<Duration>) -> impl Future<Output = Result<()>> + Send;

    /// Sends one attempt.
    fn attempt(
        &mut self,
        limit: Option<Duration>,
    ) -> impl Future<Output = Result<Self::Response, AttemptError>> + Send;

    /// Discards the authorization that the server rejected. Returns whether `authorize` may obtain
    /// another one.
    fn discard_authorization(&mut self) -> bool;

    /// Returns whether the body can be sent again.
    fn can_resend(&self) -> bool;
}

/// Limits for the attempts of a call.
pub(crate) struct Limits<'a> {
    pub policy: &'a RetryPolicy,
    pub budget: &'a RetryBudget,
    pub runtime: &'a Runtime,
    pub idempotency: Idempotency,
    pub attempt_timeout: Option<Duration>,
    /// Time at which the call must end.
    pub deadline: Option<Instant>,
}

/// End of a call without a response.
pub(crate) enum Failure {
    /// The login for an attempt failed.
    Login(Error),
    /// The last attempt failed, and no other may follow.
    Attempt(AttemptError, RetryState),
}

/// Attempts the call until an attempt succeeds or no other may follow.
pub(crate) async fn run<C: Call>(
    call: &mut C,
    limits: &Limits<'_>,
) -> Result<C::Response, Failure> {
    let clock = &limits.runtime.clock;
    let mut state = RetryState::default();
    let mut has_just_logged_in = false;
    let mut last: Option<AttemptError> = None;
    loop {
        let limit = limits.runtime.time_left(limits.deadline, None);
        let authorized = call.authorize(limit).await;
        authorized.map_err(Failure::Login)?;
        let started = clock.now();
        // The server may have forgotten the key during the delay or the login.
        if let Some(mut failed) = last.take()
            && !state.may_retry(limits.idempotency, limits.policy, started)
        {
            let hint = "not retried: the server may have carried out the request and has forgotten \
                        its idempotency key by now; check before you send it again";
            failed.error = failed.error.with_hint(Some(hint.to_owned()));
            return Err(Failure::Attempt(failed, state));
        }
        let limit = limits
            .runtime
            .time_left(limits.deadline, limits.attempt_timeout);
        let failed = match call.attempt(limit).await {
            Ok(response) => {
                limits.budget.deposit();
                return Ok(response);
            }
            Err(failed) => failed,
        };
        state.record(started, &failed.error);
        // A token that is rejected right after its login is not replaced again.
        if failed.rejects_credentials
            && call.discard_authorization()
            && !has_just_logged_in
            && call.can_resend()
        {
            tracing::debug!(target: "zenml", "the server rejects the token; logging in again");
            has_just_logged_in = true;
            last = Some(failed);
            continue;
        }
        match limits.delay(&failed, &state) {
            Some(delay) if call.can_resend() && limits.budget.withdraw() => {
                state.retries += 1;
                tracing::info!(
                    target: "zenml",
                    retry = state.retries,
                    delay = delay.as_secs_f64(),
                    error.type = failed.error.type_label(),
                    "the attempt failed; retrying after the delay"
                );
                clock.sleep(delay).await;
                has_just_logged_in = false;
                last = Some(failed);
            }
            _ => return Err(Failure::Attempt(failed, state)),
        }
    }
}

impl Limits<'_> {
    /// Returns the delay before the next attempt, or `None` if there must not be one.
    fn delay(&self, failed: &AttemptError, state: &RetryState) -> Option<Duration> {
        let now = self.runtime.clock.now();
        let jitter = (self.runtime.random)();
        let delay = state.delay(failed, self.idempotency, self.policy, now, jitter)?;
        // An attempt after the deadline is not worth waiting for.
        let then = now.checked_add(delay)?;
        let in_time = self.deadline.is_none_or(|deadline| then < deadline);
        in_time.then_some(delay)
    }
}
