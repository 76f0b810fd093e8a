//! Which operations does an API have, and how are their responses decoded?

use std::sync::LazyLock;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zenml::{RejectedItem, StatusCode};

use crate::schema::Schema;

/// One of the two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Api {
    /// The API of a ZenML server.
    Workspace,
    /// The API of ZenML Pro.
    Pro,
}

/// An operation of an API.
#[derive(Debug)]
pub struct Operation {
    /// The library's description of the operation.
    pub call: zenml::__private::Operation,
    /// Kind of its response body.
    pub body: Body,
    /// Its parameters: path parameters in the order of the path, then the others by name.
    pub parameters: &'static [Parameter],
}

/// Kind of a response body.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// JSON, and how it goes through its type.
    Json(RoundTrip),
    /// Plain text.
    Text,
    /// A file.
    Bytes,
    /// A stream of server-sent events.
    Events,
}

/// Decodes a response as the library does, and encodes the result.
pub type RoundTrip =
    fn(&'static zenml::__private::Operation, StatusCode, Bytes) -> Result<Encoded, RoundTripError>;

/// Result of a [`RoundTrip`].
#[derive(Debug)]
pub struct Encoded {
    /// The response as the library encodes it.
    pub json: String,
    /// Why items of a list do not match their type. The library keeps them as JSON.
    pub rejected_items: Vec<String>,
}

/// Error of a [`RoundTrip`].
#[derive(Debug)]
pub enum RoundTripError {
    /// The response cannot be decoded, or is an error response.
    Decode(zenml::Error),
    /// The decoded value cannot be encoded.
    Encode(serde_json::Error),
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// The part of the request that carries it.
    pub location: Location,
    /// Whether every call must send it.
    pub required: bool,
    /// Whether its values are secret.
    pub secret: bool,
}

/// The part of a request that carries a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A request header.
    Header,
}

impl Api {
    /// Returns the operations, sorted by id.
    #[must_use]
    pub fn operations(self) -> &'static [Operation] {
        match self {
            Self::Workspace => workspace::OPERATIONS,
            Self::Pro => pro::OPERATIONS,
        }
    }

    /// Returns the operation with this `operationId` of the vendor's document.
    #[must_use]
    pub fn operation(self, id: &str) -> Option<&'static Operation> {
        let operations = self.operations();
        let index = operations.binary_search_by(|operation| operation.call.id.cmp(id));
        operations.get(index.ok()?)
    }

    /// Returns the API's document, overlays applied.
    pub fn document(self) -> &'static Value {
        static WORKSPACE: LazyLock<Value> =
            LazyLock::new(|| parse(include_str!(concat!(env!("OUT_DIR"), "/workspace.json"))));
        static PRO: LazyLock<Value> =
            LazyLock::new(|| parse(include_str!(concat!(env!("OUT_DIR"), "/pro.json"))));
        match self {
            Self::Workspace => &WORKSPACE,
            Self::Pro => &PRO,
        }
    }

    /// Returns the schema of an operation's success response.
    #[must_use]
    pub fn response_schema(self, operation: &Operation) -> Schema<'static> {
        let schema = self.definition(operation).and_then(|definition| {
            let responses = definition.get("responses")?.as_object()?;
            let (_, success) = responses
                .iter()
                .find(|(status, _)| status.starts_with('2'))?;
            let content = success.get("content")?.as_object()?;
            content.values().next()?.get("schema")
        });
        Schema::new(self.document(), schema.unwrap_or(&Value::Null))
    }

    /// Returns the values that the document lists for a parameter.
    #[must_use]
    pub fn parameter_values(self, operation: &Operation, parameter: &str) -> Vec<&'static str> {
        let schema = self.definition(operation).and_then(|definition| {
            let mut parameters = definition.get("parameters")?.as_array()?.iter();
            let has_name = |candidate: &&Value| {
                candidate.get("name").and_then(Value::as_str) == Some(parameter)
            };
            parameters.find(has_name)?.get("schema")
        });
        Schema::new(self.document(), schema.unwrap_or(&Value::Null)).enum_values()
    }

    fn definition(self, operation: &Operation) -> Option<&'static Value> {
        let method = operation.call.method.as_str().to_ascii_lowercase();
        let paths = self.document().get("paths")?;
        paths.get(operation.call.path)?.get(method)
    }
}

impl Operation {
    /// Returns the operation's parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text)
        .unwrap_or_else(|error| unreachable!("build.rs wrote invalid JSON: {error}"))
}

/// Implements [`RoundTrip`] for a type that is not a list; the generated table refers to it.
fn round_trip<T: DeserializeOwned + Serialize + Send + 'static>(
    operation: &'static zenml::__private::Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<Encoded, RoundTripError> {
    let value: T =
        zenml::__private::read_response(operation, status, body).map_err(RoundTripError::Decode)?;
    encoded(&value, &[])
}

/// Implements [`RoundTrip`] for a page of a list; the generated table refers to it.
fn round_trip_page<T: DeserializeOwned + Serialize + Send + 'static>(
    operation: &'static zenml::__private::Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<Encoded, RoundTripError> {
    let page = zenml::__private::read_page::<T>(operation, status, body);
    let page = page.map_err(RoundTripError::Decode)?;
    encoded(&page, &page.rejected)
}

/// Implements [`RoundTrip`] for a list without pages; the generated table refers to it.
fn round_trip_array<T: DeserializeOwned + Serialize + Send + 'static>(
    operation: &'static zenml::__private::Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<Encoded, RoundTripError> {
    let list = zenml::__private::read_array::<T>(operation, status, body);
    let list = list.map_err(RoundTripError::Decode)?;
    encoded(&list, &list.rejected)
}

fn encoded(value: &impl Serialize, rejected: &[RejectedItem]) -> Result<Encoded, RoundTripError> {
    let reasons = rejected.iter().map(|item| {
        // The items of a list are rejected for the same reasons.
        let position = format!("[{}]", item.position);
        item.error.message().replacen(&position, "[*]", 1)
    });
    Ok(Encoded {
        json: serde_json::to_string(value).map_err(RoundTripError::Encode)?,
        rejected_items: reasons.collect(),
    })
}

mod workspace {
    include!(concat!(env!("OUT_DIR"), "/workspace.rs"));
}

mod pro {
    include!(concat!(env!("OUT_DIR"), "/pro.rs"));
}
