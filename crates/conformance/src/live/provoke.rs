//! Calls that a server must refuse: its errors have to be read as well.
//!
//! They are made without the library, which keeps no body of an error. For test servers only:
//! some of them look like attacks.

use anyhow::{Context, Result};
use reqwest::{Client, Method};
use zenml::{StatusCode, WorkspaceClient};

use crate::check::check;
use crate::operation::Api;
use crate::recording::{Answer, Recorder};
use crate::report::Report;

/// A call that is wrong.
struct Wrong {
    /// Verb and path of the operation.
    route: &'static str,
    /// What fills the path's parameters, in their order.
    segments: &'static [&'static str],
    query: &'static str,
    bearer: Bearer,
    body: Body,
    /// What the server has to answer.
    status: u16,
}

#[derive(Debug, Clone, Copy)]
enum Bearer {
    Valid,
    Missing,
    Broken,
}

#[derive(Debug, Clone, Copy)]
enum Body {
    None,
    Form(&'static str),
    Json(&'static str),
}

const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

const fn wrong(route: &'static str, status: u16) -> Wrong {
    Wrong {
        route,
        segments: &[],
        query: "",
        bearer: Bearer::Valid,
        body: Body::None,
        status,
    }
}

/// One of each of the shapes that errors have, and of each status.
fn calls() -> Vec<Wrong> {
    vec![
        Wrong {
            bearer: Bearer::Missing,
            ..wrong("GET /api/v1/stacks", 401)
        },
        Wrong {
            bearer: Bearer::Broken,
            ..wrong("GET /api/v1/current-user", 401)
        },
        Wrong {
            body: Body::Form("username=default&password=not-the-password"),
            ..wrong("POST /api/v1/login", 401)
        },
        Wrong {
            // OAuth's own form of an error.
            body: Body::Form(
                "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=none\
                 &client_id=00000000-0000-0000-0000-000000000000",
            ),
            ..wrong("POST /api/v1/login", 400)
        },
        Wrong {
            query: "token_type=workload",
            ..wrong("GET /api/v1/api_token", 400)
        },
        Wrong {
            query: "created=gte:yesterday",
            ..wrong("GET /api/v1/runs", 422)
        },
        Wrong {
            segments: &["default"],
            ..wrong("DELETE /api/v1/users/{user_name_or_id}", 403)
        },
        Wrong {
            segments: &[NO_ID],
            ..wrong("GET /api/v1/stacks/{stack_id}", 404)
        },
        Wrong {
            segments: &["nobody-of-this-name"],
            ..wrong("GET /api/v1/users/{user_name_or_id}", 404)
        },
        Wrong {
            body: Body::Json(r#"{"name":"default"}"#),
            ..wrong("POST /api/v1/projects", 409)
        },
        Wrong {
            segments: &["no-id"],
            ..wrong("GET /api/v1/stacks/{stack_id}", 422)
        },
        Wrong {
            query: "page=0&size=0",
            ..wrong("GET /api/v1/tags", 422)
        },
        Wrong {
            body: Body::Json(r#"{"color":5}"#),
            ..wrong("POST /api/v1/tags", 422)
        },
        wrong("GET /api/v1/resource_requests", 501),
    ]
}

/// Makes the calls and checks what the server answers.
///
/// # Errors
/// When the server cannot be reached, or answers with another status than it should.
pub async fn provoke(
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
    let http = Client::builder().no_proxy().build()?;
    for wrong in calls() {
        let operation = Api::Workspace
            .operations()
            .iter()
            .find(|o| format!("{} {}", o.call.method, o.call.path) == wrong.route)
            .with_context(|| format!("the document has no {}", wrong.route))?;
        let path = wrong.path(operation.call.path);
        let method = Method::from_bytes(operation.call.method.as_str().as_bytes())?;
        let request = http.request(method, format!("{url}{path}"));
        let request = match wrong.bearer {
            Bearer::Valid => request.bearer_auth(&token),
            Bearer::Missing => request,
            Bearer::Broken => request.bearer_auth("no.token.at-all"),
        };
        let request = match wrong.body {
            Body::None => request,
            Body::Form(form) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            Body::Json(json) => request
                .header("content-type", "application/json")
                .body(json),
        };
        let answer = request.send().await?;
        let status = StatusCode::from_u16(answer.status().as_u16())?;
        anyhow::ensure!(
            status.as_u16() == wrong.status,
            "{} {path} answered {status} instead of {}",
            operation.call.method,
            wrong.status
        );
        let body = answer.bytes().await?;
        let verdict = check(Api::Workspace, operation, status, &body);
        report.add_provoked(&operation.call, verdict);
        if let Some(recorder) = recorder.as_deref_mut() {
            recorder.keep(&Answer {
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

impl Wrong {
    fn path(&self, template: &str) -> String {
        let mut segments = self.segments.iter();
        let filled = template.split('/').map(|part| match part.starts_with('{') {
            true => segments.next().copied().unwrap_or_default(),
            false => part,
        });
        let path = filled.collect::<Vec<_>>().join("/");
        match self.query {
            "" => path,
            query => format!("{path}?{query}"),
        }
    }
}
