//! The one error of code generation: where in the document, what is wrong, what to do.

use std::fmt;

/// Why a document could not be turned into Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// JSON pointer into the document; empty when the document as a whole is meant.
    pub pointer: String,
    /// What is wrong there.
    pub problem: String,
    /// What the reader can do about it.
    pub remedy: String,
}

impl Error {
    /// An error at `pointer`, with what is wrong and what to do about it.
    pub fn new(
        pointer: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() {
            "(whole document)"
        } else {
            &self.pointer
        };
        write!(f, "{pointer}: {} — {}", self.problem, self.remedy)
    }
}

impl std::error::Error for Error {}

/// The result of a stage.
pub type Result<T> = std::result::Result<T, Error>;
