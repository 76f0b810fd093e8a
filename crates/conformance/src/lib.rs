//! Checks that every answer of a ZenML server survives the types of the `zenml` crate: read into
//! its type and written again, it says the same as before.
//!
//! `cargo xtask conformance` is the way to run it.
#![warn(missing_docs)]

pub mod check;
pub mod compare;
pub mod json;
pub mod live;
pub mod operation;
pub mod recording;
pub mod replay;
pub mod report;
pub mod schema;
pub mod scrub;
