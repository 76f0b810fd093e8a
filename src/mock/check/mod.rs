//! Which requests does the document of an API allow?
//!
//! | file | question |
//! | --- | --- |
//! | `table` | what does codegen write about the requests of an API |
//! | `route` | which operation has a method and path |
//! | `parameters` | which parameters does an operation have |
//! | `text` | which text is a value of a parameter or of a form |
//! | `body`, `form`, `parts` | which bodies does an operation have, in JSON and in forms |
//! | `value` | which JSON is a value of a shape |
//! | `limits` | is a number within its limits |
//! | `nearest` | which name was meant |

mod body;
mod form;
mod limits;
mod nearest;
mod parameters;
mod parts;
mod route;
pub(crate) mod table;
mod text;
mod value;

use table::{Operation, Requests};

/// A request, as far as it is checked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path after the base URL, encoded as it was sent.
    pub path: &'a str,
    /// The decoded parameters.
    pub query: &'a [(String, String)],
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The encoded body; empty if there is none.
    pub body: &'a [u8],
}

/// Checks a request, and returns its operation.
///
/// # Errors
/// Returns everything in the request that the document does not allow, each in a sentence.
pub fn check(
    requests: &Requests,
    request: &Request<'_>,
) -> Result<&'static Operation, Vec<String>> {
    let (operation, segments) =
        route::find(requests, request.method, request.path).map_err(|problem| vec![problem])?;
    let problems = problems(requests, operation, &segments, request);
    if problems.is_empty() {
        Ok(operation)
    } else {
        Err(problems)
    }
}

/// Checks a request like [`check`], unless the API has no operation with its method and path.
pub(super) fn problems_of_known(requests: &Requests, request: &Request<'_>) -> Vec<String> {
    match route::find(requests, request.method, request.path) {
        Ok((operation, segments)) => problems(requests, operation, &segments, request),
        Err(_) => Vec::new(),
    }
}

/// Returns whether the operation with the method and path of a request has a query parameter.
pub(super) fn has_parameter(requests: &Requests, request: &Request<'_>, name: &str) -> bool {
    route::find(requests, request.method, request.path)
        .is_ok_and(|(operation, _)| operation.query.iter().any(|(known, _)| *known == name))
}

fn problems(
    requests: &Requests,
    operation: &Operation,
    segments: &[String],
    request: &Request<'_>,
) -> Vec<String> {
    let mut problems = parameters::path(requests, operation, segments);
    problems.extend(parameters::query(requests, operation, request.query));
    problems.extend(body::check(requests, operation, request));
    problems
}

#[cfg(test)]
mod tests;
