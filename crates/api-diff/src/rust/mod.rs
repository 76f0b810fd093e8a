//! The Rust side: which public items appear, vanish or change their signature, and what release
//! that calls for.
//!
//! What counts as breaking follows from how the crate is made, and is what its users may rely on:
//!
//! - Enums and unions are `#[non_exhaustive]`, so a new variant is an addition.
//! - Structs are built with `new` or `Default`, and `..` for the rest; those that are only received
//!   are not built at all. So a new field is an addition, unless `new` asks for it.
//! - A call is a builder with one setter for each parameter, so a new optional parameter is an
//!   addition. A parameter or body that has become required compiles as before and then fails when
//!   it is sent without: that is breaking.

mod names;
mod operations;
mod signature;
mod step;
mod types;

pub use step::Step;

use super::walk::Renames;
use names::Names;
use zenml_codegen::api::Api;

/// What has changed for those who call the crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rust {
    /// The version that the crate has now.
    pub version: String,
    /// What kind of release the changes call for.
    pub step: Step,
    /// What has changed: the heaviest first, then by kind and name.
    pub items: Vec<Item>,
}

impl Rust {
    /// Compares two models. `version` is that of the crate as it is.
    pub(super) fn compare(old: &Api, new: &Api, version: &str, renames: &Renames) -> Self {
        let names = Names::new(old, new, renames);
        let mut items = operations::compare(old, new, &names);
        items.extend(types::compare(old, new, &names));
        items.sort();
        Self {
            version: version.to_owned(),
            step: Step::of(&items),
            items,
        }
    }

    /// The version to release next; none if nothing calls for a release, or the crate's version is
    /// not of the form `major.minor.patch`.
    pub fn next_version(&self) -> Option<String> {
        self.step.next(&self.version)
    }
}

/// What a change means for code that uses the crate. The order is by weight, the heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Code that uses the item does not compile any more, or fails when it runs.
    Breaking,
    /// There is more than before.
    Addition,
    /// Code that uses the item compiles with a warning.
    Deprecation,
}

impl Effect {
    /// Its name, in words and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Addition => "addition",
            Self::Deprecation => "deprecation",
        }
    }
}

/// What kind of item has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
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

impl Sort {
    /// Its name in JSON.
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

/// A public item that has appeared, vanished, or changed its signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// What that means.
    pub effect: Effect,
    /// What kind of item it is.
    pub sort: Sort,
    /// The method or type that it is, or is a part of.
    pub owner: String,
    /// Its own name, if it is a part.
    pub part: Option<String>,
    /// Its signature before; none if it is new.
    pub before: Option<String>,
    /// Its signature now; none if it is gone.
    pub after: Option<String>,
    /// What the signatures do not show.
    pub note: Option<&'static str>,
}
