//! Which parts of its request does a call set? The mock server compares them.

use http::HeaderMap;

use super::Call;
use crate::Operation;
use crate::operation::default_project;
use crate::transport::body::Body;
use crate::transport::request::Query;
use crate::{Result, Secret};

/// What was set in a call.
pub(crate) struct Parts {
    pub operation: &'static Operation,
    /// Names and encoded segments.
    pub path: Vec<(&'static str, String)>,
    pub query: Query,
    pub headers: HeaderMap,
    pub body: Option<Body>,
    pub secrets: Vec<Secret>,
    /// Whether the call reads the lists of all projects.
    pub all_projects: bool,
}

impl Call {
    /// Returns what was set, and the default project of the client.
    ///
    /// # Errors
    /// Describes the first parameter that cannot be sent.
    pub(crate) fn parts(self) -> Result<Parts, String> {
        let mut inner = *self.0;
        if let Some(problem) = inner.problem {
            return Err(problem);
        }
        let operation = inner.operation;
        if !inner.all_projects {
            default_project::fill(&mut inner.query, operation, inner.transport.project());
        }
        Ok(Parts {
            operation,
            path: inner.path,
            query: inner.query,
            headers: inner.headers,
            body: inner.body,
            secrets: inner.secrets,
            all_projects: inner.all_projects,
        })
    }
}
