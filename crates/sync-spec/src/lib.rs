//! Follows the changes of ZenML's APIs: fetches a document, says what has changed, and puts the
//! project in line with it.
//!
//! ```text
//! source → document → corrections → plan → transaction → compile → output
//! ```
//!
//! [`source`] and [`compile`] reach outside, [`transaction`] is the only one that writes to the
//! checkout, and it writes everything or nothing. What is between them computes.

pub mod api;
pub mod cli;
pub mod compile;
pub mod corrections;
pub mod diff;
pub mod document;
pub mod listings;
pub mod output;
pub mod plan;
pub mod source;
pub mod sources_file;
pub mod sync;
pub mod transaction;
