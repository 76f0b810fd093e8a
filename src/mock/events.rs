//! Which server-sent events does the mock server send?

use std::fmt::Write as _;

use serde_core::Serialize;

use super::received::Received;

/// Server-sent events, for the operations that return an [`EventStream`](crate::stream::EventStream).
///
/// The events have the positions `1`, `2` and so on. The event `end` follows them, unless it is one of
/// them. A client that connects again gets the events after its position.
///
/// ```
/// use zenml::mock::Events;
///
/// let events = Events::new()
///     .event("status", &serde_json::json!({"status": "running"}))
///     .event("status", &serde_json::json!({"status": "completed"}));
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Events(Vec<(String, String)>);

impl Events {
    /// Creates a stream without events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an event, with data in JSON.
    ///
    /// # Panics
    /// If the data cannot be encoded, or if the name has a line break.
    #[track_caller]
    pub fn event<T: Serialize + ?Sized>(mut self, name: &str, data: &T) -> Self {
        assert!(
            !name.contains(['\r', '\n']),
            "the name of an event cannot have a line break: {name:?}"
        );
        match serde_json::to_string(data) {
            Ok(data) => self.0.push((name.to_owned(), data)),
            Err(error) => panic!("the data of the event cannot be encoded: {error}"),
        }
        self
    }

    /// Writes the events that a request asks for.
    pub(super) fn text(&self, received: &Received) -> String {
        let position = received.headers.get("last-event-id");
        let position = position.and_then(|position| position.to_str().ok()?.parse().ok());
        let has_end = self.0.iter().any(|(name, _)| name == "end");
        let end = (!has_end).then(|| ("end".to_owned(), "{}".to_owned()));
        let mut text = String::new();
        let events = (1..).zip(self.0.iter().chain(&end));
        for (id, (name, data)) in events.skip(position.unwrap_or(0)) {
            // Writing to a string does not fail.
            let _ = write!(text, "id: {id}\nevent: {name}\ndata: {data}\n\n");
        }
        text
    }
}
