//! How does a request carry its access token?

use http::HeaderValue;

use crate::{Error, ErrorKind, Result, Secret};

/// Access token of a request.
#[derive(Debug)]
pub(crate) struct Authorization {
    pub token: Secret,
    /// `Bearer …`, marked as sensitive.
    pub header: HeaderValue,
}

impl Authorization {
    /// Creates the authorization with an access token.
    ///
    /// # Errors
    /// `Credentials`: the token contains characters that a header cannot carry.
    pub fn bearer(token: Secret) -> Result<Self> {
        Ok(Self {
            header: bearer_header(&token)?,
            token,
        })
    }
}

/// Returns the value of the header `Authorization` for a token or key.
///
/// # Errors
/// `Credentials`: the secret contains characters that a header cannot carry.
pub(crate) fn bearer_header(secret: &Secret) -> Result<HeaderValue> {
    let text = zeroize::Zeroizing::new(format!("Bearer {}", secret.expose()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        Error::new(
            ErrorKind::Credentials,
            "the token or key contains characters that a header cannot carry, such as a line \
             break; pass it without surrounding whitespace",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}
