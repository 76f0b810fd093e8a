//! Which call does a response or an error belong to?

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use super::authorization::Authorization;
use super::request_id::RequestId;
use crate::{Error, Secret};

/// Identity of a call.
#[derive(Debug, Clone)]
pub(crate) struct CallContext {
    pub operation: Cow<'static, str>,
    /// `X-Request-ID` of all attempts.
    pub request_id: RequestId,
    /// Number of requests that have been sent.
    pub attempts: u32,
    /// Time limit of the call. `None` for no limit, and until the call starts.
    pub deadline: Option<Instant>,
    /// What the request sent, to redact from errors about its response. Empty until that has arrived.
    pub secrets: Vec<Secret>,
    /// Access token that the request sent, for the same purpose.
    pub authorization: Option<Arc<Authorization>>,
}

impl CallContext {
    pub fn new(operation: Cow<'static, str>) -> Self {
        Self {
            operation,
            request_id: RequestId::random(),
            attempts: 0,
            deadline: None,
            secrets: Vec::new(),
            authorization: None,
        }
    }

    /// Names the call in an error, and removes from it what the response quoted of the request.
    pub fn explain(&self, error: Error) -> Error {
        let authorization = self.authorization.as_deref();
        let token = authorization.map(|authorization| &authorization.token);
        error
            .without(self.secrets.iter().chain(token))
            .with_operation(self.operation.clone())
            .with_request(self.request_id.as_str(), self.attempts)
    }
}
