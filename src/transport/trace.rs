//! What does the `tracing` span of a call contain?
//!
//! Its fields follow OpenTelemetry's conventions for HTTP clients. It never contains bodies, query
//! values, headers other than the request id, or the text of errors, which quotes the server.

use std::borrow::Cow;

use tracing::Span;
use tracing::field::Empty;

use super::base_url::BaseUrl;
use super::context::CallContext;
use super::request::{Query, Request};
use super::response::AttemptResponse;
use crate::Result;

/// Creates the span of a call. Without a subscriber it costs one comparison.
pub(crate) fn call(request: &Request, context: &CallContext, base: &BaseUrl) -> Span {
    tracing::info_span!(
        target: "zenml",
        "zenml.call",
        otel.name = format_args!("{} {}", request.method, request.template),
        otel.kind = "client",
        otel.status_code = Empty,
        zenml.operation = &*request.operation,
        http.request.method = request.method.as_str(),
        url.template = &*request.template,
        url.query.names = query_names(&request.query),
        server.address = base.host(),
        server.port = base.port(),
        http.request.header.x_request_id = context.request_id.as_str(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Returns the names that the document declares. Names of a raw request may contain secrets.
fn query_names(query: &Query) -> String {
    let mut known: Vec<&str> = Vec::new();
    for (name, _) in query {
        if let Cow::Borrowed(name) = name
            && !known.contains(name)
        {
            known.push(name);
        }
    }
    known.join(",")
}

/// Records the outcome of a call in its span.
pub(crate) fn outcome(span: &Span, outcome: &Result<(AttemptResponse, CallContext)>) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts) = match outcome {
        Ok((response, context)) => (Some(response.status), context.attempts),
        Err(error) => (error.status(), error.attempts()),
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
    span.record("http.request.resend_count", attempts.saturating_sub(1));
    if let Err(error) = outcome {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error.type_label());
    }
}

#[cfg(test)]
mod tests;
