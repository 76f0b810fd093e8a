//! Compares the generated Rust: public items added, removed or changed, and the release they require.
//!
//! The rules follow from how the crate is generated, and its users may rely on them:
//!
//! - All types are `#[non_exhaustive]`, so a new field or variant is an addition.
//! - Structs that are sent are created with `new`, so a new required field is breaking.
//! - A call is a builder with one setter per parameter, so a new optional parameter is an addition.
//!   If a parameter or body becomes required, calls without it compile as before and then fail;
//!   that is breaking.

mod names;
mod operations;
mod semver_bump;
mod signature;
mod types;

pub(crate) use operations::FAILS;
pub use semver_bump::SemverBump;

use super::rename::Renames;
use names::Names;
use zenml_codegen::model::Api;

/// The changes for Rust callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rust {
    /// The current version of the crate.
    pub version: String,
    /// The release step that the changes require.
    pub step: SemverBump,
    /// The changed items: most severe first, then by kind and name.
    pub items: Vec<Item>,
}

impl Rust {
    /// Compares two models. `version` is the current version of the crate.
    pub(super) fn compare(old: &Api, new: &Api, version: &str, renames: &Renames) -> Self {
        let names = Names::new(old, new, renames);
        let mut items = operations::compare(old, new, &names);
        items.extend(types::compare(old, new, &names));
        items.sort();
        Self {
            version: version.to_owned(),
            step: SemverBump::of(&items),
            items,
        }
    }

    /// Returns the version to release next. Returns `None` if the crate's version does not have the
    /// form `major.minor.patch`.
    pub fn next_version(&self) -> Option<String> {
        self.step.next(&self.version)
    }
}

/// The consequence of a change for code that uses the crate, most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Code that uses the item no longer compiles, or fails at run time.
    Breaking,
    /// The item is new, or accepts more than before.
    Addition,
    /// Code that uses the item compiles with a warning.
    Deprecation,
}

impl Effect {
    /// Returns the name used in reports and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Addition => "addition",
            Self::Deprecation => "deprecation",
        }
    }
}

/// The kind of a changed item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// A method of the client, with its builder.
    Method,
    /// A setter of a builder.
    Setter,
    /// A struct, enum or union.
    Type,
    /// `new` or `Default` of a struct.
    Constructor,
    /// A field of a struct.
    Field,
    /// A variant of an enum or union.
    Variant,
}

impl ItemKind {
    /// Returns the name used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Setter => "setter",
            Self::Type => "type",
            Self::Constructor => "constructor",
            Self::Field => "field",
            Self::Variant => "variant",
        }
    }
}

/// A public item that was added, removed or changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The consequence for callers.
    pub effect: Effect,
    /// The kind of item.
    pub kind: ItemKind,
    /// The method or type, or the one that the item is a part of.
    pub owner: String,
    /// Its own name, if it is a part.
    pub part: Option<String>,
    /// The old signature; `None` if the item is new.
    pub before: Option<String>,
    /// The new signature; `None` if the item was removed.
    pub after: Option<String>,
    /// A remark that the signatures do not show.
    pub note: Option<&'static str>,
}

impl Item {
    /// Returns the id of its rule, such as `rust-field-removed`.
    pub fn rule(&self) -> String {
        let what = match (self.effect, &self.before, &self.after) {
            (Effect::Deprecation, ..) => "deprecated",
            (_, None, _) => "added",
            (_, _, None) => "removed",
            _ => "changed",
        };
        format!("rust-{}-{what}", self.kind.name())
    }

    /// Returns the item as ignore files name it: `Widget.size` or `list_widgets.name`.
    pub fn at(&self) -> String {
        match &self.part {
            Some(part) => format!("{}.{part}", self.owner),
            None => self.owner.clone(),
        }
    }
}
