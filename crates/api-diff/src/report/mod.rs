//! Writes the report for a terminal, a pull request and machines.

mod changelog;
mod headline;
mod json;
mod markdown;
mod outline;
mod signatures;
mod terminal;

pub(crate) use headline::{title, verdict};
pub use json::json;
pub use markdown::markdown;
pub use terminal::terminal;
