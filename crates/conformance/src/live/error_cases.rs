//! Does the library understand the errors of a server? Sends requests that must fail.
//!
//! The requests bypass the library, because it does not expose the body of an error. They go to
//! test servers only, because some of them look like attacks.

use anyhow::Result;
use reqwest::Method;
use zenml::{StatusCode, WorkspaceClient};

use crate::check::{Verdict, check};
use crate::operation::{Api, Operation};
use crate::recording::{Exchange, Recorder};
use crate::report::Report;

/// A request that must fail.
struct ErrorCase {
    /// Method and path of the operation.
    route: &'static str,
    /// The values of the path parameters, in the order of the path.
    segments: &'static [&'static str],
    query: &'static str,
    token: Token,
    body: Body,
    /// The status code that the server must respond with.
    status: u16,
}

#[derive(Debug, Clone, Copy)]
enum Token {
    Valid,
    Missing,
    Invalid,
}

#[derive(Debug, Clone, Copy)]
enum Body {
    None,
    Form(&'static str),
    Json(&'static str),
}

/// The body of a server's response on a path that none of its operations has.
const NO_ROUTE: &[u8] = br#"{"detail":"Not Found"}"#;

const UNUSED_ID: &str = "00000000-0000-0000-0000-000000000000";

const fn case(route: &'static str, status: u16) -> ErrorCase {
    ErrorCase {
        route,
        segments: &[],
        query: "",
        token: Token::Valid,
        body: Body::None,
        status,
    }
}

/// Returns a case for each shape of error bodies and each status code.
fn cases() -> Vec<ErrorCase> {
    vec![
        ErrorCase {
            token: Token::Missing,
            ..case("GET /api/v1/stacks", 401)
        },
        ErrorCase {
            token: Token::Invalid,
            ..case("GET /api/v1/current-user", 401)
        },
        ErrorCase {
            body: Body::Form("username=default&password=not-the-password"),
            ..case("POST /api/v1/login", 401)
        },
        ErrorCase {
            // An error in the form of OAuth 2.0.
            body: Body::Form(
                "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=none\
                 &client_id=00000000-0000-0000-0000-000000000000",
            ),
            ..case("POST /api/v1/login", 400)
        },
        ErrorCase {
            query: "token_type=workload",
            ..case("GET /api/v1/api_token", 400)
        },
        ErrorCase {
            query: "created=gte:yesterday",
            ..case("GET /api/v1/runs", 422)
        },
        ErrorCase {
            segments: &["default"],
            ..case("DELETE /api/v1/users/{user_name_or_id}", 403)
        },
        ErrorCase {
            segments: &[UNUSED_ID],
            ..case("GET /api/v1/stacks/{stack_id}", 404)
        },
        ErrorCase {
            segments: &["unknown-user"],
            ..case("GET /api/v1/users/{user_name_or_id}", 404)
        },
        ErrorCase {
            body: Body::Json(r#"{"name":"default"}"#),
            ..case("POST /api/v1/projects", 409)
        },
        ErrorCase {
            segments: &["not-an-id"],
            ..case("GET /api/v1/stacks/{stack_id}", 422)
        },
        ErrorCase {
            query: "page=0&size=0",
            ..case("GET /api/v1/tags", 422)
        },
        ErrorCase {
            body: Body::Json(r#"{"color":5}"#),
            ..case("POST /api/v1/tags", 422)
        },
        case("GET /api/v1/resource_requests", 501),
    ]
}

/// Sends the requests and checks the error responses. Skips operations that the document or the server
/// does not have.
///
/// # Errors
/// Returns an error if the server cannot be reached or responds with an unexpected status code.
pub async fn check_errors(
    client: &WorkspaceClient,
    url: &str,
    report: &mut Report,
    mut recorder: Option<&mut Recorder>,
) -> Result<()> {
    let token = client
        .request(zenml::Method::GET, "/api/v1/api_token")
        .send::<String>()
        .await?
        .into_inner();
    let http = WorkspaceClient::builder(url)
        .http_client_builder()?
        .build()?;
    for case in cases() {
        let Some(operation) = case.operation() else {
            continue;
        };
        let path = case.path(operation.call.path);
        let method = Method::from_bytes(operation.call.method.as_str().as_bytes())?;
        let request = http.request(method, format!("{url}{path}"));
        let request = match case.token {
            Token::Valid => request.bearer_auth(&token),
            Token::Missing => request,
            Token::Invalid => request.bearer_auth("no.token.at-all"),
        };
        let request = match case.body {
            Body::None => request,
            Body::Form(form) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            Body::Json(json) => request
                .header("content-type", "application/json")
                .body(json),
        };
        let response = request.send().await?;
        let status = StatusCode::from_u16(response.status().as_u16())?;
        let body = response.bytes().await?;
        if status == StatusCode::NOT_FOUND && body.as_ref() == NO_ROUTE {
            let reason = "the server does not have the operation".to_owned();
            report.add_error_case(&operation.call, Verdict::Skipped(reason));
            continue;
        }
        anyhow::ensure!(
            status.as_u16() == case.status,
            "{} {path} responded with {status} instead of {}",
            operation.call.method,
            case.status
        );
        let verdict = check(Api::Workspace, operation, status, &body);
        report.add_error_case(&operation.call, verdict);
        if let Some(recorder) = recorder.as_deref_mut() {
            recorder.record(&Exchange {
                operation,
                label: "",
                path: &path,
                status,
                body: &body,
            });
        }
    }
    Ok(())
}

impl ErrorCase {
    fn operation(&self) -> Option<&'static Operation> {
        let mut operations = Api::Workspace.operations().iter();
        operations.find(|o| format!("{} {}", o.call.method, o.call.path) == self.route)
    }

    /// Returns path and query of the request.
    fn path(&self, template: &str) -> String {
        let mut segments = self.segments.iter();
        let filled = template.split('/').map(|part| {
            if part.starts_with('{') {
                segments.next().copied().unwrap_or_default()
            } else {
                part
            }
        });
        let path = filled.collect::<Vec<_>>().join("/");
        match self.query {
            "" => path,
            query => format!("{path}?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_in_specs_has_the_operation_of_each_case() {
        for case in cases() {
            assert!(case.operation().is_some(), "{}", case.route);
        }
    }
}
