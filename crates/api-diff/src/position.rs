//! Says where the walk through both documents is, and what it found there in words.

use super::change::Subject;
use super::class::Direction;

/// The directions in which a value exists: a read-only property is never sent, and a write-only one
/// never received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Relevance {
    pub sent: bool,
    pub received: bool,
}

impl Relevance {
    pub const BOTH: Self = Self {
        sent: true,
        received: true,
    };

    pub(super) const fn includes(self, direction: Direction) -> bool {
        match direction {
            Direction::Sent => self.sent,
            Direction::Received => self.received,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent && other.sent,
            received: self.received && other.received,
        }
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self {
            sent: self.sent || other.sent,
            received: self.received || other.received,
        }
    }
}

/// The current position of the walk.
#[derive(Clone)]
pub(super) struct Position {
    /// The owner of findings at this position.
    pub owner: usize,
    /// The compared thing in words: a schema's name, or a part of an operation.
    pub noun: String,
    /// The path of members from there to here.
    pub path: String,
    pub relevance: Relevance,
}

impl Position {
    pub(super) fn property(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.inside(&format!("{dot}{name}"))
    }

    /// Returns the position inside a value: `[]` of a list, `{}` of a map, `[0]` of a tuple.
    pub(super) fn inside(&self, step: &str) -> Self {
        Self {
            path: format!("{}{step}", self.path),
            ..self.clone()
        }
    }

    /// Returns the same position for a value that exists in some directions only.
    pub(super) fn limited_to(&self, relevance: Relevance) -> Self {
        Self {
            relevance: self.relevance.and(relevance),
            ..self.clone()
        }
    }

    pub(super) fn thing(&self, subject: &Subject) -> String {
        let (noun, path) = (&self.noun, &self.path);
        match subject {
            Subject::Schema(_) if path.is_empty() => format!("`{noun}`"),
            Subject::Schema(_) if path.starts_with(['[', '{']) => format!("`{noun}{path}`"),
            Subject::Schema(_) => format!("`{noun}.{path}`"),
            _ if path.is_empty() => noun.clone(),
            _ => format!("`{path}` in {noun}"),
        }
    }
}

/// The place that compares whether `null` is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NullCheck {
    /// The comparison of the two schemas.
    Compare,
    /// The caller, which also knows whether the value may be missing.
    ByCaller,
    /// None: a path, query or header cannot express `null`.
    Unwritable,
}

/// Descriptions of something before and after a change.
#[derive(Default)]
pub(super) struct BeforeAfter {
    pub before: Option<String>,
    pub after: Option<String>,
}

impl BeforeAfter {
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn change(before: impl Into<String>, after: impl Into<String>) -> Self {
        Self {
            before: Some(before.into()),
            after: Some(after.into()),
        }
    }

    pub(super) fn before(before: impl Into<String>) -> Self {
        Self {
            before: Some(before.into()),
            after: None,
        }
    }

    pub(super) fn after(after: impl Into<String>) -> Self {
        Self {
            before: None,
            after: Some(after.into()),
        }
    }
}
