use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

#[cfg(feature = "pro")]
use crate::Transport;
use crate::auth::device::Device;
use crate::auth::provider::CredentialsProvider;
use crate::{DeviceLogin, Secret};

/// How a client proves who it is.
///
/// Whatever the kind, a client logs in when a call first needs it, keeps the token that it gets,
/// gets another before it ends (3 minutes before, of an hour), and once more when a server says
/// that it is not valid any more. All clones of a client share this, and wait for one and the same
/// login.
///
/// `Debug` shows the kind and, for a password, the user. Secrets are zeroised on drop; what the HTTP
/// library has copied in order to send it is not.
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
    /// Goes out as it is, in every request.
    Token(Secret),
    /// Is exchanged for a token.
    Key(Secret),
    Password {
        user: String,
        password: Secret,
    },
    Device(Arc<Device>),
    /// A login to the Pro API, to be exchanged for a token of a workspace.
    ProSession(Secret),
    /// The same, of a client of the Pro API that renews it.
    #[cfg(feature = "pro")]
    Pro(Transport),
    Provider(Arc<dyn CredentialsProvider>),
}

impl Credentials {
    /// A short-lived token, as `GET /api/v1/api_token` of a server or a login gives it out.
    ///
    /// It cannot be renewed: when it ends, calls fail with
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized), and the error says when that was.
    pub fn api_token(token: impl Into<Secret>) -> Self {
        Self(Kind::Token(token.into()))
    }

    /// The key of a service account (`ZENKEY_…` of a server, `ZENPROKEY_…` of an organization) or
    /// a personal access token (`ZENPROKEY_…`). It is exchanged for a token; a server whose login
    /// does not know keys gets it directly.
    ///
    /// `ZENPROKEY_…` opens the Pro API and the organization's workspaces alike. A workspace whose
    /// server is too old to take it is logged in to through the Pro API that it belongs to.
    pub fn api_key(key: impl Into<Secret>) -> Self {
        Self(Kind::Key(key.into()))
    }

    /// Name and password of a user. Servers that belong to ZenML Pro refuse passwords.
    pub fn password(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self(Kind::Password {
            user: user.into(),
            password: password.into(),
        })
    }

    /// A login in the browser: the function is to show someone where to go, and the client waits
    /// until that has been done (five minutes at most; the server says). It is called again
    /// whenever the login has ended, which is after a day, or a month for trusted devices.
    ///
    /// The client id names this installation: the server lists it among the user's devices. Use
    /// the same one each time, or every login adds a device; but not for two programs at once: the
    /// login of one ends that of the other. Workspaces of ZenML Pro do not take
    /// part: log in to the Pro API, and go on by its client's `connect_workspace`.
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

    /// Credentials that come from elsewhere each time they are needed: a vault, a file that is
    /// rewritten.
    pub fn provider(provider: impl CredentialsProvider) -> Self {
        Self(Kind::Provider(Arc::new(provider)))
    }

    /// A token that a login to the Pro API gave out, for a workspace.
    pub(crate) fn pro_session(token: Secret) -> Self {
        Self(Kind::ProSession(token))
    }

    /// The login of a client of the Pro API, for a workspace.
    #[cfg(feature = "pro")]
    pub(crate) fn pro(client: Transport) -> Self {
        Self(Kind::Pro(client))
    }

    /// What errors call them.
    pub(crate) fn name(&self) -> String {
        match &self.0 {
            Kind::Token(_) => "the API token".to_owned(),
            Kind::Key(_) => "the API key".to_owned(),
            Kind::Password { user, .. } => format!("user {user:?}"),
            Kind::Device(_) => "this device".to_owned(),
            Kind::ProSession(_) => "the login to ZenML Pro".to_owned(),
            #[cfg(feature = "pro")]
            Kind::Pro(pro) => format!("{} (ZenML Pro at {})", pro.session().name(), pro.base()),
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
            Kind::ProSession(secret) => simple(f, "ProSession", secret),
            Kind::Password { user, password } => f
                .debug_struct("Password")
                .field("user", user)
                .field("password", password)
                .finish(),
            Kind::Device(device) => device.fmt(f),
            #[cfg(feature = "pro")]
            Kind::Pro(pro) => f.debug_tuple("Pro").field(pro).finish(),
            // What a provider holds is its own: it is not asked to show itself.
            Kind::Provider(_) => f.write_str("Provider"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_who_but_not_the_secret() {
        for credentials in [
            Credentials::api_token("hunter2"),
            Credentials::api_key("hunter2"),
            Credentials::pro_session("hunter2".into()),
            Credentials::password("default", "hunter2"),
        ] {
            assert!(!format!("{credentials:?} {credentials:#?}").contains("hunter2"));
        }
        let shown = format!("{:?}", Credentials::password("default", "hunter2"));
        assert!(shown.contains("default"), "{shown}");
    }
}
