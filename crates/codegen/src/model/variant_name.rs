//! How the values of an enum are named in Rust.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use crate::name::is_ident;

/// Returns the name of each value, with the value. Values that are repeated are left out.
///
/// Values that are alike in Rust get names in which they differ. Each of these depends on the text of
/// the value only, so that it stays the same when the vendor adds further values.
pub(super) fn named<'a>(values: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    let values: Vec<(&str, Candidates)> = values
        .filter(|value| seen.insert(*value))
        .map(|value| (value, Candidates::new(value)))
        .collect();
    let name = |(value, own): &(&str, Candidates)| {
        let mut others = values.iter().filter(|(other, _)| other != value);
        if is_free(&own.plain) && others.all(|(_, other)| other.plain != own.plain) {
            return own.plain.clone();
        }
        let alike = |name: &str| {
            let mut others = values.iter().filter(|(other, _)| other != value);
            others.any(|(_, other)| other.all().contains(&name))
        };
        let longer = [&own.spelled, &own.with_case];
        let longer = longer
            .into_iter()
            .find(|name| is_free(name) && !alike(name));
        longer.cloned().unwrap_or_else(|| in_bytes(value))
    };
    let names = values.iter().map(|value| (name(value), value.0.to_owned()));
    names.collect()
}

/// The names that a value may have.
struct Candidates {
    plain: String,
    /// With signs in words.
    spelled: String,
    /// With the case of its letters.
    with_case: String,
}

impl Candidates {
    fn new(value: &str) -> Self {
        let spelled: String = value.chars().map(spelled).collect();
        let plain = match value.to_upper_camel_case() {
            name if name.is_empty() => spelled.to_upper_camel_case(),
            name => name,
        };
        let case = match (value.to_lowercase() == value, value.to_uppercase() == value) {
            (true, true) => "Sign",
            (true, false) => "Lowercase",
            (false, true) => "Uppercase",
            (false, false) => "MixedCase",
        };
        Self {
            with_case: identifier(&format!("{plain}{case}")),
            spelled: identifier(&spelled.to_upper_camel_case()),
            plain: identifier(&plain),
        }
    }

    fn all(&self) -> [&str; 3] {
        [&self.plain, &self.spelled, &self.with_case]
    }
}

fn is_free(name: &str) -> bool {
    name != "Unknown" && is_ident(name)
}

/// Returns a name that no other value has.
fn in_bytes(value: &str) -> String {
    value.bytes().fold("ValueX".to_owned(), |name, byte| {
        format!("{name}{byte:02X}")
    })
}

/// Returns `name` as an identifier, if a prefix or suffix makes it one.
fn identifier(name: &str) -> String {
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("Value{name}"),
        Some(_) if name == "Self" || name == "Unknown" => format!("{name}Value"),
        Some(_) => name.to_owned(),
    }
}

/// Returns a character as it is, or a sign in words.
fn spelled(c: char) -> String {
    let word = match c {
        '+' => "plus",
        '-' => "minus",
        '*' => "star",
        '/' => "slash",
        '\\' => "backslash",
        '=' => "equals",
        '<' => "less",
        '>' => "greater",
        '!' => "not",
        '?' => "question",
        '&' => "and",
        '|' => "or",
        '^' => "caret",
        '~' => "tilde",
        '%' => "percent",
        '#' => "hash",
        '@' => "at",
        '$' => "dollar",
        '.' => "dot",
        ',' => "comma",
        ':' => "colon",
        ';' => "semicolon",
        '_' => "underscore",
        ' ' => "space",
        '(' | ')' => "parenthesis",
        '[' | ']' => "bracket",
        '{' | '}' => "brace",
        '"' | '\'' | '`' => "quote",
        other => return other.to_string(),
    };
    format!(" {word} ")
}
