//! Two documents, compared by what they mean for those who call the API.
//!
//! [`compare`] walks through both at once, from each operation into its parameters, bodies and
//! their schemas. Whatever differs becomes a [`Change`]: what happened ([`Kind`]), what that means
//! where we send and where we receive ([`Class`]), and which operations it reaches. What is only
//! written differently (a schema inlined or named, `null` as a type or an alternative, a renamed
//! generic) is no change, or one of metadata.
//!
//! The crate `drift`, which compares documents that openapiv3 can read, was measured for this and
//! left out. Of the labelled changes in `tests/compare/`, lowered for it, version 0.2.0 judges 28 %
//! as they are meant. It calls 29 % "unhandled", among them every property that comes or goes; it
//! does not see 26 %, because lowering turns into notes who may be missing or `null`, which errors
//! there are, and what the limits are; and it panics where a content type changes.
//!
//! ```
//! use serde_json::json;
//! use zenml_codegen::canonical::{Prose, canonical};
//! use zenml_api_diff::{Class, compare, markdown};
//!
//! let document = |version: &str, paths| {
//!     let document = json!({
//!         "openapi": "3.1.0",
//!         "info": {"title": "Example", "version": version},
//!         "paths": paths,
//!     });
//!     canonical(&document, Prose::Strip)
//! };
//! let health = json!({"operationId": "health", "responses": {"200": {"description": ""}}});
//! let old = document("1", json!({"/health": {"get": health}}));
//! let new = document("2", json!({}));
//!
//! let report = compare(&old, &new);
//! assert!(report.is_breaking());
//! assert_eq!(report.changes[0].class, Class::Breaking);
//! assert_eq!(report.changes[0].line(), "the operation is gone");
//! assert!(markdown(&report).starts_with("# Example 1 → 2"));
//! ```

mod change;
mod content;
mod document;
mod leaf;
mod limits;
mod meaning;
mod notes;
mod object;
mod operation;
mod parameter;
mod rename;
mod report;
mod rust;
mod same;
mod schema;
mod walk;
mod whole;
mod words;

pub use change::{Change, Class, Direction, Kind, Operation, Place, Subject, Use};
pub use report::{json, markdown, terminal};
pub use rust::{Effect, Item, Rust, Sort, Step};

use serde_json::Value;

use document::Document;
use walk::{Renames, Walk};
use zenml_codegen::api::Api;

/// Which document was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The number of operations.
    pub operations: usize,
    /// The number of named schemas.
    pub schemas: usize,
}

/// What a reader has to deal with beside the changes, such as code that no longer compiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is the matter, in a sentence.
    pub heading: String,
    /// Each case of it, as Markdown.
    pub lines: Vec<String>,
}

/// What two documents differ in.
#[derive(Debug, Clone)]
pub struct Report {
    /// The document before.
    pub old: Version,
    /// The document after.
    pub new: Version,
    /// What has changed over HTTP: the heaviest first, then by group and operation.
    pub changes: Vec<Change>,
    /// What has changed for Rust callers, if both documents could be generated from.
    pub rust: Option<Rust>,
    /// What stands before all changes. A comparison has none of its own.
    pub notices: Vec<Notice>,
    renames: Renames,
}

impl Report {
    /// Adds the Rust side: the models of both documents, and the version that the crate has now.
    #[must_use]
    pub fn with_rust(self, old: &Api, new: &Api, version: &str) -> Self {
        Self {
            rust: Some(Rust::compare(old, new, version, &self.renames)),
            ..self
        }
    }

    /// What was compared: `ZenML 0.97.0 → 0.98.0`.
    pub fn title(&self) -> String {
        report::title(self)
    }

    /// Whether it breaks, in a sentence or two.
    pub fn verdict(&self) -> String {
        report::verdict(self)
    }

    /// The number of changes of a class.
    pub fn count(&self, class: Class) -> usize {
        let changes = self.changes.iter();
        changes.filter(|change| change.class == class).count()
    }

    /// Whether anything breaks, over HTTP or in Rust.
    pub fn is_breaking(&self) -> bool {
        let rust = self.rust.as_ref();
        self.count(Class::Breaking) > 0 || rust.is_some_and(|rust| rust.step == Step::Major)
    }

    /// Whether nothing has changed, over HTTP or in Rust.
    pub fn is_empty(&self) -> bool {
        let rust = self.rust.as_ref();
        self.changes.is_empty() && rust.is_none_or(|rust| rust.items.is_empty())
    }
}

/// Compares two canonical documents; with descriptions or without, but both alike.
///
/// With the project's corrections applied ([`corrected`](zenml_codegen::corrected)), the report says what
/// is true of the servers: which results are `null`, and what tells the alternatives of a union
/// apart. Without them, it says what the vendor has declared.
pub fn compare(old: &Value, new: &Value) -> Report {
    let (before, after) = (Document::new(old), Document::new(new));
    let mut walk = Walk::new(&before, &after);
    walk.operations();
    walk.document();
    let (changes, renames) = walk.changes();
    Report {
        old: before.version(),
        new: after.version(),
        changes,
        rust: None,
        notices: Vec::new(),
        renames,
    }
}

impl Document<'_> {
    fn version(&self) -> Version {
        let info = |key: &str| {
            let text = self.root.pointer(&format!("/info/{key}"));
            text.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        Version {
            title: info("title"),
            version: info("version"),
            operations: self.operations.len(),
            schemas: self.schemas().len(),
        }
    }
}
