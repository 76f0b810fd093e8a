//! Does one response survive the library?

use bytes::Bytes;
use zenml::{ErrorKind, StatusCode};

use crate::compare::{Difference, differences};
use crate::json::Json;
use crate::operation::{Api, Body, Operation, RoundTripError};

/// Result of checking one response.
#[derive(Debug)]
pub enum Verdict {
    /// Decoding and encoding preserved the response.
    Lossless,
    /// The response was an error, and the library reported it as one.
    Error(zenml::Error),
    /// The response was decoded, but part of it is missing or changed.
    Lossy(Vec<Difference>),
    /// The library could not decode the response; the reason names no values.
    Rejected(String),
    /// The library read a list and kept everything, but could not decode these items. It keeps them as
    /// JSON; the reasons name no values.
    ItemsRejected(Vec<String>),
    /// The response cannot be checked here; the reason.
    Skipped(String),
}

/// Checks one response of an operation.
#[must_use]
pub fn check(api: Api, operation: &'static Operation, status: StatusCode, body: &Bytes) -> Verdict {
    if !status.is_success() {
        let error = zenml::__private::read_response::<()>(&operation.call, status, body.clone());
        return match error {
            Err(error) => check_error(error, body),
            Ok(()) => Verdict::Rejected(format!("status {status} counts as success")),
        };
    }
    match operation.body {
        Body::Json(round_trip) => match round_trip(&operation.call, status, body.clone()) {
            Err(RoundTripError::Decode(error)) => Verdict::Rejected(error.message().to_owned()),
            Err(RoundTripError::Encode(error)) => {
                Verdict::Rejected(format!("decoded, but cannot be encoded: {error}"))
            }
            Ok(encoded) => match compare(api, operation, body, &encoded.json) {
                Verdict::Lossless if !encoded.rejected_items.is_empty() => {
                    Verdict::ItemsRejected(encoded.rejected_items)
                }
                verdict => verdict,
            },
        },
        Body::Text => match std::str::from_utf8(body) {
            Ok(_) => Verdict::Lossless,
            Err(error) => Verdict::Rejected(format!("not UTF-8 text: {error}")),
        },
        Body::Bytes => Verdict::Lossless,
        Body::Events => Verdict::Skipped("event streams are checked only live".to_owned()),
    }
}

fn compare(api: Api, operation: &Operation, body: &Bytes, encoded: &str) -> Verdict {
    // The library decodes an empty body as null.
    let body = match body.trim_ascii() {
        [] => b"null",
        body => body,
    };
    let parse = |text: &[u8]| String::from_utf8_lossy(text).parse::<Json>();
    match (parse(body), parse(encoded.as_bytes())) {
        (Ok(before), Ok(after)) => {
            let found = differences(&before, &after, api.response_schema(operation));
            if found.is_empty() {
                Verdict::Lossless
            } else {
                Verdict::Lossy(found)
            }
        }
        (Err(error), _) => Verdict::Rejected(format!("the library accepted invalid JSON: {error}")),
        (_, Err(error)) => Verdict::Rejected(format!("the library wrote invalid JSON: {error}")),
    }
}

/// Checks that the error carries the server's message: neither a failure of the library to decode
/// it, nor the JSON body quoted as it is.
fn check_error(error: zenml::Error, body: &[u8]) -> Verdict {
    let is_quoted = ["{", "["].iter().any(|bracket| {
        body.trim_ascii_start().starts_with(bracket.as_bytes())
            && error.message().starts_with(bracket)
    });
    let is_redirect = error.status().is_some_and(|status| status.is_redirection());
    if error.message().is_empty() || is_quoted {
        Verdict::Rejected("the library does not understand the shape of this error body".to_owned())
    } else if error.kind() == ErrorKind::Decode && !is_redirect {
        Verdict::Rejected(error.message().to_owned())
    } else {
        Verdict::Error(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(id: &str, status: u16, body: &str) -> Verdict {
        let operation = Api::Workspace.operation(id).unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        check(
            Api::Workspace,
            operation,
            status,
            &Bytes::copy_from_slice(body.as_bytes()),
        )
    }

    const TAG: &str = "get_tag_api_v1_tags__tag_id__get";
    const BODY: &str = r#"{"created":"2026-11-21T18:09:41.784131","updated":"2026-11-21T18:09:41",
        "user_id":null,"color":"red","exclusive":false,"tagged_count":0,"new":[null]}"#;

    fn tag(body: &str) -> String {
        format!(r#"{{"id":"3f1c6a1e-6c7e-4f0e-8f43-0a1b2c3d4e5f","name":"a","body":{body}}}"#)
    }

    #[test]
    fn a_preserved_response_is_lossless() {
        assert!(matches!(verdict(TAG, 200, &tag(BODY)), Verdict::Lossless));
    }

    #[test]
    fn a_response_of_another_type_is_rejected_with_its_path_and_without_its_value() {
        let verdict = verdict(TAG, 200, &tag(&BODY.replace("false", "\"hunter2\"")));
        let Verdict::Rejected(reason) = verdict else {
            panic!("{verdict:?}")
        };
        assert!(reason.contains("$.body.exclusive"), "{reason}");
        assert!(!reason.contains("hunter2"), "{reason}");
    }

    #[test]
    fn an_item_of_another_type_is_rejected_without_its_list() {
        let good = tag(BODY);
        let bad = tag(&BODY.replace("false", "\"hunter2\""));
        let page = format!(
            r#"{{"index":1,"max_size":20,"total_pages":1,"total":3,"items":[{bad},{good},{bad}]}}"#
        );
        let verdict = verdict("list_tags_api_v1_tags_get", 200, &page);
        let Verdict::ItemsRejected(reasons) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!(reasons.len(), 2);
        for reason in reasons {
            assert!(
                reason.contains("(at $.items[*].body.exclusive)"),
                "{reason}"
            );
        }
    }

    #[test]
    fn a_page_that_is_not_a_list_is_rejected() {
        let verdict = verdict("list_tags_api_v1_tags_get", 200, r#"{"items":[]}"#);
        assert!(matches!(verdict, Verdict::Rejected(_)), "{verdict:?}");
    }

    #[test]
    fn a_number_of_more_digits_than_64_bits_hold_is_lossless_in_free_json() {
        let body = BODY.replace("null]", "123456789012345678901234567890, 1e400]");
        assert!(matches!(verdict(TAG, 200, &tag(&body)), Verdict::Lossless));
    }

    #[test]
    fn an_error_response_must_yield_its_status_and_a_message() {
        for (status, body) in [
            (404, r#"{"detail":["KeyError","no such tag"]}"#),
            (422, r#"["ValueError","no"]"#),
            (502, "<html><title>Bad Gateway</title></html>"),
            (500, ""),
        ] {
            let verdict = verdict(TAG, status, body);
            let Verdict::Error(error) = verdict else {
                panic!("{verdict:?}")
            };
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
        let unknown = verdict(TAG, 400, r#"{"reason":5}"#);
        assert!(matches!(unknown, Verdict::Rejected(_)), "{unknown:?}");
    }

    #[test]
    fn an_empty_body_equals_null() {
        let id = "delete_tag_api_v1_tags__tag_id__delete";
        assert!(matches!(verdict(id, 200, "null"), Verdict::Lossless));
        assert!(matches!(verdict(id, 204, ""), Verdict::Lossless));
    }
}
