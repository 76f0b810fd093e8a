//! What the `zenml` command line keeps of its logins (`login/credentials_store.py` and
//! `login/credentials.py` in ZenML 0.98.0). It is read, never written.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::credentials::{Credentials, CredentialsProvider, ProvidedCredentials};
use super::token::to_utc_text;
use super::yaml::Yaml;
use crate::Timestamp;
use crate::runtime::clock::Clock;

/// Credentials of one server, read again from the store each time they are needed: after a new
/// `zenml login` a program goes on.
pub(crate) struct StoredLogin {
    pub file: PathBuf,
    /// The server, and the Pro API that its workspace may belong to.
    pub url: String,
    pub pro_url: String,
    pub clock: Arc<dyn Clock>,
}

impl CredentialsProvider for StoredLogin {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async {
            let text = Zeroizing::new(tokio::fs::read_to_string(&self.file).await?);
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

/// Why the store has nothing to log in with.
#[derive(Debug, PartialEq)]
pub(crate) enum Unusable {
    Unreadable(String),
    Unknown,
    Expired(SystemTime),
}

impl Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => f.write_str(why),
            Self::Unknown => f.write_str("it has no login for this server"),
            Self::Expired(when) => write!(
                f,
                "the login expired at {}; run `zenml login` again",
                to_utc_text(*when)
            ),
        }
    }
}

impl std::error::Error for Unusable {}

impl StoredLogin {
    /// The store as it is now.
    pub fn check(&self) -> Result<Credentials, Unusable> {
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| Unusable::Unreadable(error.to_string()))?;
        self.pick(&Zeroizing::new(text))
    }

    /// What lasts comes before what ends: a key or password can always make another token.
    fn pick(&self, store: &str) -> Result<Credentials, Unusable> {
        let store = Yaml::read(store).map_err(Unusable::Unreadable)?;
        let entry = entry_of(&store, &self.url);
        if let Some(lasting) = entry.and_then(lasting) {
            return Ok(lasting);
        }
        let pro_url = entry.and_then(|entry| entry.text("pro_api_url"));
        let pro_url = pro_url.unwrap_or(&self.pro_url);
        let is_pro_itself = same_url(pro_url, &self.url);
        let pro = match is_pro_itself || !entry.is_some_and(is_workspace_of_pro) {
            true => None,
            false => entry_of(&store, pro_url),
        };
        if let Some(lasting) = pro.and_then(lasting) {
            return Ok(lasting);
        }
        let now = self.clock.utc();
        let mut ended = None;
        if let Some(session) = living(pro, now, &mut ended) {
            return Ok(Credentials::pro_session(session.into()));
        }
        if let Some(token) = living(entry, now, &mut ended) {
            return Ok(Credentials::api_token(token));
        }
        Err(ended.map_or(Unusable::Unknown, Unusable::Expired))
    }
}

/// The token of an entry, if it is valid still; otherwise its end is noted.
fn living<'a>(
    entry: Option<&'a Yaml>,
    now: SystemTime,
    ended: &mut Option<SystemTime>,
) -> Option<&'a str> {
    let token = entry?.get("api_token")?;
    let end = token.text("expires_at").map(str::parse::<Timestamp>);
    match end.map(|end| end.map(|end| SystemTime::from(end.to_utc()))) {
        Some(Ok(end)) if end <= now => {
            *ended = Some(end);
            None
        }
        _ => token.text("access_token"),
    }
}

fn lasting(entry: &Yaml) -> Option<Credentials> {
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
        .find_map(|(known, entry)| same_url(known, url).then_some(entry))
}

fn same_url(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// The server that the command line is connected to.
#[derive(Debug, PartialEq)]
pub(crate) struct ConnectedServer {
    pub url: String,
    /// A bool, a file of certificates, or PEM text.
    pub verify_ssl: Option<String>,
}

/// Reads `store` of the command line's `config.yaml`.
pub(crate) fn connected_server(folder: &Path) -> Option<ConnectedServer> {
    let text = std::fs::read_to_string(folder.join("config.yaml")).ok()?;
    let config = Yaml::read(&text).ok()?;
    let store = config.get("store")?;
    let url = store.text("url")?;
    // Without a server it is the path of a database.
    url.starts_with("http").then(|| ConnectedServer {
        url: url.to_owned(),
        verify_ssl: store.text("verify_ssl").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests;
