//! The messages of all known forms of error bodies, without secrets.

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
fn all_five_forms_of_the_server_are_read() {
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
fn an_oauth_code_without_a_description_is_the_exception() {
    let body = r#"{"error":"authorization_pending","error_description":null}"#;
    assert_eq!(read(body), exception("authorization_pending", ""));
}

#[test]
fn validation_problems_are_listed_without_the_input() {
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
fn input_that_pydantic_quotes_is_removed() {
    let body = r#"["ValueError","2 validation errors\nvalues.a\n  Input should be a valid string [type=string_type, input_value={'a': 'hunter2, x'}, input_type=dict]\nvalues.b\n bad [type=x, input_value='hunter3', input_type=str]"]"#;
    assert_eq!(
        read(body).message,
        "2 validation errors values.a Input should be a valid string \
         [type=string_type, input_type=dict] values.b bad [type=x, input_type=str]"
    );
    let truncated = r#"{"detail":"bad [type=x, input_value='hunter3"}"#;
    assert_eq!(read(truncated).message, "bad [type=x, input_type=…");
}

#[test]
fn input_that_fastapi_quotes_is_removed() {
    let body = r#"["ValueError","1 validation error:\n  {'type': 'string_type', 'loc': ('body', 'name'), 'msg': 'Not a string', 'input': {'a': 'hunter2'}, 'ctx': {}}\n\n  File \"a.py\", line 55"]"#;
    assert_eq!(read(body).message, "body.name: Not a string");
    let truncated = r#"[{'loc': ('body', 'name'), 'msg': 'Not a string', 'input': {'a': 'hunter2"#;
    assert_eq!(
        read(truncated).message,
        "[{'loc': ('body', 'name'), 'msg': 'Not a string'}"
    );
}

#[test]
fn the_quotes_around_the_text_of_a_key_error_are_removed() {
    let body = r#"{"detail":["KeyError","\"No stack 'a'\""]}"#;
    assert_eq!(read(body).message, "No stack 'a'");
    let body = r#"{"detail":["ValueError","'a'"]}"#;
    assert_eq!(read(body).message, "'a'");
}

#[test]
fn an_html_page_of_a_proxy_is_described_by_its_title() {
    let page = "<!DOCTYPE html>\n<html><head><TITLE>502 Bad\n Gateway</TITLE></head>...";
    assert_eq!(
        read(page).message,
        r#"an HTML page titled "502 Bad Gateway" instead of JSON"#
    );
    assert_eq!(read("<html>").message, "an HTML page instead of JSON");
}

#[test]
fn an_empty_body_has_no_message() {
    assert_eq!(read(""), ErrorBody::default());
    assert_eq!(read(" \r\n"), ErrorBody::default());
}

#[test]
fn the_start_of_an_unknown_body_is_quoted_in_one_line() {
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
fn a_long_message_is_shortened() {
    let body = format!(r#"["ValueError","{}"]"#, "x".repeat(5_000));
    assert_eq!(read(&body).message.chars().count(), TEXT_LIMIT + 1);
}

#[test]
fn a_body_without_a_message_is_described_by_the_status() {
    let message = |status| {
        let status = StatusCode::from_u16(status).unwrap();
        let error = to_error(status, b"", [].into_iter());
        error.message().to_owned()
    };
    assert_eq!(message(502), "the server gave no details (Bad Gateway)");
    assert_eq!(message(599), "the server gave no details");
}

#[test]
fn an_object_that_describes_an_error_is_read_as_a_sentence() {
    for body in [
        r#"{"detail":{"message":"quota reached","code":"quota"}}"#,
        r#"{"error":{"code":"quota","message":"quota reached"}}"#,
    ] {
        assert_eq!(read(body).message, "quota reached (quota)");
    }
}
