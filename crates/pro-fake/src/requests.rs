//! What has been asked, for tests that count.

use serde_json::{Map, Value};
use uuid::Uuid;

/// A call that the control plane has answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its name: `GET /teams/{team_id}`.
    pub operation: String,
    /// The status of the answer.
    pub status: u16,
    /// Parameters of path and query, in the types of the document; empty where it did not allow
    /// the request.
    pub parameters: Map<String, Value>,
    /// The grant of a login.
    pub grant: Option<String>,
    /// The workspace server that asked, if it was one (header `zenml-server-id`).
    pub server: Option<Uuid>,
}

impl Recorded {
    /// Whether the control plane did what it was asked.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
