//! How does a call get from its request to its response? It is prepared once, attempted until an
//! attempt succeeds or none may follow, and its error is explained.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, header};
use tracing::Instrument;

use super::authorization::Authorization;
use super::body::Body;
use super::body_stream::{self, BodyStream};
use super::call_response::{RawResponse, StreamedResponse};
use super::context::CallContext;
use super::request::{Accept, PreparedRequest, REQUEST_ID, Request, set_header};
use super::response::{AttemptResponse, ResponseBody};
use super::shared::Transport;
use super::{content_coding, hint, support, trace};
use crate::availability::route::Route;
use crate::availability::rule::{self, Concern};
use crate::retry::attempt_error::AttemptError;
use crate::retry::idempotency::Idempotency;
use crate::retry::run::{self, Failure, Limits};
use crate::runtime::random;
use crate::{Error, ErrorKind, Result};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Transport {
    /// Sends a call and reads the whole body of its response.
    pub(crate) async fn send(&self, request: Request, accept: Accept) -> Result<RawResponse> {
        let (response, context) = self.execute(request, accept).await?;
        let body = match response.body {
            ResponseBody::Whole(bytes) => bytes,
            ResponseBody::Streamed(body) => {
                let options = self.options();
                let (limit, idle_timeout) = (options.max_response_size, options.idle_timeout);
                body_stream::read(body, limit, self.runtime(), idle_timeout)
                    .await
                    .map_err(|error| context.explain(error))?
            }
        };
        Ok(RawResponse {
            status: response.status,
            headers: response.headers,
            body,
            context,
            transport: Some(self.clone()),
        })
    }

    /// Sends a call and returns when the body of its response begins.
    pub(crate) async fn open(&self, request: Request, accept: Accept) -> Result<StreamedResponse> {
        let (response, context) = self.execute(request, accept).await?;
        let body = match response.body {
            ResponseBody::Whole(bytes) => bytes.into(),
            ResponseBody::Streamed(body) => body,
        };
        Ok(StreamedResponse {
            status: response.status,
            headers: response.headers,
            body: BodyStream::new(
                body,
                context,
                self.runtime().clone(),
                self.options().idle_timeout,
                response.permit,
            ),
        })
    }

    /// Carries out a call. Boxed, so that the futures of the hundreds of operations are small and
    /// compile fast, and because a login is a call, too.
    fn execute(
        &self,
        request: Request,
        accept: Accept,
    ) -> BoxFuture<Result<(AttemptResponse, CallContext)>> {
        let transport = self.clone();
        let context = CallContext::new(request.operation.clone());
        let span = trace::call(&request, &context, self.base());
        let prepared = self.prepare(request, accept, context);
        Box::pin(async move {
            let call = transport.attempts(prepared);
            let outcome = call.instrument(span.clone()).await;
            let outcome = outcome.map_err(|error| hint::name_unsupported_server(&transport, error));
            trace::outcome(&span, &outcome);
            outcome
        })
    }

    /// Attempts a call until it succeeds or fails for good.
    async fn attempts(
        &self,
        prepared: Result<Box<PreparedCall>>,
    ) -> Result<(AttemptResponse, CallContext)> {
        let mut prepared = prepared?;
        let PreparedCall { request, context } = &mut *prepared;
        let runtime = self.runtime();
        let timeout = self.options().timeout;
        context.deadline = timeout.and_then(|limit| runtime.clock.now().checked_add(limit));
        let limits = Limits {
            policy: &self.options().retry,
            budget: self.budget(),
            runtime,
            idempotency: request.idempotency,
            attempt_timeout: self.options().attempt_timeout,
            deadline: context.deadline,
        };
        if !request.concerns.is_empty() {
            let check = Box::pin(support::check(self, request, limits.deadline));
            check.await.map_err(|error| context.explain(error))?;
        }
        let mut call = PendingCall {
            transport: self,
            request,
            context,
            authorization: None,
            rejected: None,
        };
        match run::run(&mut call, &limits).await {
            Ok(response) => {
                let authorization = call.authorization;
                let PreparedCall { request, context } = *prepared;
                let context = CallContext {
                    secrets: request.secrets,
                    authorization,
                    ..context
                };
                Ok((response, context))
            }
            Err(Failure::Login(error)) => Err(call.context.explain(error)),
            Err(Failure::Attempt(failed, state)) => {
                // Boxed, so that the future of a successful call does not reserve space for it.
                let operation = &call.context.operation;
                let hint = hint::hint(
                    self,
                    operation,
                    &failed,
                    call.request,
                    &state,
                    limits.deadline,
                );
                let hint = Box::pin(hint).await;
                Err(call.context.explain(failed.error.with_hint(hint)))
            }
        }
    }

    /// Builds what all attempts of a call share.
    fn prepare(
        &self,
        request: Request,
        accept: Accept,
        context: CallContext,
    ) -> Result<Box<PreparedCall>> {
        match self.prepare_request(request, accept, &context) {
            Ok(request) => Ok(Box::new(PreparedCall { request, context })),
            Err(error) => Err(context.explain(error)),
        }
    }

    fn prepare_request(
        &self,
        request: Request,
        accept: Accept,
        context: &CallContext,
    ) -> Result<PreparedRequest> {
        let query = request.query.iter();
        let query = query.map(|(name, value)| (&**name, value.as_str()));
        let url = self.base().join(&request.path, query)?;
        // The path of a raw request may have another spelling than its route.
        let template = match request.rules {
            Some(_) => request.template.clone(),
            None => self.base().path_of(&url).into(),
        };
        let concerns = self.concerns(&request, &template, &url);
        // As many as follow, so that neither the map nor its copy for an attempt grows.
        let given = self.default_headers().len() + request.headers.len();
        let added = if request.body.is_some() { 6 } else { 4 };
        let mut headers = HeaderMap::with_capacity(given + added);
        for (name, value) in self.default_headers() {
            headers.append(name, value.clone());
        }
        // A key of the caller takes precedence, because the caller may retry from another process. A
        // key among the client's default headers does not: it would make all calls one.
        let has_key = request.headers.contains_key(IDEMPOTENCY_KEY);
        headers.extend(request.headers);
        headers.insert(header::ACCEPT, accept.header());
        headers.insert(header::ACCEPT_ENCODING, content_coding::accepted(accept));
        headers.insert(REQUEST_ID, context.request_id.header()?);
        if let Some(body) = &request.body {
            headers.insert(header::CONTENT_TYPE, body.content_type.clone());
        }
        if request.idempotency == Idempotency::ByKey && !has_key {
            set_header(&mut headers, IDEMPOTENCY_KEY, &random::uuid().to_string())?;
        }
        let mut secrets = request.secrets;
        secrets.extend(self.default_secrets().iter().cloned());
        if let Some(body) = &request.body {
            secrets.extend(body.secrets.iter().cloned());
        }
        Ok(PreparedRequest {
            template,
            method: request.method,
            url,
            headers,
            body: request.body,
            accept,
            max_size: self.options().max_response_size,
            idle_timeout: self.options().idle_timeout,
            idempotency: request.idempotency,
            authenticated: request.authenticated,
            is_login: request.is_login,
            secrets,
            concerns,
            default_project_parameter: request.default_project_parameter,
        })
    }

    /// Returns the rules that concern a request.
    fn concerns(&self, request: &Request, path: &str, url: &url::Url) -> Vec<Concern> {
        let rules = request.rules.or_else(|| {
            let route = Route::find(self.api().routes, &request.method, path)?;
            Some(route.rules)
        });
        match rules.unwrap_or_default() {
            [] => Vec::new(),
            rules => {
                let query: Vec<_> = url.query_pairs().collect();
                let body = request.body.as_ref();
                rule::concerning(rules, &query, || {
                    body.map_or(Some(serde_json::Value::Null), Body::to_json)
                })
            }
        }
    }
}

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Call before its first attempt. Boxed, so that the future of a call stays below 1 KiB, the size that
/// allocators serve fast.
struct PreparedCall {
    request: PreparedRequest,
    context: CallContext,
}

/// Call between its attempts.
struct PendingCall<'a> {
    transport: &'a Transport,
    request: &'a mut PreparedRequest,
    context: &'a mut CallContext,
    /// Access token of the next attempt.
    authorization: Option<Arc<Authorization>>,
    /// Access token that the server has rejected.
    rejected: Option<Arc<Authorization>>,
}

impl run::Call for PendingCall<'_> {
    type Response = AttemptResponse;

    async fn authorize(&mut self, limit: Option<Duration>) -> Result<()> {
        if !self.request.authenticated {
            return Ok(());
        }
        let transport = self.transport;
        let login = std::pin::pin!(transport.authorize(self.rejected.as_deref()));
        let authorized = transport.runtime().within(limit, login).await;
        self.authorization = authorized.unwrap_or_else(|| {
            let limit = transport
                .options()
                .timeout
                .unwrap_or_default()
                .as_secs_f64();
            let message = format!("the login exceeded the {limit:.1} s that the call may take");
            Err(Error::new(ErrorKind::Timeout, message))
        })?;
        if let Some(authorization) = &self.authorization {
            let headers = &mut self.request.headers;
            headers.insert(header::AUTHORIZATION, authorization.header.clone());
        }
        Ok(())
    }

    async fn attempt(&mut self, limit: Option<Duration>) -> Result<AttemptResponse, AttemptError> {
        let permit = self.transport.permit(self.context.deadline).await?;
        self.context.attempts += 1;
        let sender = self.transport.sender();
        let authorization = self.authorization.as_deref();
        let mut response = sender.attempt(self.request, authorization, limit).await?;
        if matches!(response.body, ResponseBody::Streamed(_)) {
            response.permit = permit;
        }
        Ok(response)
    }

    fn discard_authorization(&mut self) -> bool {
        let authenticator = self.transport.authenticator();
        if !self.request.authenticated || !authenticator.is_renewable() {
            return false;
        }
        if let Some(rejected) = self.authorization.take() {
            authenticator.invalidate(&rejected);
            self.rejected = Some(rejected);
        }
        true
    }

    fn can_resend(&self) -> bool {
        let body = self.request.body.as_ref();
        body.is_none_or(|body| body.can_resend())
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod network_tests;

#[cfg(test)]
mod retry_tests;
