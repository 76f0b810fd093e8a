//! How are values written in messages: short, and without secrets?

use http::Method;

use crate::error::escape::{self, escaped};

/// The maximum length of a value in a message, in characters.
const VALUE: usize = 200;

/// Words in the names of parameters and members whose values are not shown.
const SECRET_NAMES: [&str; 7] = [
    "authorization",
    "credential",
    "key",
    "passphrase",
    "password",
    "secret",
    "token",
];

/// Returns whether a name is that of a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|word| name.contains(word))
}

/// Returns whether what is at a place of a body, or the body of a request to a path, may hold secrets. The
/// configuration of a connector does, under names of its own.
pub(super) fn may_hold_secrets(place: &str) -> bool {
    is_secret_name(place) || place.contains("connector")
}

/// Returns a value in one line of limited length.
pub(super) fn shortened(text: String) -> String {
    escape::shortened(&escaped(text), VALUE)
}

/// Writes method, path and query in one line, without the values of secret parameters.
pub(super) fn request_line<'a>(
    method: &Method,
    path: &str,
    query: impl Iterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut line = format!("{method} {path}");
    for (number, (name, value)) in query.enumerate() {
        line.push(if number == 0 { '?' } else { '&' });
        let value = if is_secret_name(name) {
            "[redacted]"
        } else {
            value
        };
        line.push_str(&format!("{name}={value}"));
    }
    escaped(line)
}
