//! Defines a change: its kind, its class, its subject and the operations it reaches.

use super::class::{Class, Direction, Scope};
use super::rule::Kind;

/// The part of an operation that contains a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The operation itself.
    Operation,
    /// A path, query, header or cookie parameter.
    Parameter,
    /// The request body.
    RequestBody,
    /// A response with a success status.
    Response,
    /// A response with an error status, or the default response.
    Error,
}

impl Place {
    /// Returns the name used in reports and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::RequestBody => "request body",
            Self::Response => "response",
            Self::Error => "error",
        }
    }

    /// Returns the direction of the values in this part; the operation itself has none.
    pub const fn direction(self) -> Option<Direction> {
        match self {
            Self::Operation => None,
            Self::Parameter | Self::RequestBody => Some(Direction::Sent),
            Self::Response | Self::Error => Some(Direction::Received),
        }
    }
}

/// An operation, with its names in Rust and over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The module of its builder: its first tag in snake case.
    pub group: String,
    /// The path template.
    pub path: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The name of its method on the client.
    pub name: String,
    /// The vendor's `operationId`.
    pub id: String,
}

/// The subject of a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The document as a whole.
    Document,
    /// An operation; the new version if it still exists.
    Operation(Operation),
    /// A schema under `components/schemas`, by its newest name.
    Schema(String),
}

/// An operation that a change reaches, and the part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The operation.
    pub operation: Operation,
    /// The part of it.
    pub place: Place,
}

/// One change between the two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind of a change.
    pub kind: Kind,
    /// The most severe class of its directions.
    pub class: Class,
    /// The class in each direction in which it is visible.
    pub directions: Vec<(Direction, Class)>,
    /// The subject.
    pub subject: Subject,
    /// The operations it reaches, sorted.
    pub uses: Vec<Use>,
    /// The tag group it belongs to; `None` if it reaches several.
    pub group: Option<String>,
    /// The grammatical subject of the sentence.
    pub thing: String,
    /// The changed member of a schema or body, such as `items[].name`; empty for the whole.
    pub member: String,
    /// The predicate of the sentence.
    pub predicate: String,
    /// The old state in words.
    pub before: Option<String>,
    /// The new state in words.
    pub after: Option<String>,
    /// A JSON pointer into the old document.
    pub old: Option<String>,
    /// A JSON pointer into the new document.
    pub new: Option<String>,
}

impl Change {
    /// Returns the id of the rule that decides its class, such as `request-property-removed`.
    pub fn rule(&self) -> String {
        let mut directions = self.directions.iter();
        let decisive = directions.find(|(_, class)| *class == self.class);
        let scope = match (decisive, &self.subject) {
            (Some((direction, _)), _) => direction.scope(),
            (None, Subject::Operation(_)) => Scope::Operation,
            (None, Subject::Document) => Scope::Document,
            (None, Subject::Schema(_)) => Scope::Schema,
        };
        self.kind.rule(scope)
    }

    /// Returns the whole sentence.
    pub fn line(&self) -> String {
        let sentence = format!("{} {}", self.thing, self.predicate);
        let mut line = match (&self.before, &self.after) {
            (Some(_), Some(after)) if self.is_alternative() => format!("{sentence} (now: {after})"),
            (Some(before), Some(after)) => format!("{sentence}: {before} → {after}"),
            (Some(before), None) => format!("{sentence} (was: {before})"),
            (None, Some(after)) => format!("{sentence}: {after}"),
            (None, None) => sentence,
        };
        let received = self
            .directions
            .iter()
            .any(|(d, _)| *d == Direction::Received);
        if let Some(remark) = self.kind.remark().filter(|_| received) {
            line = format!("{line} ({remark})");
        }
        if let [(Direction::Sent, sent), (Direction::Received, received)] = self.directions[..]
            && (sent == Class::Breaking) != (received == Class::Breaking)
        {
            line.push_str(if sent == Class::Breaking {
                " (breaks requests, not responses)"
            } else {
                " (breaks responses, not requests)"
            });
        }
        line
    }

    /// Returns whether the predicate names one alternative of a union.
    const fn is_alternative(&self) -> bool {
        matches!(
            self.kind,
            Kind::AlternativeAdded | Kind::AlternativeRemoved | Kind::VariantAdded
        )
    }
}
