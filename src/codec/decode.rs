//! Decoding JSON, with the path of the value that does not match its type.
//!
//! The path is reconstructed from the line and column of the parser's error. Tracking the path
//! while decoding would cost every successful call an allocation per field, and would compile a
//! second copy of every type's decoder.

use std::fmt::{self, Write};

use serde_core::de::DeserializeOwned;

use crate::codec::number::string_length;
use crate::codec::raw_text;

/// The error of decoding a JSON text: why it does not match its type, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Mismatch {
    /// A JSONPath such as `$.items[3].body.status`.
    path: String,
    /// The found and the expected type, without the value, which may be secret.
    reason: String,
}

impl Mismatch {
    /// Returns the mismatch of a value at a path of a larger document.
    pub(crate) fn within(self, path: &str) -> Self {
        let inner = self.path.strip_prefix('$').unwrap_or_default();
        Self {
            path: format!("{path}{inner}"),
            ..self
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{PATH_SEPARATOR}{})", self.reason, self.path)
    }
}

/// Separates the reason from the path in the text of a mismatch.
///
/// A union decodes its variants separately from the rest of the document. The separator makes it
/// possible to find the path inside the union and to append it to the path of the union.
const PATH_SEPARATOR: &str = " (at ";

/// Decodes a JSON text. An empty text decodes as `null`, because a response may have no content. A
/// type without content, such as `()`, accepts any text. A byte order mark is skipped.
pub(crate) fn decode<T: DeserializeOwned>(text: &[u8]) -> Result<T, Mismatch> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = match text.trim_ascii() {
        [] => b"null",
        _ if size_of::<T>() == 0 => b"null",
        _ => text,
    };
    raw_text::take_rejected();
    serde_json::from_slice(text).map_err(|error| locate(text, &error))
}

fn locate(text: &[u8], error: &serde_json::Error) -> Mismatch {
    let offset = raw_text::take_rejected().and_then(|at| at.checked_sub(text.as_ptr().addr()));
    let offset = offset.filter(|offset| *offset < text.len());
    let mut path = path_at(
        text,
        offset.unwrap_or_else(|| consumed(text, error.line(), error.column())),
    );
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let mut reason = message.strip_suffix(&position).unwrap_or(&message);
    if let Some((inner, at)) = reason.rsplit_once(PATH_SEPARATOR)
        && let Some(rest) = at.strip_prefix('$').and_then(|at| at.strip_suffix(')'))
    {
        path.push_str(rest);
        reason = inner;
    }
    Mismatch {
        path,
        reason: redact_value(reason),
    }
}

/// Removes the value from `invalid type: string "hunter2", expected i64`; it may be secret.
fn redact_value(reason: &str) -> String {
    if let Some((found, expected)) = reason.rsplit_once(", expected ")
        && (found.starts_with("invalid type: ") || found.starts_with("invalid value: "))
    {
        let kind = found
            .split(['"', '`'])
            .next()
            .unwrap_or_default()
            .trim_end();
        format!("{kind}, expected {expected}")
    } else {
        reason.to_owned()
    }
}

/// Returns the number of bytes that the parser had read at this line and column.
fn consumed(text: &[u8], line: usize, column: usize) -> usize {
    let start = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    (start + column).min(text.len())
}

enum Frame {
    Object(Option<String>),
    Array(usize),
}

/// Returns the JSONPath of the value that ends at, or starts after, this number of bytes.
fn path_at(text: &[u8], consumed: usize) -> String {
    let mut frames = Vec::new();
    let mut rest = text.get(..consumed).unwrap_or(text);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' => frames.push(Frame::Object(None)),
            b'[' => frames.push(Frame::Array(0)),
            b'}' | b']' => drop(frames.pop()),
            b',' => match frames.last_mut() {
                Some(Frame::Object(key)) => *key = None,
                Some(Frame::Array(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let length = string_length(rest);
                if let Some(Frame::Object(key @ None)) = frames.last_mut() {
                    let raw = rest.get(..length).unwrap_or(rest);
                    *key = Some(String::from_utf8_lossy(raw).into_owned());
                }
                rest = rest.get(length + 1..).unwrap_or_default();
            }
            _ => {}
        }
    }
    frames.iter().fold("$".to_owned(), |mut path, frame| {
        // Writing to a `String` cannot fail.
        let _ = match frame {
            Frame::Object(None) => Ok(()),
            Frame::Object(Some(key)) if is_identifier(key) => write!(path, ".{key}"),
            Frame::Object(Some(key)) => write!(path, "[\"{key}\"]"),
            Frame::Array(index) => write!(path, "[{index}]"),
        };
        path
    })
}

pub(crate) fn is_identifier(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Step {
        #[expect(dead_code)]
        name: String,
        #[expect(dead_code)]
        sizes: Option<Vec<u8>>,
        #[serde(flatten)]
        #[expect(dead_code)]
        unknown_fields: crate::UnknownFields,
    }

    fn mismatch<T: DeserializeOwned + fmt::Debug>(text: &str) -> (String, String) {
        let mismatch = decode::<T>(text.as_bytes()).unwrap_err();
        (mismatch.path, mismatch.reason)
    }

    #[test]
    fn a_wrong_scalar_is_located() {
        let (path, reason) = mismatch::<Vec<Step>>(r#"[{"name":"a"}, {"x": [{}], "name": 5}]"#);
        assert_eq!(path, "$[1].name");
        assert_eq!(reason, "invalid type: integer, expected a string");
    }

    #[test]
    fn a_wrong_container_is_located() {
        for (text, path) in [
            (r#"{"name": {"a": 1}}"#, "$.name"),
            ("{\"x\": 1,\n  \"name\":\n [1]}", "$.name"),
            (r#"{"name":"a","sizes":[1,2,[]]}"#, "$.sizes[2]"),
            (r#"{"name":"a","sizes":[{}]}"#, "$.sizes[0]"),
            (r#"{"name":null}"#, "$.name"),
            ("5", "$"),
        ] {
            assert_eq!(mismatch::<Step>(text).0, path, "{text}");
        }
    }

    #[test]
    fn a_missing_field_is_located_at_its_object() {
        let text = r#"{"first":{"name":"a"},"second":{"sizes":[1]},"third":{"name":"b"}}"#;
        let (path, reason) = mismatch::<BTreeMap<String, Step>>(text);
        assert_eq!(path, "$.second");
        assert_eq!(reason, "missing field `name`");
    }

    #[test]
    fn keys_with_punctuation_or_escapes_do_not_change_the_path() {
        let text = r#"{"a\"}{,[":{"name":"]}"},"b.c":{"name":1}}"#;
        assert_eq!(
            mismatch::<BTreeMap<String, Step>>(text).0,
            r#"$["b.c"].name"#
        );
    }

    #[test]
    fn the_value_is_not_quoted() {
        let (_, reason) = mismatch::<u8>(r#""hunter2, expected \"x\"""#);
        assert_eq!(reason, "invalid type: string, expected u8");
    }

    #[test]
    fn a_truncated_text_is_located() {
        let (path, reason) = mismatch::<Vec<Step>>(r#"[{"name":"a"},{"name":"#);
        assert_eq!(path, "$[1].name");
        assert!(reason.starts_with("EOF"), "{reason}");
    }

    #[test]
    fn an_empty_text_decodes_as_null() {
        decode::<()>(b"").unwrap();
        decode::<()>(b" \n").unwrap();
        decode::<()>(b"null").unwrap();
        assert_eq!(
            decode::<serde_json::Value>(b"").unwrap(),
            serde_json::Value::Null
        );
        assert_eq!(decode::<Option<Vec<u8>>>(b"").unwrap(), None);
        assert_eq!(mismatch::<Step>("").0, "$");
    }
}
