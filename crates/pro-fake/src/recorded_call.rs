//! Which requests has the fake received?

use serde_json::{Map, Value};
use uuid::Uuid;

/// A request that the fake has responded to.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedCall {
    /// Its name: `GET /teams/{team_id}`.
    pub operation: String,
    /// The status of the response.
    pub status: u16,
    /// Path and query parameters in the types of the document; empty if the request was invalid.
    pub parameters: Map<String, Value>,
    /// The request body; `null` if there was none, or the request was invalid.
    pub body: Value,
    /// Whether the response is a sample from the document, because the operation has no handler.
    pub sampled: bool,
    /// The workspace server that sent the request (header `zenml-server-id`).
    pub server: Option<Uuid>,
}

impl RecordedCall {
    /// Returns whether the status is a success.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the OAuth grant type of a login.
    #[must_use]
    pub fn grant(&self) -> Option<&str> {
        self.body.get("grant_type")?.as_str()
    }
}
