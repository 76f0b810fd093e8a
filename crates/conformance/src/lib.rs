//! Proves that no response of a ZenML server loses anything in the types of the `zenml` crate:
//! decoded and encoded again, each response must say the same as before.
//!
//! `cargo xtask conformance` runs this.
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
pub mod shape;
