//! Takes secrets out of answers before they are kept.

use std::collections::BTreeSet;

use crate::json::{Json, Step, json_path};
use crate::schema::{Schema, Shape, walk};

/// What stands in a recording where a secret was.
pub const PLACEHOLDER: &str = "[scrubbed]";

/// Shorter values are no secrets, and would be found everywhere.
const SHORTEST: usize = 6;

/// How secrets of the platform, and of others, begin.
const BEGINNINGS: [(&str, &str); 6] = [
    ("ZENKEY_", "an API key"),
    ("ZENPROKEY_", "an API key"),
    ("eyJ", "a token"),
    ("-----BEGIN", "a private key"),
    ("AKIA", "an AWS access key"),
    ("ghp_", "a GitHub token"),
];

/// How members are called that hold secrets where names are data: in configurations.
const TELLING: [&str; 6] = [
    "password",
    "secret",
    "token",
    "credential",
    "private_key",
    "access_key",
];

/// Takes out secrets, and what names the machine of a test server.
#[derive(Debug, Default)]
pub struct Scrubber {
    /// Values that were found where the document declares a secret, or that were logged in with.
    secrets: BTreeSet<String>,
    /// Paths of this machine, and what they become.
    paths: Vec<(String, &'static str)>,
}

impl Scrubber {
    /// Replaces a path of this machine wherever it occurs.
    #[must_use]
    pub fn path(mut self, path: &std::path::Path, replacement: &'static str) -> Self {
        self.paths
            .push((path.to_string_lossy().into_owned(), replacement));
        self
    }

    /// A value that no answer may hold.
    pub fn secret(&mut self, value: &str) {
        if value.len() >= SHORTEST {
            self.secrets.insert(value.to_owned());
        }
    }

    /// Puts the placeholder where the document declares a secret, and where the name of a member
    /// that the document does not name tells of one.
    pub fn scrub(&mut self, value: &mut Json, schema: Schema<'_>) {
        let mut places: Vec<Vec<Step>> = Vec::new();
        walk(value, schema, &mut |visit| {
            if matches!(visit.shape, Shape::Secret) {
                self.secret(visit.value.text().unwrap_or_default());
                places.push(visit.path.to_vec());
            } else if visit.member.is_none() && is_telling(visit.path.last()) {
                places.push(visit.path.to_vec());
            }
        });
        for path in places {
            if let Some(Json::Text(text)) = value.at_mut(&path) {
                PLACEHOLDER.clone_into(text);
            }
        }
        self.replace_paths(value);
    }

    fn replace_paths(&self, value: &mut Json) {
        match value {
            Json::Text(text) => {
                for (path, replacement) in &self.paths {
                    if text.contains(path.as_str()) {
                        *text = text.replace(path.as_str(), replacement);
                    }
                }
            }
            Json::List(items) => items.iter_mut().for_each(|item| self.replace_paths(item)),
            Json::Object(members) => members
                .iter_mut()
                .for_each(|(_, value)| self.replace_paths(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Where a scrubbed answer still holds something like a secret, and what.
    #[must_use]
    pub fn leak(&self, value: &Json) -> Option<(String, &'static str)> {
        let nowhere = serde_json::Value::Null;
        let mut found = None;
        walk(value, Schema::new(&nowhere, &nowhere), &mut |visit| {
            if let (None, Some(text)) = (&found, visit.value.text()) {
                found = self
                    .suspicion(text)
                    .map(|what| (json_path(visit.path), what));
            }
        });
        found
    }

    /// What kind of secret a text holds, if it looks like one.
    fn suspicion(&self, text: &str) -> Option<&'static str> {
        if self
            .secrets
            .iter()
            .any(|secret| text.contains(secret.as_str()))
        {
            return Some("a value that is a secret elsewhere");
        }
        BEGINNINGS
            .iter()
            .find(|(beginning, _)| {
                text.match_indices(beginning)
                    .any(|(start, _)| is_long_word(text, start + beginning.len()))
            })
            .map(|(_, what)| *what)
    }
}

fn is_telling(step: Option<&Step>) -> bool {
    let Some(Step::Member(name)) = step else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    TELLING.iter().any(|word| name.contains(word))
}

/// Whether what begins here goes on like a key: a long word of letters and digits.
fn is_long_word(text: &str, start: usize) -> bool {
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
    fn what_the_document_declares_secret_is_replaced_and_remembered() {
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
    fn a_configuration_is_searched_by_the_names_in_it() {
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
    fn keys_and_tokens_are_recognised_by_their_form() {
        let leaks = |text: &str| Scrubber::default().leak(&Json::Text(text.to_owned()));
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
    fn paths_of_the_machine_are_replaced_anywhere() {
        let mut scrubber = Scrubber::default().path("/home/ada/zenml".as_ref(), "/zenml");
        let mut value: Json = r#"{"a":["file:/home/ada/zenml/x"]}"#.parse().unwrap();
        scrubber.scrub(&mut value, Schema::new(&json!({}), &json!({})));
        assert_eq!(value.to_string(), r#"{"a":["file:/zenml/x"]}"#);
    }
}
