//! Removes what a request sent from the text of a response: a debugging proxy or the server may echo
//! it.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Secret;

/// Shorter values are not secrets, and may be part of the JSON syntax or of words.
const MIN_LENGTH: usize = 4;

/// Replaces secrets in a text, in each encoding in which they may be sent or echoed, in any case.
pub(super) fn redact<'a, 's>(
    text: &'a str,
    secrets: impl Iterator<Item = &'s Secret>,
) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(text);
    for secret in secrets.map(Secret::expose) {
        if secret.len() < MIN_LENGTH {
            continue;
        }
        for form in written_forms(secret) {
            if let Some(redacted) = replaced(&text, &form) {
                text = redacted.into();
            }
        }
    }
    text
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

/// Plain, in JSON, in JSON without other characters than ASCII, in a form, and in a URL.
fn encodings(secret: &str) -> [String; 5] {
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
    let url = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    [secret.to_owned(), json, ascii, form, url]
}

/// Replaces each occurrence without regard to the case of ASCII letters; `None` if there is none.
fn replaced(text: &str, secret: &str) -> Option<String> {
    // Lower case of ASCII letters keeps all byte positions.
    let (haystack, needle) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let mut result = String::new();
    let mut end = 0;
    for (start, found) in haystack.match_indices(&needle) {
        result.push_str(text.get(end..start)?);
        result.push_str("[redacted]");
        end = start + found.len();
    }
    if end == 0 {
        return None;
    }
    result.push_str(text.get(end..)?);
    Some(result)
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
    fn each_occurrence_is_redacted_in_any_case() {
        assert_eq!(
            redacted("Hunter2 HUNTER2hunter2", "hunter2"),
            "[redacted] [redacted][redacted]"
        );
    }

    #[test]
    fn short_values_and_other_text_stay() {
        assert_eq!(redacted("an {error}", "{er"), "an {error}");
        assert_eq!(redacted("an error", "hunter2"), "an error");
    }
}
