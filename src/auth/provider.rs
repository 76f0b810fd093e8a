use std::error::Error as StdError;
use std::pin::Pin;

use crate::Credentials;

/// Gives out credentials that live elsewhere, for [`Credentials::provider`].
///
/// ```
/// use zenml::{Credentials, CredentialsProvider, ProvidedCredentials};
///
/// /// A key that another program rewrites from time to time.
/// struct KeyFile(std::path::PathBuf);
///
/// impl CredentialsProvider for KeyFile {
///     fn provide(&self) -> ProvidedCredentials<'_> {
///         Box::pin(async {
///             let key = tokio::fs::read_to_string(&self.0).await?;
///             Ok(Credentials::api_key(key.trim()))
///         })
///     }
/// }
///
/// let credentials = Credentials::provider(KeyFile("/run/secrets/zenml".into()));
/// ```
pub trait CredentialsProvider: Send + Sync + 'static {
    /// The credentials as they are now. Called before the first call, whenever the token that was
    /// made of them nears its end, and when a server says that it is not valid. Never called twice
    /// at the same time for one client.
    ///
    /// It may take a minute. While the last token is still valid, calls wait ten seconds at most,
    /// and go on with that one.
    ///
    /// Of a token that is a JSON Web Token the end is read; of any other it is unknown, and it is
    /// used until the server refuses it. Another provider is no answer.
    fn provide(&self) -> ProvidedCredentials<'_>;

    /// What errors call it.
    fn name(&self) -> String {
        "the credentials provider".to_owned()
    }

    /// What to do when a server refuses the credentials: errors say it. Nothing by default.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// What a [`CredentialsProvider`] returns. The text of its error is shown to the caller: it must
/// hold no secret.
pub type ProvidedCredentials<'a> =
    Pin<Box<dyn Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

#[cfg(test)]
mod tests;
