//! What tests do to a control plane.

use std::time::Duration;

use anyhow::{Result, anyhow};
use chrono::TimeDelta;

use super::{Account, ControlPlane, call::Refusal, tokens::Kind};

impl ControlPlane {
    /// Answers the next calls of an operation with a status, which the operation then does not see.
    ///
    /// # Panics
    /// When the document knows no such operation.
    pub fn fail_next(&self, operation: &str, status: u16, times: usize) {
        self.known(operation);
        let refusals = std::iter::repeat_n(Refusal::of_status(status), times);
        self.shared.with(|state| {
            let faults = state.faults.entry(operation.to_owned());
            faults.or_default().extend(refusals);
        });
    }

    /// Refuses connections and breaks those that are open, until [`ControlPlane::come_back`].
    ///
    /// # Errors
    /// When the thread that serves has died.
    pub async fn go_down(&self) -> Result<()> {
        self.listening.close().await
    }

    /// Listens again, at the same address and with everything that it knew.
    ///
    /// # Errors
    /// When somebody else has taken the port.
    pub async fn come_back(&self) -> Result<()> {
        self.listening.open().await
    }

    /// Lets all tokens of logins end now; keys stay what they are.
    pub fn expire_sessions(&self) {
        self.shared.with(|state| {
            let now = state.now();
            for token in &mut state.tokens {
                token.expires = token.expires.min(now);
            }
        });
    }

    /// Takes all tokens of logins back now; keys stay what they are.
    pub fn revoke_sessions(&self) {
        self.shared.with(|state| {
            for token in &mut state.tokens {
                token.revoked = true;
            }
        });
    }

    /// How long the tokens of logins live from now on; an hour, unless changed.
    pub fn set_session_lifetime(&self, lifetime: Duration) {
        self.shared.with(|state| state.session_lifetime = lifetime);
    }

    /// Whether logins exchange keys. Those of older control planes do not, and neither they nor
    /// newer ones refuse a key that comes as it is.
    pub fn set_key_exchange(&self, exchanges: bool) {
        self.shared.with(|state| state.exchanges_keys = exchanges);
    }

    /// Puts the control plane's clock forward.
    pub fn advance(&self, time: Duration) {
        let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
        self.shared.with(|state| state.ahead += time);
    }

    /// How many seconds a login in the browser shall wait between two questions whether it has been
    /// confirmed; 5, unless changed.
    pub fn set_device_interval(&self, seconds: u64) {
        self.shared.with(|state| state.device_interval = seconds);
    }

    /// The codes of logins that wait for somebody to confirm them.
    #[must_use]
    pub fn waiting_devices(&self) -> Vec<String> {
        let state = self.shared.lock();
        let waiting = state
            .devices
            .iter()
            .filter(|device| device.user.is_none() && !device.denied);
        waiting.map(|device| device.user_code.clone()).collect()
    }

    /// Confirms a login on a device, as the user would in the browser. `PUT /devices/verify` does
    /// the same, with more to choose.
    ///
    /// # Errors
    /// When no login waits with this code.
    pub fn confirm_device(&self, user_code: &str, user: &Account) -> Result<()> {
        self.decide_device(user_code, Some(user))
    }

    /// Denies a login on a device.
    ///
    /// # Errors
    /// When no login waits with this code.
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

    /// How many tokens of logins have been given out.
    #[must_use]
    pub fn sessions(&self) -> usize {
        let state = self.shared.lock();
        let sessions = state.tokens.iter();
        sessions.filter(|token| token.kind == Kind::Session).count()
    }
}
