//! Which response does a request get?

use hyper::HeaderMap;
use serde_json::{Value, json};

use super::{
    Options,
    api_error::ApiError,
    call::Call,
    document::{Document, NoMatch, Operation},
    input::{Input, RawInput},
    model::Caller,
    recorded_call::RecordedCall,
    routes::handler,
    state::State,
};

pub(crate) struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

pub(crate) struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Value,
}

impl From<ApiError> for Response {
    fn from(error: ApiError) -> Self {
        Self {
            status: error.status,
            headers: error.headers,
            body: error.body,
        }
    }
}

/// Responds to a request and records it.
pub(crate) fn respond(
    document: &Document,
    state: &mut State,
    options: &Options,
    request: &Request<'_>,
) -> Response {
    let mut recorded = RecordedCall {
        operation: format!("{} {}", request.method, request.path),
        status: 0,
        parameters: serde_json::Map::new(),
        body: Value::Null,
        sampled: false,
        server: header(request.headers, "zenml-server-id").and_then(|id| id.parse().ok()),
    };
    let response = match find(document, options, request) {
        Err(error) => error.into(),
        Ok((operation, raw)) => {
            recorded.operation.clone_from(&operation.name);
            let result = perform(state, options, operation, &raw, request, &mut recorded);
            let response = match result {
                Ok(body) => Response {
                    status: 200,
                    headers: Vec::new(),
                    body,
                },
                Err(error) => error.into(),
            };
            checked(document, state, operation, response)
        }
    };
    recorded.status = response.status;
    state.recorded.push(recorded);
    response
}

/// Finds the operation of a request.
fn find<'a>(
    document: &'a Document,
    options: &Options,
    request: &Request<'a>,
) -> Result<(&'a Operation, RawInput<'a>), ApiError> {
    let not_found = || ApiError::with_body(404, json!({ "detail": "Not Found" }));
    let path = request
        .path
        .strip_prefix(options.base_path.as_str())
        .ok_or_else(not_found)?;
    let found = document.find(request.method, path);
    let (operation, path) = found.map_err(|reason| match reason {
        NoMatch::Path => not_found(),
        NoMatch::Method => ApiError::with_body(405, json!({ "detail": "Method Not Allowed" })),
    })?;
    let query: Vec<(String, String)> = url::form_urlencoded::parse(request.query.as_bytes())
        .into_owned()
        .collect();
    if options.legacy_tenants {
        if operation.name.contains("workspace") {
            return Err(not_found());
        }
        if operation.name.contains("/tenants")
            && let Some((name, _)) = query.iter().find(|(name, _)| name.starts_with("workspace"))
        {
            let text = "unknown to control planes from before 2025";
            return Err(ApiError::invalid(&["query", name], text));
        }
    }
    let raw = RawInput {
        path,
        query,
        media_type: header(request.headers, "content-type"),
        body: request.body,
    };
    Ok((operation, raw))
}

fn perform(
    state: &mut State,
    options: &Options,
    operation: &Operation,
    raw: &RawInput<'_>,
    request: &Request<'_>,
    recorded: &mut RecordedCall,
) -> Result<Value, ApiError> {
    let faults = state.faults.get_mut(&operation.name);
    if let Some(fault) = faults.and_then(std::collections::VecDeque::pop_front) {
        return Err(fault);
    }
    let caller = if operation.public {
        None
    } else {
        Some(authenticate(state, request.headers)?)
    };
    let input = Input::read(operation, raw).map_err(|problems| ApiError::problems(&problems))?;
    recorded.parameters.clone_from(&input.parameters);
    recorded.body.clone_from(&input.body);
    match handler(&operation.name).filter(|_| !options.stateless) {
        None => {
            recorded.sampled = true;
            Ok(operation.sample_response())
        }
        Some(handler) => {
            let call = Call {
                input: input.with_workspace_names(),
                headers: request.headers,
                caller,
            };
            handler(state, &call)
        }
    }
}

fn authenticate(state: &mut State, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let sent = header(headers, "authorization");
    let credentials = sent.and_then(|value| value.strip_prefix("Bearer "));
    state.authenticate(credentials.ok_or_else(ApiError::not_authenticated)?)
}

/// Returns the response if the document allows it. Otherwise the fake itself is wrong: that becomes
/// a 500 and a violation.
fn checked(
    document: &Document,
    state: &mut State,
    operation: &Operation,
    response: Response,
) -> Response {
    match document.check_response(operation, response.status, &response.body) {
        Ok(()) => response,
        Err(text) => {
            let text = format!("{}: the document {text}", operation.name);
            state.violations.push(text.clone());
            Response {
                status: 500,
                headers: Vec::new(),
                body: json!({ "detail": text }),
            }
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
