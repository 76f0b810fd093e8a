//! Which parts does a multipart form have (RFC 7578)?

use super::form::Value;

/// Returns the fields of a form, or `None` if it is malformed.
pub(super) fn fields(content_type: &str, content: &[u8]) -> Option<Vec<(String, Value)>> {
    let (_, boundary) = content_type.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line break before it.
    let mut rest = content.strip_prefix(delimiter.trim_start().as_bytes())?;
    let mut fields = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(fields);
        }
        let (part, after) = split(rest, delimiter.as_bytes())?;
        let (head, text) = split(part, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(head);
        let name = parameter(&head, "name")?;
        let value = match parameter(&head, "filename") {
            Some(_) => Value::File,
            None => Value::Text(String::from_utf8_lossy(text).into_owned()),
        };
        fields.push((name, value));
        rest = after;
    }
}

/// Returns what is before and after a separator.
fn split<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text
        .windows(separator.len())
        .position(|window| window == separator)?;
    Some((text.get(..at)?, text.get(at + separator.len()..)?))
}

/// Returns a parameter of the header `Content-Disposition`. Quotation marks in names are encoded.
fn parameter(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!("; {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("%22", "\""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::transport::body::Body;
    use crate::types::FilePart;

    #[derive(serde::Serialize)]
    struct Form {
        size: i64,
        upload: FilePart,
        note: String,
    }

    #[test]
    fn the_fields_that_the_library_encodes_are_found() {
        let form = Form {
            size: 5,
            upload: FilePart::new("a.csv", "--\r\n\r\n1,2"),
            note: json!("a\r\nb").to_string(),
        };
        let body = Body::multipart(&form).unwrap();
        let content_type = body.content_type.to_str().unwrap().to_owned();
        let content = body.for_attempt().unwrap();
        let fields = fields(&content_type, content.as_bytes().unwrap()).unwrap();
        let expected = [
            ("note", Value::Text(json!("a\r\nb").to_string())),
            ("size", Value::Text("5".to_owned())),
            ("upload", Value::File),
        ];
        assert_eq!(
            fields,
            expected.map(|(name, value)| (name.to_owned(), value))
        );
    }

    #[test]
    fn a_form_without_an_end_is_malformed() {
        let content = b"--B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n5";
        assert_eq!(fields("multipart/form-data; boundary=B", content), None);
        assert_eq!(fields("multipart/form-data", b""), None);
    }
}
