//! Text that must not appear in logs and errors.

use std::cell::RefCell;
use std::fmt;

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::codec::noted::{self, Notes};

/// A password, key, token or secret value.
///
/// `Debug` and `Display` show `[redacted]`. The text is overwritten with zeros when the value is
/// dropped. Serialization writes the plain text, because the server needs it.
///
/// ```
/// use zenml::Secret;
///
/// let key = Secret::from("ZENKEY_abc");
/// assert_eq!(format!("{key} {key:?}"), "[redacted] Secret([redacted])");
/// assert_eq!(key.expose(), "ZENKEY_abc");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// Returns the plain text.
    ///
    /// Copies of the text are neither redacted nor overwritten.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Secret {
    /// Returns the secret without leading and trailing whitespace and byte order mark, which files may
    /// have.
    pub(crate) fn trimmed(self) -> Self {
        let is_extra = |c: char| c.is_whitespace() || c == '\u{feff}';
        match self.expose().trim_matches(is_extra) {
            trimmed if trimmed.len() == self.expose().len() => self,
            trimmed => Self::from(trimmed),
        }
    }
}

impl From<String> for Secret {
    fn from(mut text: String) -> Self {
        // Shrinking the `String` could move the text and leave an unerased copy behind.
        let secret = Self::from(text.as_str());
        zeroize::Zeroize::zeroize(&mut text);
        secret
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        note(self.expose());
        serializer.serialize_str(self.expose())
    }
}

thread_local! {
    /// The secrets of a request. They are redacted from error messages, because servers may quote the
    /// request.
    pub(crate) static SECRETS: Notes<Secret> = const { RefCell::new(None) };
}

/// Notes a text that is being serialized as a secret.
pub(crate) fn note(text: &str) {
    noted::note(&SECRETS, || text.into());
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::noted::noting;

    #[test]
    fn a_secret_is_a_plain_string_in_json() {
        let secret: Secret = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""hunter2""#);
    }

    #[test]
    fn serialized_secrets_are_noted() {
        let body = [Secret::from("hunter2"), Secret::from("hunter3")];
        let (text, secrets) = noting(&SECRETS, || serde_json::to_string(&body).unwrap());
        assert_eq!(text, r#"["hunter2","hunter3"]"#);
        assert_eq!(secrets, body);
    }

    #[test]
    fn debug_and_display_hide_the_text() {
        let secret = Secret::from("hunter2".to_owned());
        assert!(!format!("{secret:?} {secret:#?} {secret} {:?}", Some(&secret)).contains("hunter"));
    }
}
