use http::Method;

/// What is known about an operation before it is called. Generated code holds one per operation.
#[doc(hidden)]
#[derive(Debug)]
pub struct Operation {
    /// `list_stacks`
    pub name: &'static str,
    /// The `operationId` of the vendor's document.
    pub id: &'static str,
    /// The verb.
    pub method: Method,
    /// `/api/v1/stacks/{stack_id}`
    pub path: &'static str,
    /// Names of the query parameters without which the call is not sent.
    pub required_query: &'static [&'static str],
    /// Whether the call is not sent without a body.
    pub body_required: bool,
    /// Whether twice is as good as once.
    pub idempotent: bool,
    /// Whether the server carries the call out once only, however often it comes with the same
    /// `Idempotency-Key`.
    pub deduplicated: bool,
    /// Whether the call needs credentials.
    pub authenticated: bool,
}
