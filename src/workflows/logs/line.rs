//! What is one message of a log?

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::Timestamp;
use crate::codec::object::readable;

/// One message of a log, returned by a [`LogStream`](crate::workflows::LogStream).
///
/// A message that the server stores in parts is joined again, and may have several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// The text of the message.
    pub message: String,
    /// The level of the message. Text without a level, such as printed lines, may have none.
    pub level: Option<LogLevel>,
    /// The time when the message was logged.
    pub timestamp: Option<Timestamp>,
    /// The name of the logger.
    pub logger: Option<String>,
    /// The module, or the function, that logged the message.
    pub module: Option<String>,
    /// The name of the source file.
    pub filename: Option<String>,
    /// The line in the source file.
    pub lineno: Option<u64>,
    /// The log that the message belongs to: `step`, `client`, `orchestrator`, `runner` or another.
    pub source: Arc<str>,
    /// The name of the step, for the log of a step.
    pub step: Option<Arc<str>>,
}

/// The level of a log message, as Python's `logging` counts it.
///
/// ```
/// use zenml::workflows::LogLevel;
///
/// assert!(LogLevel::ERROR > LogLevel::WARNING);
/// assert_eq!(LogLevel::ERROR.number(), 40);
/// assert_eq!(LogLevel::from(40).to_string(), "ERROR");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogLevel(i64);

impl LogLevel {
    /// Details for debugging.
    pub const DEBUG: Self = Self(10);
    /// Information. Messages without a level count as this level.
    pub const INFO: Self = Self(20);
    /// Warnings.
    pub const WARNING: Self = Self(30);
    /// Errors.
    pub const ERROR: Self = Self(40);
    /// Errors that end the program.
    pub const CRITICAL: Self = Self(50);

    /// Returns the number of the level.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

impl From<i64> for LogLevel {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::DEBUG => f.pad("DEBUG"),
            Self::INFO => f.pad("INFO"),
            Self::WARNING => f.pad("WARNING"),
            Self::ERROR => f.pad("ERROR"),
            Self::CRITICAL => f.pad("CRITICAL"),
            Self(number) => number.fmt(f),
        }
    }
}

impl fmt::Debug for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// An entry as servers send it (`models/v2/misc/log_models.py` of ZenML 0.98.0): a message, or a part
/// of one.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub message: String,
    pub name: Option<String>,
    pub level: Option<i64>,
    pub timestamp: Option<Timestamp>,
    pub module: Option<String>,
    pub filename: Option<String>,
    pub lineno: Option<u64>,
    pub chunk_index: Option<u32>,
    pub total_chunks: Option<u32>,
    pub id: Option<Uuid>,
}

readable! {
    Entry
    required { "message" message }
    nullable {
        "name" name, "level" level, "timestamp" timestamp, "module" module, "filename" filename,
        "lineno" lineno, "chunk_index" chunk_index, "total_chunks" total_chunks, "id" id
    }
    optional {}
}

impl Entry {
    /// Returns the entry as a message of this log.
    pub fn into_line(self, source: &Arc<str>, step: Option<&Arc<str>>) -> LogLine {
        LogLine {
            message: self.message,
            level: self.level.map(LogLevel),
            timestamp: self.timestamp,
            logger: self.name,
            module: self.module,
            filename: self.filename,
            lineno: self.lineno,
            source: source.clone(),
            step: step.cloned(),
        }
    }
}
