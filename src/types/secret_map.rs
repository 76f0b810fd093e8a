//! Settings by name, some of which are secret.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use zeroize::Zeroize;

use crate::JsonObject;
use crate::types::secret;

/// Settings by name, some of which are secret.
///
/// Examples are the configuration of a service connector and the `config` of a code repository.
/// The API does not say which settings are secret, so all of them are protected: `Debug` shows
/// names only, and every text is overwritten with zeros when the map is dropped. Dereferences to
/// [`serde_json::Map`]. Serialization writes the plain object.
///
/// ```
/// use zenml::types::SecretMap;
///
/// let config = SecretMap::from_iter([("token", "ghp_abc"), ("owner", "zenml-io")]);
/// assert_eq!(format!("{config:?}"), r#"{"owner", "token"}"#);
/// assert_eq!(config["token"], "ghp_abc");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretMap(JsonObject);

impl From<Map<String, Value>> for SecretMap {
    fn from(map: Map<String, Value>) -> Self {
        Self(map.into())
    }
}

impl From<SecretMap> for Map<String, Value> {
    fn from(mut map: SecretMap) -> Self {
        std::mem::take(&mut *map.0)
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for SecretMap {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        Self(entries.collect())
    }
}

impl Deref for SecretMap {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for SecretMap {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl fmt::Debug for SecretMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

impl Drop for SecretMap {
    fn drop(&mut self) {
        self.0.wipe(|map| map.values_mut().for_each(wipe));
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Serialize for SecretMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values().for_each(note);
        self.0.serialize(serializer)
    }
}

/// Notes every text as a secret, so that errors redact them.
fn note(value: &Value) {
    match value {
        Value::String(text) => secret::note(text),
        Value::Array(items) => items.iter().for_each(note),
        Value::Object(members) => members.values().for_each(note),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl<'de> Deserialize<'de> for SecretMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        JsonObject::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use crate::codec::noted::noting;
    use crate::types::secret::SECRETS;

    #[test]
    fn a_secret_map_is_a_plain_object_in_json() {
        let json = r#"{"deep":{"key":[1e400,null]},"token":"hunter2"}"#;
        let map: SecretMap = serde_json::from_str(json).unwrap();
        assert_eq!(map["token"], "hunter2");
        assert_eq!(serde_json::to_string(&map).unwrap(), json);
    }

    #[test]
    fn debug_shows_names_without_values() {
        let map = SecretMap::from_iter([("token", "hunter2")]);
        assert_eq!(format!("{map:?}"), r#"{"token"}"#);
    }

    #[test]
    fn every_serialized_text_is_noted_as_a_secret() {
        let map: SecretMap =
            serde_json::from_str(r#"{"a":"hunter2","b":["hunter3",{"c":"hunter4"}]}"#).unwrap();
        let (_, secrets) = noting(&SECRETS, || serde_json::to_string(&map).unwrap());
        assert_eq!(secrets, ["hunter2", "hunter3", "hunter4"].map(Secret::from));
    }
}
