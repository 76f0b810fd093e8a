//! One event of an event stream.

use serde_core::de::DeserializeOwned;

use crate::codec::decode;
use crate::{Error, ErrorKind, Result};

/// One event of an [`EventStream`](crate::EventStream).
///
/// ```
/// use serde_json::{Map, Value};
/// use zenml::stream::ServerSentEvent;
///
/// fn report(event: &ServerSentEvent) -> zenml::Result<()> {
///     let data: Map<String, Value> = event.json()?;
///     println!("{}: {} fields", event.name, data.len());
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerSentEvent {
    /// The position of the event in the stream, if the server sent one.
    ///
    /// Send it as `Last-Event-ID` to resume the stream after this event.
    pub id: Option<String>,
    /// The type of the event. Defaults to `message` if the server does not send a type.
    pub name: String,
    /// The data of the event. ZenML servers send JSON.
    pub data: String,
}

impl ServerSentEvent {
    /// Returns whether this is the last event of a run.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.name == "end"
    }

    /// Returns whether events may have been lost at this place of the stream: the server could not
    /// keep up, lost its broker, or is shutting down.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        self.name == "gap"
    }

    /// Decodes the data from JSON.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Decode`] if the data is not JSON or does not match `T`. The message contains
    /// the path of the mismatch.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        decode::decode(self.data.as_bytes()).map_err(|mismatch| {
            let message = format!("data of event {:?}: {mismatch}", self.name);
            Error::new(ErrorKind::Decode, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_decoding_error_names_the_event_and_the_path() {
        let event = ServerSentEvent {
            id: None,
            name: "step".to_owned(),
            data: r#"{"sizes":[1,"a"]}"#.to_owned(),
        };
        event.json::<serde_json::Value>().unwrap();
        let error = event.json::<BTreeMap<String, Vec<u8>>>().unwrap_err();
        assert_eq!(
            error.message(),
            "data of event \"step\": invalid type: string, expected u8 (at $.sizes[1])"
        );
    }
}
