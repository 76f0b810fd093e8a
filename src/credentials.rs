use std::fmt;

use crate::Secret;

/// How a client proves who it is.
///
/// `Debug` shows the kind and, for a password, the user; secrets are zeroised on drop.
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
    Bearer(Secret),
    /// Is exchanged for a token by a login.
    Password { user: String, password: Secret },
}

impl Credentials {
    /// A short-lived token, as `GET /api/v1/api_token` of a server or a login gives it out.
    pub fn api_token(token: impl Into<Secret>) -> Self {
        Self(Kind::Bearer(token.into()))
    }

    /// The key of a service account (`ZENKEY_…` of a server, `ZENPROKEY_…` of an organization) or
    /// a personal access token. Sent directly as bearer, which all servers take.
    pub fn api_key(key: impl Into<Secret>) -> Self {
        Self(Kind::Bearer(key.into()))
    }

    /// Name and password of a user. The client logs in with the first call that needs it. Servers
    /// that belong to ZenML Pro refuse passwords.
    pub fn password(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self(Kind::Password {
            user: user.into(),
            password: password.into(),
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Bearer(secret) => f.debug_tuple("Bearer").field(secret).finish(),
            Kind::Password { user, password } => f
                .debug_struct("Password")
                .field("user", user)
                .field("password", password)
                .finish(),
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
            Credentials::password("default", "hunter2"),
        ] {
            assert!(!format!("{credentials:?} {credentials:#?}").contains("hunter2"));
        }
        let shown = format!("{:?}", Credentials::password("default", "hunter2"));
        assert!(shown.contains("default"), "{shown}");
    }
}
