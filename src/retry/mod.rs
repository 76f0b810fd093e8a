//! May a failed attempt be retried, when, and how often in all?

pub(crate) mod policy;
pub(crate) mod retry_after;
pub(crate) mod state;
