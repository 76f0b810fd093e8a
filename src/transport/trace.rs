//! What calls tell `tracing`. Names are those of OpenTelemetry's conventions for HTTP clients.
//!
//! Never in it: bodies, query values, other headers than the request id, and texts of errors, which
//! quote what the server said.

use std::borrow::Cow;
use std::time::Duration;

use tracing::Span;
use tracing::field::Empty;

use crate::transport::base_url::BaseUrl;
use crate::transport::execute::Origin;
use crate::transport::request::{Query, Request};
use crate::transport::sender::Received;
use crate::{Error, Result};

/// The span of a call, from its first attempt to the answer or error. With nobody listening it
/// costs a look at one number.
pub(crate) fn call(request: &Request, origin: &Origin, base: &BaseUrl) -> Span {
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
        http.request.header.x_request_id = origin.request_id,
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Only those that the document knows: of a raw call's nobody knows what they are.
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

/// Completes the span of a call.
pub(crate) fn outcome(span: &Span, outcome: &Result<(Received, Origin)>) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts) = match outcome {
        Ok((received, origin)) => (Some(received.status), origin.attempts),
        Err(error) => (error.status(), error.attempts()),
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
    span.record("http.request.resend_count", attempts.saturating_sub(1));
    if let Err(error) = outcome {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error_type(error));
    }
}

/// An attempt that is going to be repeated.
pub(crate) fn retry(attempt: u32, delay: Duration, error: &Error) {
    tracing::debug!(
        target: "zenml",
        attempt,
        delay = delay.as_secs_f64(),
        error.type = error_type(error),
        "the attempt failed and is repeated after the delay"
    );
}

fn error_type(error: &Error) -> String {
    match error.status() {
        Some(status) => status.as_str().to_owned(),
        None => format!("{:?}", error.kind()),
    }
}

#[cfg(test)]
mod tests;
