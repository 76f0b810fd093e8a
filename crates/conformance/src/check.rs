//! What the library makes of one answer.

use bytes::Bytes;
use zenml::{ErrorKind, StatusCode};

use crate::compare::{Difference, differences};
use crate::json::Json;
use crate::operation::{Api, Body, Misread, Operation};

/// What became of an answer.
#[derive(Debug)]
pub enum Verdict {
    /// It was read, and what was read says the same.
    Kept,
    /// It was an error and was read as one.
    Failed(zenml::Error),
    /// It was read, and something of it is gone.
    Lost(Vec<Difference>),
    /// It was not read; why, without the values found.
    Refused(String),
    /// It is nothing that can be checked here; why.
    Skipped(String),
}

/// Checks an answer of an operation.
#[must_use]
pub fn check(api: Api, operation: &'static Operation, status: StatusCode, body: &Bytes) -> Verdict {
    if !status.is_success() {
        let error = zenml::read_answer::<()>(&operation.call, status, body.clone());
        return match error {
            Err(error) => failed(error, body),
            Ok(()) => Verdict::Refused(format!("status {status} counts as success")),
        };
    }
    match operation.body {
        Body::Json(round_trip) => match round_trip(&operation.call, status, body.clone()) {
            Err(Misread::Unread(error)) => Verdict::Refused(error.message().to_owned()),
            Err(Misread::Unwritten(error)) => {
                Verdict::Refused(format!("read, but cannot be written: {error}"))
            }
            Ok(written) => compared(api, operation, body, &written),
        },
        Body::Text => match std::str::from_utf8(body) {
            Ok(_) => Verdict::Kept,
            Err(error) => Verdict::Refused(format!("no text: {error}")),
        },
        Body::Bytes => Verdict::Kept,
        Body::Events => Verdict::Skipped("an event stream is read as it comes".to_owned()),
    }
}

fn compared(api: Api, operation: &Operation, body: &Bytes, written: &str) -> Verdict {
    // "No content" is read as null.
    let body = match body.trim_ascii() {
        [] => b"null",
        body => body,
    };
    let parsed = |text: &[u8]| String::from_utf8_lossy(text).parse::<Json>();
    match (parsed(body), parsed(written.as_bytes())) {
        (Ok(before), Ok(after)) => match differences(&before, &after, api.answer(operation)) {
            none if none.is_empty() => Verdict::Kept,
            found => Verdict::Lost(found),
        },
        (Err(error), _) => Verdict::Refused(format!("the library read what is no JSON: {error}")),
        (_, Err(error)) => Verdict::Refused(format!("what was written is no JSON: {error}")),
    }
}

/// Whether the error says what happened: that it is none of the library's own, and not the body
/// quoted for want of understanding.
fn failed(error: zenml::Error, body: &[u8]) -> Verdict {
    let is_quote = body.trim_ascii_start().starts_with(b"{") && error.message().starts_with('{')
        || body.trim_ascii_start().starts_with(b"[") && error.message().starts_with('[');
    let redirected = error.status().is_some_and(|status| status.is_redirection());
    if error.message().is_empty() || is_quote {
        Verdict::Refused("the error's body is of a shape that is not understood".to_owned())
    } else if error.kind() == ErrorKind::Decode && !redirected {
        Verdict::Refused(error.message().to_owned())
    } else {
        Verdict::Failed(error)
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
    fn an_answer_that_survives_is_kept() {
        assert!(matches!(verdict(TAG, 200, &tag(BODY)), Verdict::Kept));
    }

    #[test]
    fn an_answer_of_another_type_is_refused_with_the_path() {
        let verdict = verdict(TAG, 200, &tag(&BODY.replace("false", "\"hunter2\"")));
        let Verdict::Refused(reason) = verdict else {
            panic!("{verdict:?}")
        };
        assert!(reason.contains("$.body.exclusive"), "{reason}");
        assert!(!reason.contains("hunter2"), "{reason}");
    }

    #[test]
    fn digits_that_the_library_cannot_hold_are_lost() {
        let body = BODY.replace("null]", "123456789012345678901234567890]");
        let verdict = verdict(TAG, 200, &tag(&body));
        let Verdict::Lost(differences) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!(
            differences
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            ["$.body.new[0]: integer became number"]
        );
    }

    #[test]
    fn an_error_must_have_kind_and_message() {
        for (status, body) in [
            (404, r#"{"detail":["KeyError","no such tag"]}"#),
            (422, r#"["ValueError","no"]"#),
            (502, "<html><title>Bad Gateway</title></html>"),
            (500, ""),
        ] {
            let verdict = verdict(TAG, status, body);
            let Verdict::Failed(error) = verdict else {
                panic!("{verdict:?}")
            };
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
        let strange = verdict(TAG, 400, r#"{"reason":5}"#);
        assert!(matches!(strange, Verdict::Refused(_)), "{strange:?}");
    }

    #[test]
    fn no_content_is_null() {
        let id = "delete_tag_api_v1_tags__tag_id__delete";
        assert!(matches!(verdict(id, 200, "null"), Verdict::Kept));
        assert!(matches!(verdict(id, 204, ""), Verdict::Kept));
    }
}
