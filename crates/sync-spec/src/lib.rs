//! Follows new versions of ZenML's APIs: fetches a document, reports what changed, and updates the
//! checkout.
//!
//! ```text
//! source → document → availability → overlays → plan → transaction → compile → output
//! ```
//!
//! [`source`] and [`compile`] reach outside. [`transaction`] alone writes to the checkout, all
//! files or none. The modules in between only compute.

mod accepted;
pub mod api;
pub mod availability;
mod checksum;
pub mod cli;
pub mod compile;
mod descriptions;
pub mod diff;
pub mod document;
mod files;
mod generation;
pub mod output;
pub mod overlays;
pub mod plan;
pub mod snapshots;
pub mod source;
pub mod sources_file;
pub mod sync;
pub mod transaction;
