//! Writes the report for a terminal, a pull request and machines.

mod changelog;
mod effects;
mod headline;
mod json;
mod markdown;
mod outline;
mod rust_items;
mod sentence;
mod terminal;
mod worst;

pub(crate) use headline::{title, verdict};
pub use json::json;
pub use markdown::markdown;
pub use terminal::terminal;
