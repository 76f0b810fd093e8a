//! Which logins has the `zenml` command line stored?
//!
//! The file is that of `login/credentials_store.py` and `login/credentials.py` in ZenML 0.98.0. It is
//! read, never written.

use std::fmt::{self, Display};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::credentials::{Credentials, CredentialsProvider, ProvidedCredentials};
use super::token::to_utc_text;
use super::yaml::{Yaml, read_file};
use crate::Timestamp;
use crate::runtime::clock::Clock;
use crate::transport::base_url::is_same_base;

/// Credentials for one server from the store of the command line.
///
/// The store is read each time they are needed, so that a program can use a new `zenml login`
/// without a restart.
pub(crate) struct StoredLogin {
    pub file: PathBuf,
    /// URL of the server.
    pub url: String,
    /// URL of the Pro API that the server may belong to.
    pub pro_url: String,
    pub clock: Arc<dyn Clock>,
}

impl CredentialsProvider for StoredLogin {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async {
            let file = self.file.clone();
            let text = tokio::task::spawn_blocking(move || read_file(&file)).await??;
            Ok(self.pick(&text)?)
        })
    }

    fn name(&self) -> String {
        format!(
            "the logins of the zenml command line ({})",
            self.file.display()
        )
    }

    fn hint(&self) -> Option<String> {
        Some("run `zenml login` again".to_owned())
    }
}

/// Reason why the store has no usable login.
#[derive(Debug, PartialEq)]
pub(crate) enum StoreError {
    Unreadable(String),
    NotFound,
    Expired(SystemTime),
}

impl Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => f.write_str(reason),
            Self::NotFound => f.write_str("it has no login for this server; run `zenml login`"),
            Self::Expired(expiry) => write!(
                f,
                "the login expired at {}; run `zenml login` again",
                to_utc_text(*expiry)
            ),
        }
    }
}

impl std::error::Error for StoreError {}

impl StoredLogin {
    /// Reads the store now.
    pub fn check(&self) -> Result<Credentials, StoreError> {
        let text =
            read_file(&self.file).map_err(|error| StoreError::Unreadable(error.to_string()))?;
        self.pick(&text)
    }

    /// Selects the credentials for the server. Keys and passwords take precedence over tokens, because
    /// tokens expire.
    fn pick(&self, store: &str) -> Result<Credentials, StoreError> {
        let store = Yaml::read(store).map_err(StoreError::Unreadable)?;
        let entry = entry_of(&store, &self.url);
        if let Some(credentials) = entry.and_then(key_or_password) {
            return Ok(credentials);
        }
        // A workspace of Pro accepts the login to Pro.
        let workspace = entry.filter(|entry| is_workspace_of_pro(entry));
        let pro = workspace.and_then(|workspace| {
            let pro_url = workspace.text("pro_api_url").unwrap_or(&self.pro_url);
            entry_of(&store, pro_url)
        });
        if let Some(credentials) = pro.and_then(key_or_password) {
            return Ok(credentials);
        }
        let now = self.clock.utc();
        let mut expiry = None;
        if let Some(session) = valid_token(pro, now, &mut expiry) {
            return Ok(Credentials::pro_session(session.into()));
        }
        if let Some(token) = valid_token(entry, now, &mut expiry) {
            return Ok(Credentials::api_token(token));
        }
        Err(expiry.map_or(StoreError::NotFound, StoreError::Expired))
    }
}

/// Returns the token of an entry. If the token has expired, returns `None` and sets `expiry`.
fn valid_token<'a>(
    entry: Option<&'a Yaml>,
    now: SystemTime,
    expiry: &mut Option<SystemTime>,
) -> Option<&'a str> {
    let token = entry?.get("api_token")?;
    let expires_at = token.text("expires_at").and_then(|text| text.parse().ok());
    let expires_at = expires_at.map(|time: Timestamp| SystemTime::from(time.to_utc()));
    if expires_at.is_some_and(|expires_at| expires_at <= now) {
        *expiry = expires_at;
        return None;
    }
    token.text("access_token")
}

fn key_or_password(entry: &Yaml) -> Option<Credentials> {
    if let Some(key) = entry.text("api_key") {
        return Some(Credentials::api_key(key));
    }
    let user = entry.text("username")?;
    let password = entry.text("password").unwrap_or_default();
    Some(Credentials::password(user, password))
}

fn is_workspace_of_pro(entry: &Yaml) -> bool {
    entry.text("deployment_type") == Some("cloud")
        || entry.text("organization_id").is_some()
        || entry.text("workspace_id").is_some()
}

fn entry_of<'a>(store: &'a Yaml, url: &str) -> Option<&'a Yaml> {
    store
        .entries()
        .find_map(|(known, entry)| is_same_base(known, url, "").then_some(entry))
}

#[cfg(test)]
mod tests;
