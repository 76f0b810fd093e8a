//! Which constants describe an operation?

use http::Method;

use crate::availability::rule::Rule;

/// The constants of an operation. Generated code holds one for each operation.
#[derive(Debug)]
pub struct Operation {
    /// The name of the client's method: `list_stacks`.
    pub name: &'static str,
    /// The `operationId` of the vendor's document.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template: `/api/v1/stacks/{stack_id}`.
    pub path: &'static str,
    /// The required query parameters: at least one of each element must be set.
    pub required_query: &'static [&'static [&'static str]],
    /// Whether a body is required.
    pub body_required: bool,
    /// Whether the operation is idempotent (RFC 9110, section 9.2.2).
    pub idempotent: bool,
    /// Whether the server executes requests with the same `Idempotency-Key` only once.
    pub deduplicated: bool,
    /// Whether the request carries the client's credentials.
    pub authenticated: bool,
    /// The query parameter that the default project of the client fills.
    pub project: Option<&'static str>,
    /// The parts of its requests that not all supported servers know. `None`: those of its route.
    pub rules: Option<&'static [Rule]>,
}

/// Operations of hand-written code, for routes that a document may lack.
impl Operation {
    /// Creates an operation that reads.
    pub(crate) const fn get(name: &'static str, path: &'static str) -> Self {
        Self {
            name,
            id: name,
            method: Method::GET,
            path,
            required_query: &[],
            body_required: false,
            idempotent: true,
            deduplicated: false,
            authenticated: true,
            project: None,
            rules: None,
        }
    }

    /// Creates an operation with a body that the server deduplicates.
    pub(crate) const fn post(name: &'static str, path: &'static str) -> Self {
        Self {
            name,
            id: name,
            method: Method::POST,
            path,
            required_query: &[],
            body_required: true,
            idempotent: false,
            deduplicated: true,
            authenticated: true,
            project: None,
            rules: None,
        }
    }

    /// Returns the operation of a list with the parameter `project`, which the default project fills.
    pub(crate) const fn in_default_project(mut self) -> Self {
        self.project = Some("project");
        self
    }

    /// Returns the operation without the need for a body.
    pub(crate) const fn without_body(mut self) -> Self {
        self.body_required = false;
        self
    }
}
