//! One request, from what came over the wire to what goes back.

use hyper::HeaderMap;
use serde_json::{Value, json};

use super::{
    Options,
    call::{Call, Refusal},
    document::{Document, Input, Missing, Operation, Problem, Raw},
    requests::Recorded,
    routes::{self, Handler},
    state::State,
    tokens::Caller,
};

pub(crate) struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Value,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            headers: refusal.headers,
            body: refusal.body,
        }
    }
}

/// Answers a request and records that it did.
pub(crate) fn answer(
    document: &Document,
    state: &mut State,
    options: &Options,
    request: &Request<'_>,
) -> Answer {
    let mut recorded = Recorded {
        operation: format!("{} {}", request.method, request.path),
        status: 0,
        parameters: serde_json::Map::new(),
        grant: None,
        server: header(request.headers, "zenml-server-id").and_then(|id| id.parse().ok()),
    };
    let answer = match find(document, options, request) {
        Err(refusal) => refusal.into(),
        Ok((operation, raw)) => {
            recorded.operation.clone_from(&operation.name);
            let handler = routes::handler(&operation.name);
            let answer = match perform(state, operation, handler, &raw, request, &mut recorded) {
                Ok(body) => Answer {
                    status: 200,
                    headers: Vec::new(),
                    body,
                },
                Err(refusal) => refusal.into(),
            };
            checked(document, state, operation, answer)
        }
    };
    recorded.status = answer.status;
    state.recorded.push(recorded);
    answer
}

/// The operation that a request is for.
fn find<'a>(
    document: &'a Document,
    options: &Options,
    request: &Request<'a>,
) -> Result<(&'a Operation, Raw<'a>), Refusal> {
    let unknown = || Refusal::with_body(404, json!({ "detail": "Not Found" }));
    let path = request
        .path
        .strip_prefix(options.base_path.as_str())
        .ok_or_else(unknown)?;
    let (operation, path) =
        document
            .find(request.method, path)
            .map_err(|missing| match missing {
                Missing::Path => unknown(),
                Missing::Method => {
                    Refusal::with_body(405, json!({ "detail": "Method Not Allowed" }))
                }
            })?;
    let query: Vec<(String, String)> = url::form_urlencoded::parse(request.query.as_bytes())
        .into_owned()
        .collect();
    if options.before_2025 {
        if operation.name.contains("workspace") {
            return Err(unknown());
        }
        if operation.name.contains("/tenants")
            && let Some((name, _)) = query.iter().find(|(name, _)| name.starts_with("workspace"))
        {
            return Err(Refusal::invalid(&["query", name], "no such parameter yet"));
        }
    }
    let raw = Raw {
        path,
        query,
        media_type: header(request.headers, "content-type"),
        body: request.body,
    };
    Ok((operation, raw))
}

fn perform(
    state: &mut State,
    operation: &Operation,
    handler: Option<Handler>,
    raw: &Raw<'_>,
    request: &Request<'_>,
    recorded: &mut Recorded,
) -> Result<Value, Refusal> {
    let faults = state.faults.get_mut(&operation.name);
    if let Some(fault) = faults.and_then(std::collections::VecDeque::pop_front) {
        return Err(fault);
    }
    let caller = match operation.public {
        true => None,
        false => Some(authenticate(state, request.headers)?),
    };
    let input = operation
        .read(raw)
        .map_err(|problems: Vec<Problem>| Refusal::problems(&problems))?;
    note(recorded, &input);
    let Some(handler) = handler else {
        let text = format!("nothing does {} here", operation.name);
        return Err(Refusal::with_body(501, json!({ "detail": text })));
    };
    let call = Call {
        input,
        headers: request.headers,
        caller,
    };
    handler(state, &call)
}

fn note(recorded: &mut Recorded, input: &Input) {
    recorded.parameters = input.parameters.clone();
    // A secret, in the one place where a query has one.
    recorded.parameters.remove("password");
    let grant = input.body.get("grant_type").and_then(Value::as_str);
    recorded.grant = grant.map(str::to_owned);
}

fn authenticate(state: &mut State, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let sent = header(headers, "authorization");
    match sent.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(credentials) => state.authenticate(credentials),
        None => {
            let mut refusal = Refusal::with_body(401, json!({ "detail": "Not authenticated" }));
            refusal.headers.push(("www-authenticate", "Bearer".into()));
            Err(refusal)
        }
    }
}

/// The answer, unless the document does not allow it: that is an error of this double, which must
/// not look like one of its caller.
fn checked(
    document: &Document,
    state: &mut State,
    operation: &Operation,
    answer: Answer,
) -> Answer {
    match document.check_response(operation, answer.status, &answer.body) {
        Ok(()) => answer,
        Err(text) => {
            let text = format!("{}: the document {text}", operation.name);
            state.violations.push(text.clone());
            Answer {
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
