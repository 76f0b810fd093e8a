//! Defines how severe a change is, and in which direction.

/// The consequence of a change for callers of the API, most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Existing requests or readers stop working.
    Breaking,
    /// Existing requests and readers keep working.
    Compatible,
    /// The vendor now advises against using it.
    Deprecated,
    /// The vendor no longer advises against it.
    Undeprecated,
    /// Only the documentation of the API changes.
    MetadataOnly,
}

impl Class {
    /// All classes, most severe first.
    pub const ALL: [Self; 5] = [
        Self::Breaking,
        Self::Compatible,
        Self::Deprecated,
        Self::Undeprecated,
        Self::MetadataOnly,
    ];

    /// Returns the name used in reports and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Compatible => "compatible",
            Self::Deprecated => "deprecated",
            Self::Undeprecated => "un-deprecated",
            Self::MetadataOnly => "metadata only",
        }
    }
}

/// The direction in which a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The client writes it: parameters and request bodies.
    Sent,
    /// The server writes it: responses and errors.
    Received,
}

impl Direction {
    /// Returns the scope of rules for this direction.
    pub(super) const fn scope(self) -> Scope {
        match self {
            Self::Sent => Scope::Request,
            Self::Received => Scope::Response,
        }
    }

    /// Returns the name used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// Where a rule with a general name applies; the first part of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The client sends the value.
    Request,
    /// The client receives the value.
    Response,
    /// The operation itself.
    Operation,
    /// The document as a whole.
    Document,
    /// A schema that no operation uses, or not in the same place as before.
    Schema,
}

impl Scope {
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Operation => "operation",
            Self::Document => "document",
            Self::Schema => "schema",
        }
    }
}
