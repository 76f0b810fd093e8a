//! Stage `model`: progenitor's output and the lowered document → the [`Api`] to render.
//!
//! Rust types come from progenitor's signatures and structs, everything else from the lowered
//! document.

mod accessors;
mod api;
mod boxing;
mod lists;
mod notes;
mod operations;
mod rust_type;
mod sample;
mod shapes;
mod signatures;
mod types;
mod variant_name;

pub use accessors::{Accessor, Source, has_duration};
pub use api::{
    Accepts, Api, Body, Encoding, Enum, Field, Group, Location, Notes, Operation, Outcome,
    Parameter, Presence, Servers, Struct, Type, Union, Variant, mentioned, type_text,
};
pub use lists::ListForm;
pub use shapes::{Limit, Shape};

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Result;
use signatures::Signatures;

/// Builds the model of an API.
///
/// # Errors
///
/// Returns an error if two items would have the same name in Rust, or if progenitor's output lacks
/// an item of the lowered document.
pub fn build(generated: &syn::File, lowered: &Value) -> Result<Api> {
    let signatures = Signatures::read(generated);
    let substitutes = rust_type::Substitutes::new(&signatures, lowered);
    let mut types = types::types(&signatures, lowered, &substitutes)?;
    boxing::place_boxes(&mut types);
    let operations = operations::operations(&signatures, lowered, &substitutes)?;
    let info = |key: &str| notes::text(lowered.pointer(&format!("/info/{key}")));
    Ok(Api {
        title: info("title").unwrap_or_default(),
        version: info("version").unwrap_or_default(),
        operations,
        types,
        left_out: Vec::new(),
        groups: BTreeMap::new(),
        servers: None,
    })
}
