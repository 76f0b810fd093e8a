//! How do parameters become a request?

use std::borrow::Cow;
use std::fmt::{self, Display};

use http::HeaderMap;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use crate::codec::finite::text;
use crate::codec::url_segment::push_segment;
use crate::operation::decoding::{
    Decoding, ItemByItem, ItemList, Strict, decode_response, with_value,
};
use crate::operation::default_project;
use crate::retry::idempotency::Idempotency;
use crate::streaming::reopen::Reopen;
use crate::transport::body::Body;
use crate::transport::call_response::{RawResponse, StreamedResponse};
use crate::transport::request::{Accept, Query, Request, set_header};
use crate::{
    ByteStream, Error, ErrorKind, EventStream, Filter, Operation, Response, Result, Secret,
    Transport,
};

/// The request builder that all generated builders wrap.
///
/// `send` reports the first invalid parameter, so that the builder's methods chain.
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
    /// Whether the default project of the client does not apply.
    all_projects: bool,
    /// Describes the first parameter that cannot be sent.
    problem: Option<String>,
}

impl Call {
    /// Creates a call without parameters.
    pub(crate) fn new(transport: &Transport, operation: &'static Operation) -> Self {
        Self(Box::new(Inner {
            transport: transport.clone(),
            operation,
            path: Vec::new(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            secrets: Vec::new(),
            all_projects: false,
            problem: None,
        }))
    }

    /// Sets a query parameter and replaces its previous value.
    #[must_use]
    pub fn query(self, name: &'static str, value: impl Display) -> Self {
        self.query_list(name, [value])
    }

    /// Sets a query parameter to several values, each sent under the same name.
    #[must_use]
    pub fn query_list<V: Display>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let mut problem = None;
        let values = values.into_iter();
        let mut call = self.set_query(name, values.map(|value| text(&value, &mut problem)));
        call.check(name, problem);
        call
    }

    /// Sets a query parameter to a value that is redacted in errors.
    #[must_use]
    pub fn secret(mut self, name: &'static str, value: Secret) -> Self {
        let text = value.expose().to_owned();
        self.0.secrets.push(value);
        self.set_query(name, [text])
    }

    /// Sets a query parameter to the conditions of a filter, each sent under the same name.
    #[must_use]
    pub fn filter(mut self, name: &'static str, filter: Filter) -> Self {
        if let Some(problem) = filter.problem() {
            self.reject(format!("parameter {name}: {problem}"));
        }
        self.set_query(name, filter.values().map(str::to_owned))
    }

    fn set_query(mut self, name: &'static str, values: impl IntoIterator<Item = String>) -> Self {
        let query = &mut self.0.query;
        query.retain(|(known, _)| known != name);
        query.extend(values.into_iter().map(|value| (Cow::Borrowed(name), value)));
        self
    }

    /// Reads the lists of all projects.
    #[must_use]
    pub fn all_projects(mut self) -> Self {
        self.0.all_projects = true;
        self.query_list::<&str>("project", [])
            .query_list::<&str>("project_name_or_id", [])
    }

    /// Sets a path parameter. The encoded value is always a single segment.
    #[must_use]
    pub fn path(self, name: &'static str, value: impl Display) -> Self {
        self.path_list(name, [value])
    }

    /// Sets a path parameter to several values in a single segment, separated by commas.
    #[must_use]
    pub fn path_list<V: Display>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let (mut segment, mut problem) = (String::new(), None);
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                segment.push(',');
            }
            push_segment(&mut segment, text(&value, &mut problem));
        }
        self.check(name, problem);
        // These lead to another route even when encoded: URLs have no notation for them.
        if matches!(&*segment, "" | "." | "..") {
            self.reject(format!(
                "parameter {name}: {segment:?} cannot be part of a path"
            ));
        }
        self.0.path.retain(|(known, _)| *known != name);
        self.0.path.push((name, segment));
        self
    }

    /// Sets a header and replaces its previous value.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        let mut problem = None;
        let value = text(&value, &mut problem);
        self.check(name, problem);
        if let Err(error) = set_header(&mut self.0.headers, name, &value) {
            self.reject(error.message().to_owned());
        }
        self
    }

    /// Sets a header to several values, separated by commas. Without values, no header is sent.
    #[must_use]
    pub fn header_list<V: Display>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let mut problem = None;
        let values = values.into_iter().map(|value| text(&value, &mut problem));
        let values: Vec<String> = values.collect();
        self.check(name, problem);
        if values.is_empty() {
            self.0.headers.remove(name);
            return self;
        }
        self.header(name, values.join(","))
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

    /// Sets the body, encoded as a multipart form.
    #[must_use]
    pub fn multipart<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.body(Body::multipart(body))
    }

    fn body(mut self, body: Result<Body>) -> Self {
        match body {
            Ok(body) => self.0.body = Some(body),
            Err(error) => self.reject(error.message().to_owned()),
        }
        self
    }

    /// Rejects the call if there is a problem with a parameter.
    fn check(&mut self, name: &str, problem: Option<&str>) {
        if let Some(problem) = problem {
            self.reject(format!("parameter {name}: {problem}"));
        }
    }

    fn reject(&mut self, problem: String) {
        self.0.problem.get_or_insert(problem);
    }

    /// Sends the request and decodes the response as JSON. An empty body is read as `null`.
    pub fn send<T: DeserializeOwned + Send + 'static>(
        self,
    ) -> impl Future<Output = Result<Response<T>>> + Send + use<T> {
        self.decoded::<Strict<T>>()
    }

    /// Sends the request and decodes the response as a list. Items that do not match their type are
    /// kept as JSON beside the others.
    pub(crate) fn send_list<L: ItemList>(
        self,
    ) -> impl Future<Output = Result<Response<L>>> + Send + use<L> {
        self.decoded::<ItemByItem<L>>()
    }

    fn decoded<D: Decoding>(
        self,
    ) -> impl Future<Output = Result<Response<D::Value>>> + Send + use<D> {
        let response = self.execute(Accept::Json);
        async move { decode_response::<D>(response.await?).await }
    }

    /// Sends the request and returns the body as plain text.
    pub async fn text(self) -> Result<Response<String>> {
        let response = self.execute(Accept::Text).await?;
        let text = String::from_utf8_lossy(&response.body).into_owned();
        Ok(with_value(response, text))
    }

    /// Sends the request and returns the body as a stream of bytes.
    pub async fn download(self) -> Result<Response<ByteStream>> {
        let reopen = self.reopen(Accept::Bytes);
        let response = self.open(Accept::Bytes).await?;
        streamed(response, |response| Ok(ByteStream::new(response, reopen)))
    }

    /// Sends the request and returns the body as a stream of server-sent events.
    pub async fn events(self) -> Result<Response<EventStream>> {
        let reopen = self.reopen(Accept::Events);
        let position = self.0.headers.get("last-event-id");
        let position = position.and_then(|position| Some(position.to_str().ok()?.to_owned()));
        let response = self.open(Accept::Events).await?;
        streamed(response, |response| {
            EventStream::new(response, position, reopen)
        })
    }

    /// Returns the value of a query parameter.
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

    /// Returns how the request is sent again after its response broke off.
    fn reopen(&self, accept: Accept) -> Reopen {
        let call = self.clone();
        Box::new(move |headers, stall_limit| {
            let mut call = headers.iter().fold(call.clone(), |call, &(name, value)| {
                call.header(name, value)
            });
            if let Some(limit) = stall_limit {
                call.0.transport = call.0.transport.with_stall_limit(limit);
            }
            Box::pin(call.open(accept))
        })
    }

    fn request(self) -> Result<(Transport, Request)> {
        let operation = self.0.operation.name;
        self.0.request().map_err(|problem| {
            Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation)
        })
    }
}

impl Inner {
    fn request(mut self) -> Result<(Transport, Request), String> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let operation = self.operation;
        let default_project_parameter = if self.all_projects {
            None
        } else {
            default_project::fill(&mut self.query, operation, self.transport.project())
        };
        for alternatives in operation.required_query {
            let is_set = |name: &&str| self.query.iter().any(|(known, _)| known == name);
            if !alternatives.iter().any(is_set) {
                let names = alternatives.join(" or ");
                return Err(format!("parameter {names} is required"));
            }
        }
        if operation.body_required && self.body.is_none() {
            return Err("a body is required; set it with `body`".to_owned());
        }
        let request = Request {
            operation: operation.name.into(),
            template: operation.path.into(),
            method: operation.method.clone(),
            path: fill(operation.path, &self.path)?,
            query: self.query,
            default_project_parameter,
            headers: self.headers,
            body: self.body,
            secrets: self.secrets,
            // The server deduplicates authenticated requests only
            // (`zen_server/request_management.py`).
            idempotency: Idempotency::new(
                operation.idempotent,
                operation.deduplicated && operation.authenticated,
            ),
            authenticated: operation.authenticated,
            is_login: false,
            rules: operation.rules,
        };
        Ok((self.transport, request))
    }
}

/// Replaces each `{name}` of a path template with its encoded segment.
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

/// Returns a response with a stream in place of its body.
fn streamed<T>(
    response: StreamedResponse,
    read: impl FnOnce(StreamedResponse) -> Result<T>,
) -> Result<Response<T>> {
    let (status, headers) = (response.status, response.headers.clone());
    let id = response.body.context.request_id;
    Ok(Response::new(status, headers, id, read(response)?))
}

impl fmt::Debug for Call {
    /// Shows the parameters' names only, because a value may be a token.
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

#[cfg(feature = "mock")]
pub(crate) mod parts;

#[cfg(test)]
mod idempotency_tests;

#[cfg(test)]
mod tests;
