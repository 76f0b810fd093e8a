//! Removes what a request sent from the text of a response: a debugging proxy or the server may echo
//! it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::{Bound, Range};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Secret;
use crate::codec::url_segment::url_segment;

/// Shorter values are not secrets, and may be part of the JSON syntax or of words.
const MIN_LENGTH: usize = 4;

/// So many bytes of a form are recognised as the form, whose rest may be cut off. It also bounds the
/// time for texts and secrets that repeat themselves, for instance a token that a server chose so.
const LONG_START: usize = 1024;

/// Replaces secrets in a text, in each encoding in which they may be sent or echoed, in any case.
///
/// One pass finds all of them: a request may send thousands of values, and one may begin with another.
pub(crate) fn redact<'a, 's>(
    text: &'a str,
    secrets: impl Iterator<Item = &'s Secret>,
) -> Cow<'a, str> {
    let secrets = secrets.map(Secret::expose);
    // The text cannot contain more of a secret.
    let secrets =
        secrets.filter_map(|secret| secret.get(..floor_char_boundary(secret, text.len())));
    let forms = Forms::of(secrets);
    let found = forms.find_in(text);
    if found.is_empty() {
        return text.into();
    }
    let mut redacted = String::new();
    let mut end = 0;
    for range in found {
        redacted.push_str(text.get(end..range.start).unwrap_or_default());
        redacted.push_str("[redacted]");
        end = range.end;
    }
    redacted.push_str(text.get(end..).unwrap_or_default());
    redacted.into()
}

/// Written forms of secrets, in lower case and sorted.
struct Forms(BTreeSet<Vec<u8>>);

impl Forms {
    fn of<'s>(secrets: impl Iterator<Item = &'s str>) -> Self {
        let forms = secrets.flat_map(written_forms);
        let forms = forms.map(|form| form.to_ascii_lowercase().into_bytes());
        Self(forms.filter(|form| form.len() >= MIN_LENGTH).collect())
    }

    /// Returns where the forms are in a text, without regard to the case of ASCII letters. Ranges do not
    /// overlap.
    fn find_in(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        if self.0.is_empty() {
            return found;
        }
        // Lower case of ASCII letters keeps all byte positions.
        let lower = text.to_ascii_lowercase().into_bytes();
        for (at, _) in text.char_indices() {
            let mut rest = lower.get(at..).unwrap_or_default();
            if found.last().is_some_and(|last| at < last.end) {
                rest = rest.get(..LONG_START).unwrap_or(rest);
            }
            let Some(length) = self.longest_start(rest) else {
                continue;
            };
            let end = floor_char_boundary(text, at + length);
            match found.last_mut() {
                Some(last) if at < last.end => last.end = last.end.max(end),
                _ => found.push(at..end),
            }
        }
        found
    }

    /// Returns the length of the longest form that the text starts with, or of its start.
    fn longest_start(&self, mut text: &[u8]) -> Option<usize> {
        // A form that is cut off in the text is greater than the text.
        let beyond_text = (Bound::Excluded(text), Bound::Unbounded);
        let next = self.0.range::<[u8], _>(beyond_text).next();
        let cut_off = next.map(|form| common_start(form, text));
        if let Some(length) = cut_off.filter(|length| *length >= LONG_START) {
            return Some(length);
        }
        // Forms that the text starts with are not greater than the text, and longer ones are greater.
        loop {
            let up_to_text = (Bound::Unbounded, Bound::Included(text));
            let form = self.0.range::<[u8], _>(up_to_text).next_back()?;
            let common = common_start(form, text);
            if common == form.len() || common >= LONG_START {
                return Some(common);
            }
            text = text.get(..common).filter(|text| text.len() >= MIN_LENGTH)?;
        }
    }
}

/// Returns the last character boundary up to a position. `str::floor_char_boundary` needs Rust 1.91.
fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut up_to = (0..=at.min(text.len())).rev();
    up_to.find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn common_start(one: &[u8], other: &[u8]) -> usize {
    let is_same = |(one, other): &(&u8, &u8)| one == other;
    one.iter().zip(other).take_while(is_same).count()
}

/// Returns a secret as it may be written in a response: encoded once, because it was sent so, or
/// twice, because the response quotes what was sent.
fn written_forms(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for sent in encodings(secret) {
        for form in encodings(&sent) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

/// Plain, in JSON, in JSON without other characters than ASCII, in a form, in a URL, and in a URL by an
/// encoder that leaves letters and digits only.
fn encodings(secret: &str) -> [String; 6] {
    let json = serde_json::Value::from(secret).to_string();
    // Only the quotes around it: a secret may begin or end with some.
    let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
    let mut ascii = String::new();
    for c in json.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    let form = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let url = url_segment(secret).into_owned();
    let strict = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    [secret.to_owned(), json, ascii, form, url, strict]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str, secret: &str) -> String {
        redact(text, [Secret::from(secret)].iter()).into_owned()
    }

    #[test]
    fn a_secret_is_redacted_in_each_of_its_encodings() {
        let secret = "a \"b\" ü";
        for echoed in [
            r#"a "b" ü"#,
            r#"a \"b\" ü"#,
            r#"a \"b\" \u00fc"#,
            r#"A \"B\" \u00FC"#,
            "a+%22b%22+%C3%BC",
            "a+%22b%22+%c3%bc",
            "a%20%22b%22%20%C3%BC",
            // A form or a JSON body that is quoted in JSON, and a URL in another URL.
            r#"a \\\"b\\\" ü"#,
            "a%2B%2522b%2522%2B%25C3%25BC",
            "a%2520%2522b%2522%2520%25C3%25BC",
        ] {
            assert_eq!(
                redacted(&format!("got <{echoed}>"), secret),
                "got <[redacted]>"
            );
        }
    }

    #[test]
    fn a_token_is_redacted_after_any_url_encoder() {
        for echoed in [
            "a-b.c_d~e",
            "a%2Db%2Ec%5Fd%7Ee",
            "a%252Db%252Ec%255Fd%257Ee",
        ] {
            assert_eq!(redacted(echoed, "a-b.c_d~e"), "[redacted]");
        }
    }

    #[test]
    fn each_occurrence_is_redacted_in_any_case() {
        assert_eq!(
            redacted("Hunter2 HUNTER2hunter2", "hunter2"),
            "[redacted] [redacted][redacted]"
        );
    }

    #[test]
    fn a_secret_that_begins_with_or_overlaps_another_leaves_nothing() {
        let secrets = ["hunter2", "hunter2-and-more", "-and-more-still"].map(Secret::from);
        for (text, expected) in [
            ("got hunter2-and-more.", "got [redacted]."),
            ("got hunter2-and-more-still.", "got [redacted]."),
            ("got hunter2-and.", "got [redacted]-and."),
        ] {
            assert_eq!(redact(text, secrets.iter()), expected);
        }
    }

    #[test]
    fn thousands_of_values_are_redacted_in_one_pass() {
        let secrets: Vec<Secret> = (0..2_000)
            .map(|i| Secret::from(format!("value \"{i}\"")))
            .collect();
        let text = "value 5, value \"1999\", ".repeat(2_000);
        let redacted = redact(&text, secrets.iter());
        assert_eq!(redacted, "value 5, [redacted], ".repeat(2_000));
    }

    #[test]
    fn long_values_that_repeat_themselves_are_redacted_also_if_they_are_cut_off() {
        let secret = "long \u{fc} ".repeat(10_000);
        let secret = secret.as_str();
        for quoted in [secret, &secret[..secret.len() - 3], &secret[..40_000]] {
            for end in ["", " and more"] {
                let text = format!("got {quoted}{end}");
                assert_eq!(redacted(&text, secret), format!("got [redacted]{end}"));
            }
        }
    }

    #[test]
    fn short_values_and_other_text_stay() {
        assert_eq!(redacted("an {error}", "{er"), "an {error}");
        assert_eq!(redacted("an error", "hunter2"), "an error");
    }
}
