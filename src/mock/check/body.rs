//! Which bodies does an operation have?

use super::table::{Body, Encoding, Operation, Requests};
use super::{Request, form, parts, value};

/// Checks the body of a request.
pub(super) fn check(
    requests: &Requests,
    operation: &Operation,
    request: &Request<'_>,
) -> Vec<String> {
    let Some(body) = &operation.body else {
        return if request.body.is_empty() {
            Vec::new()
        } else {
            vec!["the request has a body, but the operation has none".to_owned()]
        };
    };
    if request.body.is_empty() {
        return if body.required {
            vec!["the body is required, but is missing".to_owned()]
        } else {
            Vec::new()
        };
    }
    let declared = request.content_type.unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let expected = media_type(body.encoding);
    if essence != expected && !(body.encoding == Encoding::Json && essence.ends_with("+json")) {
        return vec![match request.content_type {
            Some(_) => format!("the body is of type `{essence}`, but must be of type `{expected}`"),
            None => format!("the body has no type, but must be of type `{expected}`"),
        }];
    }
    content(requests, body, declared, request.body)
}

fn content(requests: &Requests, body: &Body, content_type: &str, content: &[u8]) -> Vec<String> {
    match body.encoding {
        Encoding::Json => match serde_json::from_slice(content) {
            Ok(value) => value::problems(requests, body.shape, &value, "$"),
            // The message of the parser does not quote the text.
            Err(error) => vec![format!("the body is not JSON: {error}")],
        },
        Encoding::Form => {
            let fields = url::form_urlencoded::parse(content);
            let fields =
                fields.map(|(name, text)| (name.into_owned(), form::Value::Text(text.into())));
            form::problems(requests, body.shape, &fields.collect::<Vec<_>>())
        }
        Encoding::Multipart => match parts::fields(content_type, content) {
            Some(fields) => form::problems(requests, body.shape, &fields),
            None => vec!["the body is not a multipart form".to_owned()],
        },
    }
}

fn media_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Json => "application/json",
        Encoding::Form => "application/x-www-form-urlencoded",
        Encoding::Multipart => "multipart/form-data",
    }
}
