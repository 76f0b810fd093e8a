//! What the body of a failed response says, without the secrets of the request.

mod python;

use http::StatusCode;
use serde_json::{Map, Value};

use super::redact::redact;
use crate::error::escape::shortened;
use crate::{Error, ErrorKind, Secret};

/// The maximum number of bytes that are read of the body of a failed response.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// The maximum length of a message, in characters.
const TEXT_LIMIT: usize = 1_000;

/// The maximum length of a quotation of an unknown body, in characters.
const QUOTE_LIMIT: usize = 120;

/// The content of the body of a failed response.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ErrorBody {
    /// The class name of the exception in the server, or the OAuth error code.
    pub exception: Option<String>,
    /// One line; empty if the body has no message.
    pub message: String,
}

/// Reads the body of a failed response.
///
/// It has one of the five forms of ZenML servers (`zen_server/exceptions.py`, `rate_limit.py` and
/// `routers/auth_endpoints.py` in ZenML 0.98.0), is a list of validation problems of FastAPI, or
/// comes from a proxy.
pub(crate) fn read(body: &str) -> ErrorBody {
    match serde_json::from_str::<Value>(body) {
        Ok(value) => from_json(&value).unwrap_or_else(|| message(&quote(&value.to_string()))),
        Err(_) => message(&from_text(body)),
    }
}

/// Returns whether the body is JSON without a message, or what is left of JSON: only a quotation would
/// tell something of it.
pub(crate) fn is_unknown_json(body: &[u8]) -> bool {
    let is_json_like = body.iter().any(|byte| matches!(byte, b'{' | b'"'));
    let is_html = is_html(&String::from_utf8_lossy(body));
    let has_message =
        || serde_json::from_slice(body).is_ok_and(|value| from_json(&value).is_some());
    is_json_like && !is_html && !has_message()
}

fn from_json(value: &Value) -> Option<ErrorBody> {
    // An array without an object around it: the body of a 422.
    if let Some(body) = exception_and_text(value) {
        return Some(body);
    }
    if let Some(detail) = value.get("detail") {
        return exception_and_text(detail)
            .or_else(|| detail.as_str().map(message))
            .or_else(|| validation_problems(detail))
            .or_else(|| detail.as_object().and_then(described_by_object));
    }
    match value.get("error") {
        Some(Value::String(error)) => return Some(oauth(error, value.get("error_description"))),
        Some(Value::Object(error)) => return described_by_object(error),
        _ => {}
    }
    // Gateways of cloud providers.
    value.get("message").and_then(Value::as_str).map(message)
}

/// Reads an object that describes an error, as gateways and other frameworks send it.
fn described_by_object(object: &Map<String, Value>) -> Option<ErrorBody> {
    const REASONS: [&str; 8] = [
        "message",
        "msg",
        "detail",
        "error_description",
        "description",
        "reason",
        "title",
        "error",
    ];
    let first = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| object.get(*name));
        values.find_map(|value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let reason = first(&REASONS)?;
    let code = first(&["code", "type", "status"]).filter(|code| *code != reason);
    Some(message(&match code {
        Some(code) => format!("{reason} ({code})"),
        None => reason,
    }))
}

fn message(text: &str) -> ErrorBody {
    ErrorBody {
        exception: None,
        message: one_line(text),
    }
}

/// Reads `["DoesNotExistException", "…"]`.
fn exception_and_text(value: &Value) -> Option<ErrorBody> {
    match value.as_array()?.as_slice() {
        [Value::String(exception), Value::String(text)] => Some(ErrorBody {
            exception: Some(one_line(exception)),
            message: match python::validation_problems(text).as_slice() {
                [] => one_line(unquoted(exception, text)),
                problems => one_line(&problems.join("; ")),
            },
        }),
        _ => None,
    }
}

/// Removes the quotes that Python puts around the text of a `KeyError`, and of no other exception.
fn unquoted<'a>(exception: &str, text: &'a str) -> &'a str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    match exception {
        "KeyError" => inside('"').or_else(|| inside('\'')).unwrap_or(text),
        _ => text,
    }
}

/// Reads a code such as `invalid_grant`, or a sentence: both have the same key.
fn oauth(error: &str, description: Option<&Value>) -> ErrorBody {
    let is_code = !error.contains(char::is_whitespace);
    match description.and_then(Value::as_str) {
        Some(description) => ErrorBody {
            exception: Some(one_line(error)),
            message: one_line(description),
        },
        None if is_code => ErrorBody {
            exception: Some(one_line(error)),
            message: String::new(),
        },
        None => message(error),
    }
}

/// Reads `[{"loc": ["body", "name"], "msg": "Field required", …}]` of FastAPI, without its `input`,
/// which quotes the request.
fn validation_problems(detail: &Value) -> Option<ErrorBody> {
    let problems: Vec<String> = detail
        .as_array()?
        .iter()
        .filter_map(|problem| {
            let text = problem.get("msg")?.as_str()?;
            let place: Vec<String> = problem.get("loc")?.as_array()?.iter().map(plain).collect();
            Some(format!("{}: {text}", place.join(".")))
        })
        .collect();
    (!problems.is_empty()).then(|| message(&problems.join("; ")))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn from_text(text: &str) -> String {
    let text = text.trim();
    if let Some(page) = html_page(text) {
        format!("{page} instead of JSON")
    } else if text.is_empty() {
        String::new()
    } else {
        quote(text)
    }
}

/// Says what kind of body it is, without quoting it: it may hold a secret.
pub(crate) fn describe(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return "an empty body".to_owned();
    }
    html_page(text).unwrap_or_else(|| match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_)) => "a JSON object".to_owned(),
        Ok(_) => "JSON that is not an object".to_owned(),
        Err(_) => format!("{} bytes that are not JSON", body.len()),
    })
}

fn html_page(text: &str) -> Option<String> {
    is_html(text).then(|| match html_title(text) {
        Some(title) => format!("an HTML page titled {:?}", one_line(title)),
        None => "an HTML page".to_owned(),
    })
}

/// Returns the start of an unknown body.
pub(crate) fn quote(text: &str) -> String {
    shortened(&one_line(text), QUOTE_LIMIT)
}

pub(crate) fn is_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(15).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn html_title(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let length = lower.get(start..)?.find("</title>")?;
    text.get(start..start + length)
}

/// Returns the text in one line of limited length, without the input that validation messages
/// quote, which may be secret.
pub(crate) fn one_line(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(without_input).collect();
    let lines = lines.join(" ");
    let words: Vec<&str> = lines
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    shortened(&words.join(" "), TEXT_LIMIT)
}

/// Removes the input from a line with a validation problem.
///
/// A line of Pydantic ends with `[type=…, input_value=…, input_type=…]`. A line of FastAPI, which
/// [`python`] reads unless it is cut off, is `{'type': …, 'loc': …, 'msg': …, 'input': …}`, and the
/// input may take the rest of the line.
fn without_input(line: &str) -> String {
    if let Some((before, after)) = line.split_once(", input_value=") {
        let kind = after
            .rsplit_once(", input_type=")
            .map_or("…", |(_, kind)| kind);
        format!("{before}, input_type={kind}")
    } else if let Some((before, _)) = line.split_once(", 'input': ") {
        format!("{before}}}")
    } else {
        line.to_owned()
    }
}

impl Error {
    /// Returns `true` if a workspace of ZenML Pro could not ask the control plane who the caller
    /// is. Its status is 401 then (`authenticate_external_user` in `zen_server/auth.py`).
    pub(crate) fn is_control_plane_outage(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
            && self
                .message()
                .contains("Error fetching user information from external authenticator")
    }
}

/// Returns the error of an unsuccessful response.
///
/// `secrets` are values of the request: a debugging proxy or the server may echo them.
pub(crate) fn to_error<'a>(
    status: StatusCode,
    body: &[u8],
    secrets: impl Iterator<Item = &'a Secret> + Clone,
) -> Error {
    let body = String::from_utf8_lossy(body);
    // Before the text is shortened, so that no part of a secret remains.
    let read = read(&redact(&body, secrets.clone()));
    let message = match (read.message.as_str(), status.canonical_reason()) {
        ("", Some(reason)) => format!("the server gave no details ({reason})"),
        ("", None) => "the server gave no details".to_owned(),
        (message, _) => message.to_owned(),
    };
    // Again, because the JSON may contain a secret in escaped form.
    let exception = read
        .exception
        .map(|text| redact(&text, secrets.clone()).into_owned());
    Error::new(ErrorKind::of_status(status), redact(&message, secrets))
        .with_status(status)
        .with_server_exception(exception)
}

#[cfg(test)]
mod tests;
