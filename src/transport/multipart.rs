//! How is a form with files encoded? As `multipart/form-data` (RFC 7578).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use http::HeaderValue;
use serde_json::value::RawValue;

use crate::runtime::random;
use crate::types::file_part::{FILE, FilePart};

/// Encodes the fields of a form, and returns the content type and the content.
///
/// # Errors
/// Says which field cannot be encoded.
pub(crate) fn encode(
    fields: Vec<(String, Box<RawValue>)>,
    files: &[FilePart],
) -> Result<(HeaderValue, Vec<u8>), String> {
    // 128 random bits do not occur in the content by chance.
    let boundary = format!("zenml-{:032x}", random::number());
    let mut content = Vec::new();
    for (name, value) in fields {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; ");
        let _ = write!(head, "name=\"{}\"", quoted(&name));
        let text;
        let part = match file(&value, files) {
            Some(file) => {
                HeaderValue::from_str(&file.content_type)
                    .map_err(|_| format!("the content type of the file {name} is not valid"))?;
                let (file_name, media) = (quoted(&file.name), &file.content_type);
                let _ = write!(head, "; filename=\"{file_name}\"\r\nContent-Type: {media}");
                &*file.content
            }
            None => {
                text = scalar(&value)
                    .ok_or_else(|| format!("{name} is neither a scalar nor a file"))?;
                text.as_bytes()
            }
        };
        content.extend_from_slice(head.as_bytes());
        content.extend_from_slice(b"\r\n\r\n");
        content.extend_from_slice(part);
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let content_type = format!("multipart/form-data; boundary={boundary}");
    let content_type = HeaderValue::from_str(&content_type).map_err(|error| error.to_string())?;
    Ok((content_type, content))
}

/// Returns the file that a value stands for.
fn file<'a>(value: &RawValue, files: &'a [FilePart]) -> Option<&'a FilePart> {
    let object: BTreeMap<String, usize> = serde_json::from_str(value.get()).ok()?;
    files.get(*object.get(FILE)?)
}

/// Returns a scalar as the text of a form.
pub(crate) fn scalar(value: &RawValue) -> Option<String> {
    match value.get() {
        text if text.starts_with('"') => serde_json::from_str(text).ok(),
        text if text.starts_with(['[', '{', 'n']) => None,
        text => Some(text.to_owned()),
    }
}

/// Returns a name as browsers write it between quotation marks (HTML, section 4.10.22.8).
fn quoted(name: &str) -> String {
    name.replace('\n', "%0A")
        .replace('\r', "%0D")
        .replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn encoded(fields: Value, files: &[FilePart]) -> Result<String, String> {
        let raw = |value: &Value| serde_json::value::to_raw_value(value).unwrap();
        let fields = fields.as_object().unwrap().iter();
        let fields = fields.map(|(name, value)| (name.clone(), raw(value)));
        let (content_type, content) = encode(fields.collect(), files)?;
        let content_type = content_type.to_str().unwrap().to_owned();
        let boundary = content_type.split_once("boundary=").unwrap().1;
        Ok(String::from_utf8(content).unwrap().replace(boundary, "B"))
    }

    #[test]
    fn a_form_has_a_part_for_each_field_and_file() {
        let files = [FilePart::new("a\"b\r\n.csv", "1,2").content_type("text/csv")];
        let form = encoded(json!({"n": 5, "upload": {FILE: 0}}), &files).unwrap();
        assert_eq!(
            form,
            "--B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n5\r\n\
             --B\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a%22b%0D%0A.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n1,2\r\n--B--\r\n"
        );
    }

    #[test]
    fn a_media_type_with_a_line_break_is_an_error() {
        let files = [FilePart::new("a", "").content_type("text/csv\r\nx: y")];
        encoded(json!({"f": {FILE: 0}}), &files).unwrap_err();
    }

    #[test]
    fn an_object_that_is_not_a_file_is_an_error() {
        let error = encoded(json!({"f": {"a": 1}}), &[]).unwrap_err();
        assert_eq!(error, "f is neither a scalar nor a file");
    }
}
