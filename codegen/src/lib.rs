//! Turns an OpenAPI document of ZenML into the Rust of the `zenml` crate.
//!
//! One module per stage, each a pure function over values; data flows one way:
//! [`read`] → [`canonical`] → [`overlay`] → `lower` → `emit` → `refine` → Rust, and `surface` lists
//! what came out.
#![warn(missing_docs)]

pub mod api;
pub mod canonical;
pub mod emit;
mod error;
pub mod lower;
pub mod overlay;
pub mod read;
pub mod refine;
pub mod render;

pub use error::{Error, Result};
