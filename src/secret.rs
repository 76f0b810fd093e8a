use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A password, key, token or secret value.
///
/// `Debug` and `Display` show `[redacted]`; the text is overwritten with zeros when the value is
/// dropped. It is written into JSON as the plain string, because that is how the server takes it.
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
    /// The text in clear. What is made of it is the caller's responsibility.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(mut text: String) -> Self {
        // Shrinking could move the text and leave a copy behind, so a copy is made and the
        // original overwritten.
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
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_plain_string_in_json() {
        let secret: Secret = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""hunter2""#);
    }

    #[test]
    fn neither_debug_nor_display_shows_it() {
        let secret = Secret::from("hunter2".to_owned());
        assert!(!format!("{secret:?} {secret:#?} {secret} {:?}", Some(&secret)).contains("hunter"));
    }
}
