//! The operations of an API, as far as checking their answers needs to know them.

use std::sync::LazyLock;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zenml::StatusCode;

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
    /// What the library needs to call it.
    pub call: zenml::Operation,
    /// What it answers with.
    pub body: Body,
    /// Its parameters: those in the path in its order, then the others by name.
    pub parameters: &'static [Parameter],
}

/// What an operation answers with.
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

/// Reads an answer as the library does, and writes what it has read.
pub type RoundTrip = fn(&'static zenml::Operation, StatusCode, Bytes) -> Result<String, Misread>;

/// What went wrong in a round trip.
#[derive(Debug)]
pub enum Misread {
    /// The answer could not be read, or stands for an error.
    Unread(zenml::Error),
    /// What was read could not be written.
    Unwritten(serde_json::Error),
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// Where it goes.
    pub location: Location,
    /// Whether the call makes no sense without it.
    pub required: bool,
    /// Whether it must not be shown.
    pub secret: bool,
}

/// Where a parameter goes.
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
    /// Its operations, by id.
    #[must_use]
    pub fn operations(self) -> &'static [Operation] {
        match self {
            Self::Workspace => workspace::OPERATIONS,
            Self::Pro => pro::OPERATIONS,
        }
    }

    /// The operation that the vendor's document gives this id.
    #[must_use]
    pub fn operation(self, id: &str) -> Option<&'static Operation> {
        let operations = self.operations();
        let index = operations.binary_search_by(|operation| operation.call.id.cmp(id));
        operations.get(index.ok()?)
    }

    /// Its document, corrected.
    pub fn document(self) -> &'static Value {
        static WORKSPACE: LazyLock<Value> =
            LazyLock::new(|| parsed(include_str!(concat!(env!("OUT_DIR"), "/workspace.json"))));
        static PRO: LazyLock<Value> =
            LazyLock::new(|| parsed(include_str!(concat!(env!("OUT_DIR"), "/pro.json"))));
        match self {
            Self::Workspace => &WORKSPACE,
            Self::Pro => &PRO,
        }
    }

    /// What the document says of an operation's successful answer.
    #[must_use]
    pub fn answer(self, operation: &Operation) -> Schema<'static> {
        let schema = self.described(operation).and_then(|described| {
            let answers = described.get("responses")?.as_object()?;
            let (_, success) = answers.iter().find(|(status, _)| status.starts_with('2'))?;
            let content = success.get("content")?.as_object()?;
            content.values().next()?.get("schema")
        });
        Schema::new(self.document(), schema.unwrap_or(&Value::Null))
    }

    /// The values that a parameter can have, if the document lists them.
    #[must_use]
    pub fn values(self, operation: &Operation, parameter: &str) -> Vec<&'static str> {
        let schema = self.described(operation).and_then(|described| {
            let parameters = described.get("parameters")?.as_array()?;
            let found = |candidate: &&Value| {
                candidate.get("name").and_then(Value::as_str) == Some(parameter)
            };
            parameters.iter().find(found)?.get("schema")
        });
        Schema::new(self.document(), schema.unwrap_or(&Value::Null)).listed()
    }

    fn described(self, operation: &Operation) -> Option<&'static Value> {
        let method = operation.call.method.as_str().to_ascii_lowercase();
        let paths = self.document().get("paths")?;
        paths.get(operation.call.path)?.get(method)
    }
}

impl Operation {
    /// Its parameter of this name, if it has one.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text)
        .unwrap_or_else(|error| unreachable!("build.rs wrote what it had parsed: {error}"))
}

/// See [`RoundTrip`].
fn round_trip<T: DeserializeOwned + Serialize>(
    operation: &'static zenml::Operation,
    status: StatusCode,
    body: Bytes,
) -> Result<String, Misread> {
    let value: T = zenml::read_answer(operation, status, body).map_err(Misread::Unread)?;
    serde_json::to_string(&value).map_err(Misread::Unwritten)
}

mod workspace {
    include!(concat!(env!("OUT_DIR"), "/workspace.rs"));
}

mod pro {
    include!(concat!(env!("OUT_DIR"), "/pro.rs"));
}
