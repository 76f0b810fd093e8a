//! The one error of code generation: where in the document, what is wrong, what to do.

use std::fmt;

use crate::SpecSource;

const ISSUES: &str = "https://github.com/zenml-io/zenml-rust/issues";

/// A document that cannot be turned into Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// JSON pointer into the document; empty for the document as a whole.
    pub pointer: String,
    /// The problem at that place.
    pub problem: String,
    /// The next step for the reader.
    pub hint: String,
    /// Whether the hint says how to correct the document, but not yet where this reader does that.
    pub(crate) in_document: bool,
}

impl Error {
    /// Creates an error at `pointer`.
    pub fn new(
        pointer: impl Into<String>,
        problem: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            problem: problem.into(),
            hint: hint.into(),
            in_document: false,
        }
    }

    /// Creates an error about a declaration in the document. `hint` says how to correct it, and
    /// [`for_reader`](Self::for_reader) adds where.
    pub(crate) fn in_document(
        pointer: impl Into<String>,
        problem: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            in_document: true,
            ..Self::new(pointer, problem, hint)
        }
    }

    /// Says where the reader can correct the document: the documents of this repository are corrected
    /// by overlays, another server's document by its owner.
    #[must_use]
    pub(crate) fn for_reader(mut self, source: SpecSource) -> Self {
        if std::mem::take(&mut self.in_document) {
            self.hint.push_str(match source {
                SpecSource::Committed => ", with an overlay in specs/overlays/",
                SpecSource::External => ", in your document",
            });
        }
        self
    }

    /// Creates an error about valid OpenAPI that cannot be generated from.
    pub(crate) fn unsupported(pointer: impl Into<String>, construct: impl fmt::Display) -> Self {
        let hint = format!(
            "if a ZenML server publishes it, report it at {ISSUES}; otherwise remove or rewrite it"
        );
        Self::in_document(pointer, format!("{construct} is not supported"), hint)
    }

    /// Creates an error about stages of this crate that disagree.
    pub(crate) fn bug(pointer: impl Into<String>, problem: impl Into<String>) -> Self {
        let hint =
            format!("this is a bug in zenml-codegen; report it with the document at {ISSUES}");
        Self::new(pointer, problem, hint)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() {
            "(whole document)"
        } else {
            &self.pointer
        };
        write!(f, "{pointer}: {}; {}", self.problem, self.hint)
    }
}

impl std::error::Error for Error {}

/// The result of a stage.
pub type Result<T> = std::result::Result<T, Error>;
