//! Reads what servers, and proxies before them, put into the bodies of failed requests.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::Value;

use crate::{Error, ErrorKind, Secret};

/// At most so many bytes of an error's body are read.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// The longest text that is taken out of a body, in characters.
const TEXT_LIMIT: usize = 1_000;

/// The longest piece of a body that is quoted because nothing is known about it, in characters.
const QUOTE_LIMIT: usize = 120;

/// What an error's body says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ErrorBody {
    /// The class name of the server's exception, or OAuth's error code.
    pub exception: Option<String>,
    /// One line; empty when the body says nothing.
    pub message: String,
}

/// Reads the five shapes of ZenML's servers (`zen_server/exceptions.py`, `rate_limit.py` and
/// `routers/auth_endpoints.py` in ZenML 0.98.0), FastAPI's own list of problems, and what proxies
/// say.
pub(crate) fn read(body: &str) -> ErrorBody {
    match serde_json::from_str::<Value>(body) {
        Ok(value) => from_json(&value).unwrap_or_else(|| message(&quote(&value.to_string()))),
        Err(_) => message(&from_text(body)),
    }
}

fn from_json(value: &Value) -> Option<ErrorBody> {
    // A bare array of class and text: what a 422 carries.
    if let Some(body) = exception_and_text(value) {
        return Some(body);
    }
    if let Some(detail) = value.get("detail") {
        return exception_and_text(detail)
            .or_else(|| detail.as_str().map(message))
            .or_else(|| validation_problems(detail));
    }
    if let Some(error) = value.get("error").and_then(Value::as_str) {
        return Some(oauth(error, value.get("error_description")));
    }
    // Gateways of clouds.
    value.get("message").and_then(Value::as_str).map(message)
}

fn message(text: &str) -> ErrorBody {
    ErrorBody {
        exception: None,
        message: one_line(text),
    }
}

/// `["DoesNotExistException", "…"]`
fn exception_and_text(value: &Value) -> Option<ErrorBody> {
    match value.as_array()?.as_slice() {
        [Value::String(exception), Value::String(text)] => Some(ErrorBody {
            exception: Some(one_line(exception)),
            message: one_line(unquoted(exception, text)),
        }),
        _ => None,
    }
}

/// Python shows the text of a `KeyError`, and of no other exception, in quotes.
fn unquoted<'a>(exception: &str, text: &'a str) -> &'a str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    match exception {
        "KeyError" => inside('"').or_else(|| inside('\'')).unwrap_or(text),
        _ => text,
    }
}

/// A code such as `invalid_grant`, or a whole sentence: both come under the same key.
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

/// FastAPI's `[{"loc": ["body", "name"], "msg": "Field required", …}]`. What was sent stands there
/// as `input` and is left out.
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
    if is_html(text) {
        match html_title(text) {
            Some(title) => format!("an HTML page titled {:?} instead of JSON", one_line(title)),
            None => "an HTML page instead of JSON".to_owned(),
        }
    } else if text.is_empty() {
        String::new()
    } else {
        quote(text)
    }
}

/// The beginning of a body that nothing is known about.
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

/// The text in one line of bounded length, without the input that validation messages quote: it is
/// what was sent, and may be secret.
pub(crate) fn one_line(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(without_input).collect();
    let lines = lines.join(" ");
    let words: Vec<&str> = lines
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    shortened(&words.join(" "), TEXT_LIMIT)
}

fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
    }
}

/// Pydantic ends its problems with `[type=…, input_value=…, input_type=…]`; FastAPI prints them as
/// `{'type': …, 'loc': …, 'msg': …, 'input': …}`, where the input is the rest of the line.
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

/// Returns the error that an unsuccessful response stands for.
///
/// `secrets` are values of the request: a debugging proxy or the server may echo them.
pub(crate) fn to_error<'a>(
    status: StatusCode,
    body: &[u8],
    secrets: impl Iterator<Item = &'a Secret> + Clone,
) -> Error {
    let body = String::from_utf8_lossy(body);
    // Before the text is cut anywhere, so that no half of a secret remains.
    let read = read(&redact(&body, secrets.clone()));
    let message = match read.message.as_str() {
        "" => {
            let reason = status.canonical_reason().unwrap_or("no explanation");
            format!("the server answered: {reason}")
        }
        message => message.to_owned(),
    };
    // Once more: the JSON may have contained it in escaped form.
    Error::new(ErrorKind::of_status(status), redact(&message, secrets))
        .with_status(status)
        .with_server_exception(read.exception)
}

/// Replaces secrets in a text, in each form in which they are sent.
fn redact<'a, 's>(text: &'a str, secrets: impl Iterator<Item = &'s Secret>) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(text);
    for secret in secrets.map(Secret::expose) {
        // A shorter value is not a secret, and may be part of the JSON syntax.
        if secret.len() < 4 {
            continue;
        }
        // Plain, in a JSON body, and in a form.
        let json = serde_json::Value::from(secret).to_string();
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for written in [secret, json.trim_matches('"'), &form] {
            if text.contains(written) {
                text = text.replace(written, "[redacted]").into();
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echoed_secret_is_redacted_in_each_of_its_forms() {
        let secrets = [Secret::from("a \"b\" c")];
        let body = r#"{"detail":"got a \"b\" c and {\"key\":\"a \\\"b\\\" c\"} and a+%22b%22+c"}"#;
        let error = to_error(StatusCode::BAD_REQUEST, body.as_bytes(), secrets.iter());
        assert_eq!(
            error.message(),
            r#"got [redacted] and {"key":"[redacted]"} and [redacted]"#
        );
    }

    fn exception(exception: &str, message: &str) -> ErrorBody {
        ErrorBody {
            exception: Some(exception.to_owned()),
            message: message.to_owned(),
        }
    }

    #[test]
    fn all_five_shapes_of_the_server_are_read() {
        for (body, expected) in [
            (
                r#"{"detail":["KeyError","No stack with this name"]}"#,
                exception("KeyError", "No stack with this name"),
            ),
            (
                r#"{"detail":"Not authenticated"}"#,
                message("Not authenticated"),
            ),
            (
                r#"{"error":"access_denied","error_description":"No.","error_uri":null}"#,
                exception("access_denied", "No."),
            ),
            (
                r#"{"error":"Server too busy. Please try again later."}"#,
                message("Server too busy. Please try again later."),
            ),
            (
                r#"["ValueError","Invalid filter"]"#,
                exception("ValueError", "Invalid filter"),
            ),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
    }

    #[test]
    fn a_bare_oauth_code_is_the_exception() {
        let body = r#"{"error":"authorization_pending","error_description":null}"#;
        assert_eq!(read(body), exception("authorization_pending", ""));
    }

    #[test]
    fn the_pro_apis_validation_problems_are_listed_without_the_input() {
        let body = r#"{"detail":[
            {"loc":["body","name"],"msg":"Field required","input":{"password":"hunter2"}},
            {"loc":["query",0],"msg":"Too long"}
        ]}"#;
        assert_eq!(
            read(body).message,
            "body.name: Field required; query.0: Too long"
        );
    }

    #[test]
    fn values_that_pydantic_quotes_are_taken_out() {
        let body = r#"["ValueError","2 validation errors\nvalues.a\n  Input should be a valid string [type=string_type, input_value={'a': 'hunter2, x'}, input_type=dict]\nvalues.b\n bad [type=x, input_value='hunter3', input_type=str]"]"#;
        assert_eq!(
            read(body).message,
            "2 validation errors values.a Input should be a valid string \
             [type=string_type, input_type=dict] values.b bad [type=x, input_type=str]"
        );
        let cut_off = r#"{"detail":"bad [type=x, input_value='hunter3"}"#;
        assert_eq!(read(cut_off).message, "bad [type=x, input_type=…");
    }

    #[test]
    fn input_that_fastapi_quotes_is_taken_out() {
        let body = r#"["ValueError","1 validation error:\n  {'type': 'string_type', 'loc': ('body', 'name'), 'msg': 'Not a string', 'input': {'a': 'hunter2'}, 'ctx': {}}\n\n  File \"a.py\", line 55"]"#;
        assert_eq!(
            read(body).message,
            "1 validation error: {'type': 'string_type', 'loc': ('body', 'name'), \
             'msg': 'Not a string'} File \"a.py\", line 55"
        );
    }

    #[test]
    fn the_quotes_around_a_key_errors_text_go() {
        let body = r#"{"detail":["KeyError","\"No stack 'a'\""]}"#;
        assert_eq!(read(body).message, "No stack 'a'");
        let body = r#"{"detail":["ValueError","'a'"]}"#;
        assert_eq!(read(body).message, "'a'");
    }

    #[test]
    fn a_proxys_html_page_is_named_by_its_title() {
        let page = "<!DOCTYPE html>\n<html><head><TITLE>502 Bad\n Gateway</TITLE></head>...";
        assert_eq!(
            read(page).message,
            r#"an HTML page titled "502 Bad Gateway" instead of JSON"#
        );
        assert_eq!(read("<html>").message, "an HTML page instead of JSON");
    }

    #[test]
    fn an_empty_body_says_nothing() {
        assert_eq!(read(""), ErrorBody::default());
        assert_eq!(read(" \r\n"), ErrorBody::default());
    }

    #[test]
    fn of_anything_else_only_the_beginning_is_quoted_in_one_line() {
        assert_eq!(
            read("Internal\r\nServer\x1b[0m Error").message,
            "Internal Server [0m Error"
        );
        assert_eq!(read(r#"{"detail":["Key"#).message, r#"{"detail":["Key"#);
        let long = read(&"é".repeat(9_000)).message;
        assert_eq!(long, format!("{}…", "é".repeat(QUOTE_LIMIT)));
        assert_eq!(read(r#"{"reason":5}"#).message, r#"{"reason":5}"#);
    }

    #[test]
    fn a_long_message_is_cut() {
        let body = format!(r#"["ValueError","{}"]"#, "x".repeat(5_000));
        assert_eq!(read(&body).message.chars().count(), TEXT_LIMIT + 1);
    }
}
