//! How do tests disturb the fake?

use std::time::Duration;

use anyhow::{Result, anyhow};
use chrono::TimeDelta;

use super::{Account, ControlPlane, api_error::ApiError, model::TokenKind};

impl ControlPlane {
    /// Responds to the next calls of an operation with this status, without serving them.
    ///
    /// # Panics
    /// Panics if the document does not declare the operation.
    pub fn fail_next(&self, operation: &str, status: u16, times: usize) {
        self.assert_declared(operation);
        let errors = std::iter::repeat_n(ApiError::of_status(status), times);
        self.shared.with(|state| {
            let faults = state.faults.entry(operation.to_owned());
            faults.or_default().extend(errors);
        });
    }

    /// Refuses connections and breaks the open ones, until [`ControlPlane::restart`].
    ///
    /// # Errors
    /// Returns an error if the fake's thread has died.
    pub async fn stop(&self) -> Result<()> {
        self.server.stop().await
    }

    /// Listens again, at the same address and with the same state.
    ///
    /// # Errors
    /// Returns an error if another process has taken the port.
    pub async fn restart(&self) -> Result<()> {
        self.server.restart().await
    }

    /// Revokes all access tokens. API keys stay valid.
    pub fn revoke_sessions(&self) {
        self.shared.with(|state| {
            for token in &mut state.tokens {
                token.revoked = true;
            }
        });
    }

    /// Sets the lifetime of new access tokens. Defaults to one hour.
    pub fn set_session_lifetime(&self, lifetime: Duration) {
        self.shared
            .with(|state| state.settings.session_lifetime = lifetime);
    }

    /// Sets whether the token endpoint exchanges API keys. Older control planes do not; all accept
    /// a key as the bearer token of a request.
    pub fn set_key_exchange(&self, exchanges: bool) {
        self.shared
            .with(|state| state.settings.exchanges_keys = exchanges);
    }

    /// Moves the fake's clock forward.
    pub fn advance(&self, time: Duration) {
        let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
        self.shared.with(|state| state.settings.ahead += time);
    }

    /// Sets the polling interval for logins in the browser. Defaults to 5 seconds.
    pub fn set_device_interval(&self, seconds: u64) {
        self.shared
            .with(|state| state.settings.device_interval = seconds);
    }

    /// Returns the user codes of logins that wait for confirmation.
    #[must_use]
    pub fn pending_user_codes(&self) -> Vec<String> {
        let state = self.shared.lock();
        let waiting = state
            .devices
            .iter()
            .filter(|device| device.user.is_none() && !device.denied);
        waiting.map(|device| device.user_code.clone()).collect()
    }

    /// Confirms a login, as the user would in the browser.
    ///
    /// # Errors
    /// Returns an error if no login waits with this code.
    pub fn confirm_device(&self, user_code: &str, user: &Account) -> Result<()> {
        self.decide_device(user_code, Some(user))
    }

    /// Denies a login.
    ///
    /// # Errors
    /// Returns an error if no login waits with this code.
    pub fn deny_device(&self, user_code: &str) -> Result<()> {
        self.decide_device(user_code, None)
    }

    fn decide_device(&self, user_code: &str, user: Option<&Account>) -> Result<()> {
        self.shared.with(|state| {
            let mut waiting = state.devices.iter_mut();
            let device = waiting
                .find(|device| device.user_code == user_code && device.user.is_none())
                .ok_or_else(|| anyhow!("no login waits with the code {user_code:?}"))?;
            device.user = user.map(Account::id);
            device.denied = user.is_none();
            Ok(())
        })
    }

    /// Returns the number of access tokens that logins have created.
    #[must_use]
    pub fn sessions(&self) -> usize {
        let state = self.shared.lock();
        let tokens = state.tokens.iter();
        tokens
            .filter(|token| token.caller.kind == TokenKind::Session)
            .count()
    }
}
