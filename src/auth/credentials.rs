//! Which credentials can a client have?

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use uuid::Uuid;

use super::device::{Device, DeviceLogin};
use crate::Secret;
#[cfg(feature = "pro")]
use crate::transport::shared::Transport;

/// Credentials of a client.
///
/// A client logs in when a call first needs an access token. It renews the token before it expires,
/// and logs in again if a server rejects the token. All clones of a client share one login.
///
/// `Debug` shows the kind of credentials and the name of a user, but not the secret. Secrets are
/// overwritten in memory on drop; copies that the HTTP library makes to send them are not.
///
/// ```
/// use zenml::Credentials;
///
/// let credentials = Credentials::password("default", "hunter2");
/// assert!(!format!("{credentials:?}").contains("hunter2"));
/// ```
#[derive(Clone)]
pub struct Credentials(pub(crate) Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    /// Sent unchanged in every request.
    Token(Secret),
    /// Exchanged for a token.
    Key(Secret),
    Password {
        user: String,
        password: Secret,
    },
    Device(Arc<Device>),
    /// A session of the Pro API, exchanged for a token of a workspace.
    #[cfg(feature = "cli-login")]
    ProSession(Secret),
    /// The login of a Pro client, which renews its session.
    #[cfg(feature = "pro")]
    Pro(Transport),
    Provider(Arc<dyn CredentialsProvider>),
}

impl Credentials {
    /// Creates credentials from a short-lived token, issued by `GET /api/v1/api_token` or by a login.
    ///
    /// Whitespace around the token is removed. The token cannot be renewed: after it has expired, calls
    /// return [`ErrorKind::Unauthorized`](crate::ErrorKind::Unauthorized), and the error says when it
    /// expired.
    pub fn api_token(token: impl Into<Secret>) -> Self {
        Self(Kind::Token(token.into().trimmed()))
    }

    /// Creates credentials from the API key of a service account (`ZENKEY_…` of a server,
    /// `ZENPROKEY_…` of an organization) or a personal access token (`ZENPROKEY_…`).
    ///
    /// Whitespace around the key, such as the last line break of a file, is removed. The client
    /// exchanges the key for an access token. A server that does not exchange keys receives the key
    /// itself.
    ///
    /// A key `ZENPROKEY_…` is valid at the Pro API and at the workspaces of the organization. If the
    /// server of a workspace is too old for it, the client logs in through the Pro API that the
    /// workspace belongs to.
    pub fn api_key(key: impl Into<Secret>) -> Self {
        Self(Kind::Key(key.into().trimmed()))
    }

    /// Creates credentials from the name and password of a user.
    ///
    /// Workspaces of ZenML Pro do not accept passwords.
    pub fn password(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self(Kind::Password {
            user: user.into(),
            password: password.into(),
        })
    }

    /// Creates credentials for a login that a user confirms in the browser (RFC 8628).
    ///
    /// `show` tells the user where to confirm the login. The client waits for the confirmation as long
    /// as the server allows, five minutes by default. It calls `show` again after the login has
    /// expired: after a day, or after a month on trusted devices.
    ///
    /// `client_id` identifies this installation in the server's list of the user's devices. Use the
    /// same id each time, because each new id adds a device. Do not share an id between two programs,
    /// because the login of one ends the login of the other.
    ///
    /// Workspaces of ZenML Pro do not support device logins. Log in to the Pro API and call
    /// `connect_workspace` of its client instead.
    ///
    /// ```
    /// use zenml::Credentials;
    ///
    /// let installation = uuid::uuid!("6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1");
    /// let credentials = Credentials::device(installation, |login| {
    ///     eprintln!("Open {} and confirm the code {}", login.url, login.user_code);
    /// });
    /// ```
    pub fn device(client_id: Uuid, show: impl Fn(&DeviceLogin) + Send + Sync + 'static) -> Self {
        Self(Kind::Device(Arc::new(Device::new(client_id, show))))
    }

    /// Creates credentials that a provider supplies whenever a login needs them, for instance from a
    /// vault, or from a file that changes.
    pub fn provider(provider: impl CredentialsProvider) -> Self {
        Self(Kind::Provider(Arc::new(provider)))
    }

    /// Creates credentials for a workspace from a session of the Pro API.
    #[cfg(feature = "cli-login")]
    pub(crate) fn pro_session(token: Secret) -> Self {
        Self(Kind::ProSession(token.trimmed()))
    }

    /// Creates credentials for a workspace from the login of a Pro client.
    #[cfg(feature = "pro")]
    pub(crate) fn pro(client: Transport) -> Self {
        Self(Kind::Pro(client))
    }

    /// Returns the name of the principal for error messages.
    pub(crate) fn name(&self) -> String {
        match &self.0 {
            Kind::Token(_) => "the API token".to_owned(),
            Kind::Key(_) => "the API key".to_owned(),
            Kind::Password { user, .. } => format!("user {user:?}"),
            Kind::Device(_) => "this device".to_owned(),
            #[cfg(feature = "cli-login")]
            Kind::ProSession(_) => "the login to ZenML Pro".to_owned(),
            #[cfg(feature = "pro")]
            Kind::Pro(pro) => format!(
                "{} (ZenML Pro at {})",
                pro.authenticator().name(),
                pro.base()
            ),
            Kind::Provider(provider) => provider.name(),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let simple =
            |f: &mut fmt::Formatter<'_>, name, secret| f.debug_tuple(name).field(secret).finish();
        match &self.0 {
            Kind::Token(secret) => simple(f, "ApiToken", secret),
            Kind::Key(secret) => simple(f, "ApiKey", secret),
            #[cfg(feature = "cli-login")]
            Kind::ProSession(secret) => simple(f, "ProSession", secret),
            Kind::Password { user, password } => f
                .debug_struct("Password")
                .field("user", user)
                .field("password", password)
                .finish(),
            Kind::Device(device) => device.fmt(f),
            #[cfg(feature = "pro")]
            Kind::Pro(pro) => f.debug_tuple("Pro").field(pro).finish(),
            // The `Debug` of a provider may show secrets.
            Kind::Provider(_) => f.write_str("Provider"),
        }
    }
}

/// Source of credentials that another program keeps, for [`Credentials::provider`].
///
/// ```
/// use zenml::Credentials;
/// use zenml::auth::{CredentialsProvider, ProvidedCredentials};
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
    /// Returns the current credentials.
    ///
    /// The client calls this method for its first call, when the token is about to expire, and when a
    /// server rejects the token; never twice at the same time. The method may take 60 seconds. While
    /// the last token is valid, calls wait at most 10 seconds and then use that token.
    ///
    /// If the token is a JWT, its `exp` claim decides when it is renewed; any other token is used
    /// until the server rejects it.
    ///
    /// # Errors
    /// If the method returns an error, the calls that wait fail with
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) and the text of the error. They also
    /// fail if it returns the credentials of another provider.
    fn provide(&self) -> ProvidedCredentials<'_>;

    /// Returns the name of the source for error messages. Defaults to "the credentials provider".
    fn name(&self) -> String {
        "the credentials provider".to_owned()
    }

    /// Returns what to do if a server rejects the credentials, for error messages. Defaults to
    /// `None`.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// Future that a [`CredentialsProvider`] returns.
///
/// The text of its error is shown to the caller and must not contain a secret.
pub type ProvidedCredentials<'a> =
    Pin<Box<dyn Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

#[cfg(test)]
mod provider_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_user_but_not_the_secret() {
        for credentials in [
            Credentials::api_token("hunter2"),
            Credentials::api_key("hunter2"),
            #[cfg(feature = "cli-login")]
            Credentials::pro_session("hunter2".into()),
            Credentials::password("default", "hunter2"),
        ] {
            assert!(!format!("{credentials:?} {credentials:#?}").contains("hunter2"));
        }
        let shown = format!("{:?}", Credentials::password("default", "hunter2"));
        assert!(shown.contains("default"), "{shown}");
    }
}
