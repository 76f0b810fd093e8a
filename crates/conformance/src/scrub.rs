//! Which values of a response are secret, and does a recording still hold one?

use std::collections::BTreeSet;

use crate::json::{Json, Step, json_path};
use crate::schema::Schema;
use crate::shape::{Shape, walk};

/// The text that replaces a secret in a recording.
pub const PLACEHOLDER: &str = "[scrubbed]";

/// Length of the shortest value that counts as a secret; shorter ones occur everywhere.
const MIN_LENGTH: usize = 6;

/// Prefixes of secrets, and what each one is.
const PREFIXES: [(&str, &str); 6] = [
    ("ZENKEY_", "an API key"),
    ("ZENPROKEY_", "an API key"),
    ("eyJ", "a token"),
    ("-----BEGIN", "a private key"),
    ("AKIA", "an AWS access key"),
    ("ghp_", "a GitHub token"),
];

/// Words in the names of configuration members that hold secrets.
const SECRET_WORDS: [&str; 6] = [
    "password",
    "secret",
    "token",
    "credential",
    "private_key",
    "access_key",
];

/// Replaces secrets, and paths of the machine that a test server runs on.
#[derive(Debug, Default)]
pub struct Scrubber {
    /// Values found where the document declares a secret, and the credentials of the login.
    secrets: BTreeSet<String>,
    /// Paths of this machine, and their replacements.
    paths: Vec<(String, &'static str)>,
}

impl Scrubber {
    /// Adds a path of this machine to replace.
    #[must_use]
    pub fn path(mut self, path: &std::path::Path, replacement: &'static str) -> Self {
        self.paths
            .push((path.to_string_lossy().into_owned(), replacement));
        self
    }

    /// Adds a value that no recorded response may contain.
    pub fn secret(&mut self, value: &str) {
        if value.len() >= MIN_LENGTH {
            self.secrets.insert(value.to_owned());
        }
    }

    /// Replaces the values that the document declares as secret, and members that the document does
    /// not name if their name contains a word for a secret.
    pub fn scrub(&mut self, value: &mut Json, schema: Schema<'_>) {
        let mut secrets: Vec<Vec<Step>> = Vec::new();
        walk(value, schema, &mut |visit| {
            if matches!(visit.shape, Shape::Secret) {
                self.secret(visit.value.text().unwrap_or_default());
                secrets.push(visit.path.to_vec());
            } else if visit.presence.is_none() && has_secret_name(visit.path.last()) {
                secrets.push(visit.path.to_vec());
            }
        });
        for path in secrets {
            if let Some(Json::String(text)) = value.at_mut(&path) {
                PLACEHOLDER.clone_into(text);
            }
        }
        self.replace_paths(value);
    }

    fn replace_paths(&self, value: &mut Json) {
        match value {
            Json::String(text) => {
                for (path, replacement) in &self.paths {
                    if text.contains(path.as_str()) {
                        *text = text.replace(path.as_str(), replacement);
                    }
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.replace_paths(item)),
            Json::Object(members) => members
                .values_mut()
                .for_each(|value| self.replace_paths(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Returns the path and kind of a value that looks like a secret, if a scrubbed response still
    /// contains one.
    #[must_use]
    pub fn leak(&self, value: &Json) -> Option<(String, &'static str)> {
        let nothing = serde_json::Value::Null;
        let mut found = None;
        walk(value, Schema::new(&nothing, &nothing), &mut |visit| {
            if let (None, Some(text)) = (&found, visit.value.text()) {
                found = self
                    .kind_of_secret(text)
                    .map(|kind| (json_path(visit.path), kind));
            }
        });
        found
    }

    /// Returns the kind of secret that the text seems to contain.
    fn kind_of_secret(&self, text: &str) -> Option<&'static str> {
        if self
            .secrets
            .iter()
            .any(|secret| text.contains(secret.as_str()))
        {
            return Some("the value of a secret");
        }
        PREFIXES
            .iter()
            .find(|(prefix, _)| {
                text.match_indices(prefix)
                    .any(|(start, _)| continues_as_key(text, start + prefix.len()))
            })
            .map(|(_, kind)| *kind)
    }
}

fn has_secret_name(step: Option<&Step>) -> bool {
    let Some(Step::Member(name)) = step else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Returns whether the text continues like a key: with a long word of letters and digits.
fn continues_as_key(text: &str, start: usize) -> bool {
    const LENGTH: usize = 12;
    let rest = text.get(start..).unwrap_or_default();
    let word = rest.bytes().take(LENGTH).filter(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'=' | b' ')
    });
    word.count() == LENGTH
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_declared_secret_is_replaced_and_then_recognised_elsewhere() {
        let schema = json!({"type": "object", "properties": {
            "key": {"anyOf": [{"type": "string", "format": "password"}, {"type": "null"}]},
            "values": {"type": "object", "additionalProperties":
                {"type": "string", "format": "password"}},
            "name": {"type": "string"},
        }});
        let mut value: Json = r#"{"key":"hunter22","values":{"a":"x","b":null},"name":"n"}"#
            .parse()
            .unwrap();
        let mut scrubber = Scrubber::default();
        scrubber.scrub(&mut value, Schema::new(&json!({}), &schema));
        assert_eq!(
            value.to_string(),
            r#"{"key":"[scrubbed]","values":{"a":"[scrubbed]","b":null},"name":"n"}"#
        );
        assert_eq!(scrubber.leak(&value), None);
        let elsewhere = r#"{"log":["key hunter22"]}"#.parse().unwrap();
        assert_eq!(scrubber.leak(&elsewhere).unwrap().0, "$.log[0]");
    }

    #[test]
    fn configuration_members_with_secret_names_are_replaced() {
        let schema = json!({"type": "object", "properties": {
            "config": {"type": "object", "additionalProperties": true},
            "token_type": {"type": "string"},
        }});
        let mut value: Json =
            r#"{"config":{"url":"u","Access_Token":"t","secrets":["a"]},"token_type":"bearer"}"#
                .parse()
                .unwrap();
        Scrubber::default().scrub(&mut value, Schema::new(&json!({}), &schema));
        assert_eq!(
            value.to_string(),
            r#"{"config":{"url":"u","Access_Token":"[scrubbed]","secrets":["a"]},"token_type":"bearer"}"#
        );
    }

    #[test]
    fn keys_and_tokens_are_recognised_by_their_prefix() {
        let leaks = |text: &str| Scrubber::default().leak(&Json::String(text.to_owned()));
        for text in [
            "ZENKEY_eyJpZCI6IjEyMyJ9abc",
            "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIi",
            "-----BEGIN RSA PRIVATE KEY-----",
        ] {
            assert!(leaks(text).is_some(), "{text}");
        }
        for text in ["keys begin with ZENKEY_", "eyJ", "[scrubbed]", ""] {
            assert_eq!(leaks(text), None, "{text}");
        }
    }

    #[test]
    fn paths_of_the_machine_are_replaced_everywhere() {
        let mut scrubber = Scrubber::default().path("/home/ada/zenml".as_ref(), "/zenml");
        let mut value: Json = r#"{"a":["file:/home/ada/zenml/x"]}"#.parse().unwrap();
        scrubber.scrub(&mut value, Schema::new(&json!({}), &json!({})));
        assert_eq!(value.to_string(), r#"{"a":["file:/zenml/x"]}"#);
    }
}
