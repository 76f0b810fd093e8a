use std::borrow::Cow;
use std::fmt::{self, Display};

use http::{HeaderMap, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::decode;
use crate::error::body as error_body;
use crate::retry::idempotency::Idempotency;
use crate::transport::body::Body;
use crate::transport::body_stream::BodyStream;
use crate::transport::context::CallContext;
use crate::transport::request::{Accept, Query, Request, set_header};
use crate::transport::response::{RawResponse, StreamedResponse};
use crate::{
    ByteStream, Error, ErrorKind, EventStream, Filter, Operation, Response, Result, Secret,
    Transport,
};

/// One call of an operation, while its parameters are collected. Generated builders wrap it.
///
/// What is wrong with a parameter is told by `send`, so that the builder's methods chain.
#[doc(hidden)]
#[derive(Clone)]
pub struct Call(Box<Inner>);

#[derive(Clone)]
struct Inner {
    transport: Transport,
    operation: &'static Operation,
    path: Vec<(&'static str, String)>,
    query: Query,
    headers: HeaderMap,
    body: Option<Body>,
    secrets: Vec<Secret>,
    /// The first parameter that cannot be sent.
    problem: Option<String>,
}

/// What a path segment holds unencoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Call {
    /// A call without parameters yet.
    pub(crate) fn new(transport: &Transport, operation: &'static Operation) -> Self {
        Self(Box::new(Inner {
            transport: transport.clone(),
            operation,
            path: Vec::new(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            secrets: Vec::new(),
            problem: None,
        }))
    }

    /// Sets a query parameter, in place of what it was before.
    #[must_use]
    pub fn query(self, name: &'static str, value: impl Display) -> Self {
        self.set_query(name, [value.to_string()])
    }

    /// Sets a query parameter to each of several values, in place of what it was before.
    #[must_use]
    pub fn query_list<V: Display>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.set_query(name, values.into_iter().map(|value| value.to_string()))
    }

    /// Sets a query parameter to a value that must not come back in an error.
    #[must_use]
    pub fn secret(mut self, name: &'static str, value: Secret) -> Self {
        let text = value.expose().to_owned();
        self.0.secrets.push(value);
        self.set_query(name, [text])
    }

    /// Sets a query parameter to each condition of a filter, in place of what it was before.
    #[must_use]
    pub fn filter(mut self, name: &'static str, filter: Filter) -> Self {
        if let Some(problem) = filter.problem() {
            self.refuse(format!("parameter {name}: {problem}"));
        }
        self.set_query(name, filter.values().map(str::to_owned))
    }

    fn set_query(mut self, name: &'static str, values: impl IntoIterator<Item = String>) -> Self {
        let query = &mut self.0.query;
        query.retain(|(known, _)| known != name);
        query.extend(values.into_iter().map(|value| (Cow::Borrowed(name), value)));
        self
    }

    /// Sets a path parameter; the value becomes one segment, whatever is in it.
    #[must_use]
    pub fn path(mut self, name: &'static str, value: impl Display) -> Self {
        let value = value.to_string();
        // These three lead to another route, encoded or not: URLs know no way to write them.
        if matches!(&*value, "" | "." | "..") {
            self.refuse(format!(
                "parameter {name}: {value:?} cannot stand in a path"
            ));
        }
        let segment = match Cow::from(utf8_percent_encode(&value, SEGMENT)) {
            Cow::Borrowed(_) => value,
            Cow::Owned(encoded) => encoded,
        };
        self.0.path.retain(|(known, _)| *known != name);
        self.0.path.push((name, segment));
        self
    }

    /// Sets a header, in place of what it was before.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        let set = set_header(&mut self.0.headers, name, &value.to_string());
        self.note(set.map(drop));
        self
    }

    /// Sets the body, encoded as JSON.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.body(Body::json(body))
    }

    /// Sets the body, encoded as a form.
    #[must_use]
    pub fn form<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.body(Body::form(body))
    }

    fn body(mut self, body: Result<Body>) -> Self {
        let body = body.map(|body| self.0.body = Some(body));
        self.note(body);
        self
    }

    fn note(&mut self, result: Result<()>) {
        if let Err(error) = result {
            self.refuse(error.message().to_owned());
        }
    }

    fn refuse(&mut self, problem: String) {
        self.0.problem.get_or_insert(problem);
    }

    /// Sends the call and decodes the answer; no content reads as `null`.
    pub fn send<T: DeserializeOwned>(
        self,
    ) -> impl Future<Output = Result<Response<T>>> + Send + use<T> {
        let answer = self.execute(Accept::Json);
        async move { decoded(answer.await?) }
    }

    /// Sends the call and takes the answer as text, which is no JSON.
    pub async fn text(self) -> Result<Response<String>> {
        let bytes = whole(self.execute(Accept::Text).await?);
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Sends the call and hands the answer's body out as it comes.
    pub async fn download(self) -> Result<Response<ByteStream>> {
        let answer = self.open(Accept::Bytes).await?;
        Ok(streamed(answer, ByteStream::new))
    }

    /// Sends the call and reads the answer's body as an event stream.
    pub async fn events(self) -> Result<Response<EventStream>> {
        let answer = self.open(Accept::Events).await?;
        let content_type = answer.headers.get(header::CONTENT_TYPE);
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or("nothing");
        if !content_type.starts_with("text/event-stream") {
            let message = format!("expected an event stream, got {content_type}");
            let error = Error::new(ErrorKind::Decode, message).with_status(answer.status);
            return Err(answer.body.context.explain(error));
        }
        Ok(streamed(answer, EventStream::new))
    }

    /// What a query parameter has been set to.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        let mut query = self.0.query.iter();
        query.find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    pub(crate) async fn execute(self, accept: Accept) -> Result<RawResponse> {
        let (transport, request) = self.request()?;
        transport.send(request, accept).await
    }

    async fn open(self, accept: Accept) -> Result<StreamedResponse> {
        let (transport, request) = self.request()?;
        transport.open(request, accept).await
    }

    fn request(self) -> Result<(Transport, Request)> {
        let operation = self.0.operation.name;
        self.0.request().map_err(|problem| {
            Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation)
        })
    }
}

impl Inner {
    fn request(self) -> Result<(Transport, Request), String> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let operation = self.operation;
        for name in operation.required_query {
            if !self.query.iter().any(|(known, _)| known == name) {
                return Err(format!("parameter {name} is required"));
            }
        }
        if operation.body_required && self.body.is_none() {
            return Err("a body is required".to_owned());
        }
        let request = Request {
            operation: operation.name.into(),
            template: operation.path.into(),
            method: operation.method.clone(),
            path: fill(operation.path, &self.path)?,
            query: self.query,
            headers: self.headers,
            body: self.body,
            secrets: self.secrets,
            // The server deduplicates for those whom it knows (`zen_server/request_management.py`).
            idempotency: Idempotency::new(
                operation.idempotent,
                operation.deduplicated && operation.authenticated,
            ),
            authenticated: operation.authenticated,
        };
        Ok((self.transport, request))
    }
}

/// Puts encoded segments into a template's `{name}`s.
fn fill(template: &str, segments: &[(&'static str, String)]) -> Result<String, String> {
    let mut path = String::with_capacity(template.len() + 32);
    for (i, part) in template.split(['{', '}']).enumerate() {
        if i % 2 == 0 {
            path.push_str(part);
            continue;
        }
        let Some((_, segment)) = segments.iter().find(|(name, _)| *name == part) else {
            return Err(format!("parameter {part} is required"));
        };
        path.push_str(segment);
    }
    Ok(path)
}

/// The answer with its body as it is.
pub(crate) fn whole(answer: RawResponse) -> Response<bytes::Bytes> {
    let id = answer.context.request_id;
    Response::new(answer.status, answer.headers, id, answer.body)
}

pub(crate) fn decoded<T: DeserializeOwned>(answer: RawResponse) -> Result<Response<T>> {
    match decode::decode(&answer.body) {
        Ok(value) => Ok(whole(answer).map(|_| value)),
        Err(mismatch) => Err(undecodable(
            &answer,
            &mismatch.to_string(),
            std::any::type_name::<T>(),
        )),
    }
}

/// Reads an answer that was received earlier, as the call would have read it.
///
/// # Errors
/// [`ErrorKind::Decode`], or what an unsuccessful status stands for.
#[doc(hidden)]
pub fn read_answer<T: DeserializeOwned>(
    operation: &'static Operation,
    status: StatusCode,
    body: bytes::Bytes,
) -> Result<T> {
    if !status.is_success() {
        let error = error_body::to_error(status, &body, [].into_iter());
        return Err(error.with_operation(operation.name));
    }
    let answer = RawResponse {
        status,
        headers: HeaderMap::new(),
        body,
        context: CallContext::new(operation.name.into()),
    };
    decoded(answer).map(Response::into_inner)
}

fn undecodable(answer: &RawResponse, mismatch: &str, type_name: &str) -> Error {
    let text = String::from_utf8_lossy(&answer.body);
    let message = if error_body::is_html(&text) {
        "an HTML page instead of JSON: does the URL lead to the API? The ZenML Pro API and its \
         workspaces have a URL each, and a login page may stand before them"
            .to_owned()
    } else {
        format!("no {}: {mismatch}", short(type_name))
    };
    let error = Error::new(ErrorKind::Decode, message).with_status(answer.status);
    answer.context.explain(error)
}

/// `zenml::Page<zenml::workspace::types::TagResponse>` as `Page<TagResponse>`.
fn short(type_name: &str) -> String {
    let mut short = String::new();
    for part in type_name.split_inclusive(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':'))
    {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

fn streamed<T>(answer: StreamedResponse, read: fn(BodyStream) -> T) -> Response<T> {
    let id = answer.body.context.request_id.clone();
    Response::new(answer.status, answer.headers, id, read(answer.body))
}

impl fmt::Debug for Call {
    /// Names without values: a value may be a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let query = inner.query.iter().map(|(name, _)| name);
        f.debug_struct(inner.operation.name)
            .field(
                "path",
                &inner.path.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            )
            .field("query", &query.collect::<Vec<_>>())
            .field("headers", &inner.headers.keys().collect::<Vec<_>>())
            .field("body", &inner.body)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
